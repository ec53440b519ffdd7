import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Random } from '../zones/random.ts'
import type { LiveStream, StreamEvent } from './registry-stream.ts'

/** Events that are written ahead of a server that is slow or dead. */
const MOST_AHEAD = 300

/** The file that a registry appends its events to, as random pieces of lines, and rotates. */
export class FeedFile {
  readonly path: string
  readonly #random: Random
  readonly #stream: LiveStream
  readonly #done: () => number
  #known = 0
  #timer: NodeJS.Timeout | undefined
  /** The rest of a line that was begun. */
  #rest = ''
  #rotations = 0

  /** @param done tells the last event that the server is done with */
  constructor(path: string, random: Random, stream: LiveStream, done: () => number) {
    this.path = path
    this.#random = random
    this.#stream = stream
    this.#done = done
    writeFileSync(this.path, '')
  }

  /** Appends now and then until it is stopped. @param told of what was written */
  run(told: (events: readonly StreamEvent[]) => void = () => {}): void {
    const random = this.#random
    this.#timer = setTimeout(() => {
      const isAhead = this.#isAhead()
      const events = Array.from({ length: isAhead ? 0 : random.below(4) }, () => this.#stream.more()).flat()
      const text = this.#rest + events.map((event) => `${event.text}\n`).join('')
      const cut = random.chance(0.3) ? random.below(text.length + 1) : text.length
      appendFileSync(this.path, text.slice(0, cut))
      this.#rest = text.slice(cut)
      told(events)
      this.run(told)
    }, random.below(25))
  }

  /** Asks how far the server is only where it may be far behind. */
  #isAhead(): boolean {
    const { length } = this.#stream.events
    if (length > this.#known + MOST_AHEAD) this.#known = this.#done()
    return length > this.#known + MOST_AHEAD
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
