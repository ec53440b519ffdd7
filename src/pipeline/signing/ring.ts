/**
 * Memory that the signing threads share with the one that feeds them: a ring of slots, each with room for packed nodes
 * on their way in and for octets on their way out. Whose turn it is stands in one word of each slot; both sides wait on it
 * without an event loop, so that a zone can be signed in the middle of reading it.
 *
 * A word is 4 × round + phase, the round being how often the slot has been used before: a thread that holds ticket n
 * waits for slot n modulo the slots to be filled in round n divided by the slots, and can mistake no other for it.
 */

/** The slot may be filled. */
export const FREE = 0
/** Nodes are in it: a thread's turn. */
export const FILLED = 1
/** Octets have come out: the feeder's turn. */
export const GIVEN = 2
/** They are taken, and more are to come: the thread's turn. */
export const TAKEN = 3
const PHASES = 4

export const INPUT_OCTETS = 1 << 17
export const OUTPUT_OCTETS = 1 << 19

/** What a form is called that says why signing failed, and why a signature was refused. */
export const FAILURE = -1
export const REFUSAL = -2

const WORDS = 5
const INPUT_LENGTH = 1
const OUTPUT_LENGTH = 2
const OUTPUT_FORM = 3
const OUTPUT_IS_LAST = 4
/** Words that belong to the whole ring: the next ticket, and 1 when the threads are to end. */
const COMMON_WORDS = 2

export interface Output {
  readonly form: number
  readonly octets: Uint8Array
  /** Nothing more comes of this slot's nodes. */
  readonly isLast: boolean
}

/** One side's view of the ring. */
export class Ring {
  readonly memory: SharedArrayBuffer
  readonly slots: number
  readonly #words: Int32Array
  readonly #inputAt: number

  /** @param memory of the ring that another thread made */
  constructor(slots: number, memory?: SharedArrayBuffer) {
    this.slots = slots
    this.#inputAt = 4 * (COMMON_WORDS + WORDS * slots)
    this.memory = memory ?? new SharedArrayBuffer(this.#inputAt + slots * (INPUT_OCTETS + OUTPUT_OCTETS))
    this.#words = new Int32Array(this.memory, 0, COMMON_WORDS + WORDS * slots)
  }

  /** The number of the next batch that nobody works at. */
  takeTicket(): number {
    return Atomics.add(this.#words, 0, 1)
  }

  get isClosed(): boolean {
    return Atomics.load(this.#words, 1) === 1
  }

  /** Lets threads that wait for work see that there is none left. */
  close(): void {
    Atomics.store(this.#words, 1, 1)
    for (let slot = 0; slot < this.slots; slot++) Atomics.notify(this.#words, this.#wordAt(slot))
  }

  /** The room for a batch's nodes. */
  input(batch: number): Uint8Array {
    return new Uint8Array(this.memory, this.#inputAt + (batch % this.slots) * INPUT_OCTETS, INPUT_OCTETS)
  }

  inputLength(batch: number): number {
    return this.#words[this.#wordAt(batch) + INPUT_LENGTH]!
  }

  fill(batch: number, length: number): void {
    this.#words[this.#wordAt(batch) + INPUT_LENGTH] = length
    this.#turn(batch, FILLED)
  }

  /** Puts out octets, no more than OUTPUT_OCTETS, and gives the turn away. */
  give(batch: number, form: number, octets: Uint8Array, isLast: boolean): void {
    const at = this.#wordAt(batch)
    this.#outputRoom(batch).set(octets)
    this.#words[at + OUTPUT_LENGTH] = octets.length
    this.#words[at + OUTPUT_FORM] = form
    this.#words[at + OUTPUT_IS_LAST] = isLast ? 1 : 0
    this.#turn(batch, GIVEN)
  }

  /** What has come out; valid until {@link take}. */
  output(batch: number): Output {
    const at = this.#wordAt(batch)
    const length = this.#words[at + OUTPUT_LENGTH]!
    return {
      form: this.#words[at + OUTPUT_FORM]!,
      octets: this.#outputRoom(batch).subarray(0, length),
      isLast: this.#words[at + OUTPUT_IS_LAST] === 1,
    }
  }

  /** Ends with what has come out: the thread goes on, or the slot becomes free for its next round. */
  take(batch: number, isLast: boolean): void {
    if (isLast) this.#turn(batch + this.slots, FREE)
    else this.#turn(batch, TAKEN)
  }

  /**
   * Waits for a batch's slot to be in a phase.
   * @param patience milliseconds
   * @returns false when that long nothing happened
   */
  wait(batch: number, phase: number, patience: number): boolean {
    const index = this.#wordAt(batch)
    const wanted = this.#word(batch, phase)
    for (;;) {
      const found = Atomics.load(this.#words, index)
      if (found === wanted) return true
      if (Atomics.wait(this.#words, index, found, patience) === 'timed-out') {
        return Atomics.load(this.#words, index) === wanted
      }
      if (this.isClosed) return Atomics.load(this.#words, index) === wanted
    }
  }

  #outputRoom(batch: number): Uint8Array {
    const inputs = this.#inputAt + this.slots * INPUT_OCTETS
    return new Uint8Array(this.memory, inputs + (batch % this.slots) * OUTPUT_OCTETS, OUTPUT_OCTETS)
  }

  #wordAt(batch: number): number {
    return COMMON_WORDS + WORDS * (batch % this.slots)
  }

  #word(batch: number, phase: number): number {
    return PHASES * Math.floor(batch / this.slots) + phase
  }

  #turn(batch: number, phase: number): void {
    const index = this.#wordAt(batch)
    Atomics.store(this.#words, index, this.#word(batch, phase))
    // Feeder and several threads may wait on the same word, for different rounds.
    Atomics.notify(this.#words, index)
  }
}
