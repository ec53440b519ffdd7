import type { JsMsg } from '@nats-io/jetstream'

/** A message that was given and whose outcome is awaited. */
interface Waiting {
  readonly sequence: number
  /** When the stream stored it: another message can only have its sequence in another stream of the same name. */
  readonly time: bigint
  /** Its latest delivery, by which it is acknowledged. */
  message: JsMsg
}

/**
 * The messages given and not settled, and the acknowledgement of those that are. An acknowledgement that is lost on its
 * way, as with the connection that the message came by, only means that the message comes again.
 */
export class Unsettled {
  readonly #waiting = new Map<number, Waiting>()

  /** The lowest sequence that is not settled. */
  get lowest(): number | undefined {
    let lowest: number | undefined
    for (const sequence of this.#waiting.keys()) if (lowest === undefined || sequence < lowest) lowest = sequence
    return lowest
  }

  /** Whether the message was given and still waits. */
  has(message: JsMsg): boolean {
    return this.#waiting.get(message.seq)?.time === message.timestampNanos
  }

  /** @returns what settles the message; undefined when it was given before and still waits */
  add(message: JsMsg): (() => void) | undefined {
    if (this.has(message)) {
      this.#waiting.get(message.seq)!.message = message
      return undefined
    }
    const added: Waiting = { sequence: message.seq, time: message.timestampNanos, message }
    this.#waiting.set(added.sequence, added)
    return () => {
      if (this.#waiting.get(added.sequence) !== added) return
      this.#waiting.delete(added.sequence)
      unlessClosed(() => added.message.ack())
    }
  }

  /** Forgets those after a sequence: the stream no longer has them. */
  forgetAfter(sequence: number): void {
    for (const key of this.#waiting.keys()) if (key > sequence) this.#waiting.delete(key)
  }

  /** Keeps the server from giving them again: their outcome may take hours, as where an operator has to agree. */
  tellWorking(): void {
    for (const { message } of this.#waiting.values()) unlessClosed(() => message.working())
  }
}

export function unlessClosed(tell: () => void): void {
  try {
    tell()
  } catch {} // the connection has ended: the server gives the message again
}
