import { InvalidArgumentError } from 'commander'

/** Reads an option's number. */
export function between(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!(value >= low && value <= high)) throw new InvalidArgumentError(`expected a number from ${low} to ${high}`)
    return value
  }
}

/** Reads an option's whole number. */
export function wholeBetween(low: number, high: number): (text: string) => number {
  const read = between(low, high)
  return (text) => {
    const value = read(text)
    if (!Number.isInteger(value)) throw new InvalidArgumentError('expected a whole number')
    return value
  }
}

/** Runs a command; what it throws is printed, and the process ends with 1. */
export async function runMain(main: () => void | Promise<void>): Promise<void> {
  try {
    await main()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
