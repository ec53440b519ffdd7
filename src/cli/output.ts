import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'

const STANDARD_OUTPUT = 1
/** Milliseconds to wait for a reader that is slower than we are. */
const READER_PAUSE = 5

const pause = new Int32Array(new SharedArrayBuffer(4))

/** Writes all of it to standard output, waiting for a slow reader; a reader that has gone ends the program quietly. */
export function writeOut(text: string | Uint8Array): void {
  try {
    writeAll(STANDARD_OUTPUT, text)
  } catch (error) {
    // `zonecut export ... | head`: the reader has what it wanted.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0)
    throw error
  }
}

/** Prints data for another program. */
export function writeJson(value: unknown): void {
  writeOut(`${JSON.stringify(value, null, 2)}\n`)
}

/** A file that appears under its name only when it is complete. */
export class OutputFile {
  readonly #path: string
  readonly #draft: string
  readonly #descriptor: number

  /** @throws the system's error when the file cannot be made */
  constructor(path: string) {
    this.#path = path
    this.#draft = `${path}.${process.pid}.part`
    this.#descriptor = openSync(this.#draft, 'w')
  }

  write(text: string | Uint8Array): void {
    writeAll(this.#descriptor, text)
  }

  /** Writes over text that was written before. */
  rewrite(position: number, text: Uint8Array): void {
    for (let done = 0; done < text.length; ) {
      done += writeSync(this.#descriptor, text, done, text.length - done, position + done)
    }
  }

  commit(): void {
    fsyncSync(this.#descriptor)
    closeSync(this.#descriptor)
    renameSync(this.#draft, this.#path)
  }

  abandon(): void {
    closeSync(this.#descriptor)
    rmSync(this.#draft, { force: true })
  }
}

function writeAll(descriptor: number, text: string | Uint8Array): void {
  const octets = typeof text === 'string' ? Buffer.from(text) : text
  for (let at = 0; at < octets.length; ) {
    try {
      at += writeSync(descriptor, octets, at)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      Atomics.wait(pause, 0, 0, READER_PAUSE)
    }
  }
}
