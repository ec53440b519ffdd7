/** Where the reading of files stands: after a line of one of them. */
export interface FilePosition {
  /** The file's name in its folder when it was read. */
  readonly name: string
  readonly dev: string
  readonly ino: string
  /** Octets from the beginning of the file's text (of what a compressed file holds) to the end of the line. */
  readonly offset: number
  /** The line's check, by which the file is known again. */
  readonly check: number
}

export function printPosition({ name, dev, ino, offset, check }: FilePosition): string {
  return JSON.stringify({ name, offset, check, dev, ino })
}

/** @returns undefined when the text is no position */
export function parsePosition(text: string): FilePosition | undefined {
  let value: Partial<Record<keyof FilePosition, unknown>> | null
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { name, dev, ino, offset, check } = value
  if (typeof name !== 'string' || typeof dev !== 'string' || typeof ino !== 'string') return undefined
  if (typeof offset !== 'number' || typeof check !== 'number') return undefined
  return { name, dev, ino, offset, check }
}
