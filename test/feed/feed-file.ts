import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../zones/random.ts'
import type { LiveStream, StreamEvent } from './registry-stream.ts'

/** The file that a registry appends its events to, as random pieces of lines, and rotates. */
export class FeedFile {
  readonly path: string
  readonly #random: Random
  readonly #stream: LiveStream
  #timer: NodeJS.Timeout | undefined
  /** The rest of a line that was begun. */
  #rest = ''
  #rotations = 0

  constructor(folder: string, random: Random, stream: LiveStream) {
    this.path = join(folder, 'events.jsonl')
    this.#random = random
    this.#stream = stream
    writeFileSync(this.path, '')
  }

  /** Appends now and then until it is stopped. @param told of what was written */
  run(told: (events: readonly StreamEvent[]) => void = () => {}): void {
    const random = this.#random
    this.#timer = setTimeout(() => {
      const events = Array.from({ length: random.below(4) }, () => this.#stream.more()).flat()
      const text = this.#rest + events.map((event) => `${event.text}\n`).join('')
      const cut = random.chance(0.3) ? random.below(text.length + 1) : text.length
      appendFileSync(this.path, text.slice(0, cut))
      this.#rest = text.slice(cut)
      told(events)
      this.run(told)
    }, random.below(25))
  }

  /** Renames the file and begins a new one, as logrotate does; a line that was begun is ended in the old one. */
  rotate(): void {
    appendFileSync(this.path, this.#rest)
    this.#rest = ''
    renameSync(this.path, `${this.path}-${String(++this.#rotations).padStart(6, '0')}`)
    writeFileSync(this.path, '')
  }

  stop(): void {
    clearTimeout(this.#timer)
    appendFileSync(this.path, this.#rest)
    this.#rest = ''
  }
}
