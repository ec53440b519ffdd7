import type { Readable } from 'node:stream'
import { Giving, messageOf } from './giving.ts'
import { type Line, LineSplitter } from './lines.ts'
import type { FeedItem, FeedSink, FeedSource, SourceReport } from './source.ts'

/** JSON Lines from a pipe, a FIFO or standard input: read once, from where it stands. */
export class StreamSource implements FeedSource {
  readonly name: string
  readonly #input: Readable
  #giving: Giving | undefined
  #state = 'stopped'
  #position: string | null = null
  #end: () => void = () => undefined
  /** Resolves when the input has ended or failed, and all of it has been taken. */
  readonly ended: Promise<void>

  /** @param name as `stdin` */
  constructor(name: string, input: Readable) {
    this.name = name
    this.#input = input
    this.ended = new Promise((resolve) => (this.#end = resolve))
  }

  /** What is read once can't be read again: the position only says how far it was read, in octets. */
  start(_from: string | undefined, sink: FeedSink): void {
    if (this.#giving !== undefined) throw new Error(`${this.name} was started before; a stream is read once`)
    this.#state = 'following'
    const giving = new Giving(sink)
    this.#giving = giving
    void this.#read(giving)
  }

  async stop(): Promise<void> {
    this.#giving?.end()
    this.#input.pause()
    if (this.#state === 'following') this.#state = 'stopped'
  }

  report(): SourceReport {
    return { name: this.name, state: this.#state, position: this.#position, behind: null, behindUnit: null }
  }

  async #read(giving: Giving): Promise<void> {
    const splitter = new LineSplitter()
    // the input is paused while the sink is full, and not destroyed when the source is stopped: it is not ours
    const onData = (chunk: Buffer | string) => {
      this.#input.pause()
      const lines = splitter.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
      giving.give(this.#items(lines)).then(
        () => {
          if (!giving.over) this.#input.resume()
        },
        (error: unknown) => giving.problem(messageOf(error)),
      )
    }
    const failure = await new Promise<unknown>((resolve) => {
      this.#input.on('data', onData)
      this.#input.once('end', () => resolve(undefined))
      this.#input.once('error', resolve)
      this.#input.once('close', () => resolve(undefined))
      void giving.ended.then(() => resolve(undefined))
      this.#input.resume()
    })
    this.#input.off('data', onData)
    if (giving.over) return
    const last = splitter.finish()
    if (last !== undefined) await giving.give(this.#items([last]))
    if (giving.over) return
    this.#state = 'ended'
    if (failure !== undefined) giving.problem(`${this.name} can't be read: ${messageOf(failure)}`)
    this.#end()
  }

  #items(lines: readonly Line[]): FeedItem[] {
    const arrivedAt = Date.now()
    const items = lines.map(({ text, fault, end }) => ({
      text,
      fault,
      position: String(end),
      arrivedAt,
      endsGroup: false,
    }))
    this.#position = items.at(-1)?.position ?? this.#position
    return items
  }
}
