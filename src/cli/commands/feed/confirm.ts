import { createInterface } from 'node:readline/promises'

/** Asks the operator at the terminal whether to go on. @returns false where there is no terminal */
export async function isConfirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(?:es)?$/i.test((await terminal.question(`${question}\nGo on? [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}
