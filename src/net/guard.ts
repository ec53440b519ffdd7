import { performance } from 'node:perf_hooks'
import type { Handler, Transport } from './handler.ts'

const REPORT_INTERVAL = 1_000

/** Keeps a handler's faults from ending a listener: what it throws is counted, told now and then, and answered by silence. */
export class GuardedHandler {
  readonly #handler: Handler
  readonly #cells: Float64Array
  readonly #errorCell: number
  readonly #onError: ((error: unknown) => void) | undefined
  #reported = Number.NEGATIVE_INFINITY

  /** @param cells the listener's counters, of which `errorCell` counts the faults */
  constructor(
    handler: Handler,
    cells: Float64Array,
    errorCell: number,
    onError: ((error: unknown) => void) | undefined,
  ) {
    this.#handler = handler
    this.#cells = cells
    this.#errorCell = errorCell
    this.#onError = onError
  }

  /** As Handler.answer, never throwing; -1 when the handler failed. */
  answer(query: Uint8Array, length: number, reply: Uint8Array, transport: Transport): number {
    try {
      const size = this.#handler.answer(query, length, reply, transport)
      // A length past the slot would make the kernel send memory that lies behind it.
      if (size >= 0 && size <= reply.length) return size
      this.#fail(new RangeError(`the handler claims a reply of ${size} octets`))
    } catch (error) {
      this.#fail(error)
    }
    return -1
  }

  /** As Handler.readAhead; false when the handler has none, or failed: then each message is to be answered by itself. */
  readAhead(queries: readonly Uint8Array[], lengths: Uint16Array, from: number, end: number): boolean {
    const handler = this.#handler
    if (handler.readAhead === undefined || handler.answerAhead === undefined) return false
    try {
      handler.readAhead(queries, lengths, from, end)
      return true
    } catch (error) {
      this.#fail(error)
      return false
    }
  }

  /** As Handler.answerAhead, never throwing; -1 when the handler failed. Only after `readAhead` gave true. */
  answerAhead(slot: number, reply: Uint8Array): number {
    try {
      const size = this.#handler.answerAhead!(slot, reply)
      if (size >= 0 && size <= reply.length) return size
      this.#fail(new RangeError(`the handler claims a reply of ${size} octets`))
    } catch (error) {
      this.#fail(error)
    }
    return -1
  }

  refresh(): void {
    try {
      this.#handler.refresh()
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.#cells[this.#errorCell]! += 1
    const now = performance.now()
    if (this.#onError === undefined || now - this.#reported < REPORT_INTERVAL) return
    this.#reported = now
    this.#onError(error)
  }
}
