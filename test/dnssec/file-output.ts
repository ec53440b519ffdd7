import { closeSync, openSync, writeSync } from 'node:fs'

/** A file that signed text is written to. */
export class FileOutput {
  readonly #descriptor: number

  constructor(path: string) {
    this.#descriptor = openSync(path, 'w')
  }

  readonly write = (text: Uint8Array): void => {
    for (let done = 0; done < text.length; ) done += writeSync(this.#descriptor, text, done)
  }

  readonly rewrite = (position: number, text: Uint8Array): void => {
    writeSync(this.#descriptor, text, 0, text.length, position)
  }

  readonly close = (): void => closeSync(this.#descriptor)
}
