import type { JsMsg } from '@nats-io/jetstream'
import { type Giving, messageOf } from '../giving.ts'
import { decodeEvent } from '../lines.ts'
import type { FeedItem } from '../source.ts'
import type { Progress } from './consumer.ts'
import { Unsettled, unlessClosed } from './unsettled.ts'

/** Messages on their way from the consumer to the sink; outlives connections. */
export class Delivery {
  readonly #giving: Giving
  readonly #unsettled = new Unsettled()
  #received: number
  /** When the stream stored the last one received, nanoseconds; undefined while none was. */
  #receivedTime: bigint | undefined
  /** When the stream was made, which tells it from another of its name; undefined until one was seen. */
  #stream: string | undefined
  #waiting: FeedItem[] = []
  #pumping = false
  #room: (() => void) | undefined

  /** @param from the sequence all up to which are done with, and the stream's time */
  constructor(giving: Giving, from: { sequence: number; stream: string | undefined }) {
    this.#giving = giving
    this.#received = from.sequence
    this.#stream = from.stream
  }

  get position(): string {
    return printNatsPosition(this.#received, this.#stream)
  }

  get progress(): Progress {
    const lowest = this.#unsettled.lowest
    return { received: this.#received, settled: lowest === undefined ? this.#received : lowest - 1 }
  }

  tellWorking(): void {
    this.#unsettled.tellWorking()
  }

  /** Told what the stream is by now. @param last its last sequence */
  sees(stream: string, last: number): void {
    if (this.#stream !== undefined) {
      // a stream made anew counts from 1; one that lost its end to a crash gives those sequences to other messages
      const kept = this.#stream === stream ? last : 0
      if (kept < this.#received) {
        this.#received = kept
        this.#receivedTime = undefined
        this.#unsettled.forgetAfter(kept)
      }
    }
    this.#stream = stream
  }

  /**
   * Gives a message to the sink, in time; one that was given and still waits only learns where it is acknowledged, and one
   * that is settled is acknowledged again: what can't be read has no number by which the feed would know it.
   */
  accept(message: JsMsg): void {
    const isReceived = message.seq <= this.#received && message.timestampNanos <= (this.#receivedTime ?? -1n)
    if (isReceived && !this.#unsettled.has(message)) {
      unlessClosed(() => message.ack())
      return
    }
    const settle = this.#unsettled.add(message)
    if (settle === undefined) return
    if (message.seq > this.#received) {
      this.#received = message.seq
      this.#receivedTime = message.timestampNanos
    }
    this.#waiting.push({
      ...decodeEvent(message.data),
      position: this.position,
      arrivedAt: Date.now(),
      endsGroup: false,
      settle,
    })
    if (!this.#pumping) void this.#pump()
  }

  /** Resolves when all that waited is given, or `release` was called. One may wait at a time. */
  async room(): Promise<void> {
    if (this.#waiting.length > 0) await new Promise<void>((resolve) => (this.#room = resolve))
  }

  release(): void {
    this.#room?.()
  }

  async #pump(): Promise<void> {
    this.#pumping = true
    while (this.#waiting.length > 0 && !this.#giving.over) {
      const items = this.#waiting
      this.#waiting = []
      this.release()
      try {
        await this.#giving.give(items)
      } catch (error) {
        this.#giving.problem(messageOf(error))
      }
    }
    this.#pumping = false
  }
}

/** As `1234@2026-11-24T17:00:00.123456789Z`: the sequence, and when its stream was made. */
function printNatsPosition(sequence: number, stream: string | undefined): string {
  return `${sequence}@${stream ?? ''}`
}

/** @returns undefined when the text is no position */
export function parseNatsPosition(text: string): { sequence: number; stream: string } | undefined {
  const match = /^(\d{1,15})@(.+)$/.exec(text)
  return match === null ? undefined : { sequence: Number(match[1]), stream: match[2]! }
}
