import type { Name } from '../../wire/index.ts'
import { HeldName, isAtOrBelowLower } from './context.ts'

/** Called with each empty non-terminal; `needed` as of {@link EmptyNonTerminals.name}. The name is valid during the call. */
export type EmptyNonTerminalVisitor = (name: Name, needed: boolean) => void

/**
 * Finds the empty non-terminals (RFC 4592 2.2.2) among names that come in canonical order: the ancestors of a name
 * that did not come themselves. Each is told when all names below it have come.
 */
export class EmptyNonTerminals {
  readonly #originLength: number
  readonly #visit: EmptyNonTerminalVisitor
  /** The last name; every entry of the path is a suffix of it. */
  readonly #last = new HeldName()
  // The names between the apex and the last name, outermost first: length, whether empty, whether needed.
  readonly #lengths = new Uint8Array(128)
  readonly #empty = new Uint8Array(128)
  readonly #needed = new Uint8Array(128)
  #depth = 0

  constructor(origin: Name, visit: EmptyNonTerminalVisitor) {
    this.#originLength = origin.length
    this.#visit = visit
  }

  /** @param needed handed on to the empty non-terminals above: true there when it is so for one name below */
  name(owner: Name, needed: boolean): void {
    while (this.#depth > 0 && !isAtOrBelowLower(owner, this.#at(this.#depth - 1))) this.#leave()
    const above = this.#depth === 0 ? this.#originLength : this.#lengths[this.#depth - 1]!
    // Labels of the owner up to the one above, from the left; then from the top they are entered.
    this.#enterBetween(owner, above)
    if (owner.length > above) this.#push(owner.length, false, needed)
    this.#last.set(owner)
  }

  finish(): void {
    while (this.#depth > 0) this.#leave()
  }

  #enterBetween(owner: Name, above: number): void {
    let missing = 0
    for (let at = owner[0]! + 1; owner.length - at > above; at += owner[at]! + 1) missing++
    const first = this.#depth
    let entry = first + missing
    for (let at = owner[0]! + 1; owner.length - at > above; at += owner[at]! + 1) {
      entry--
      this.#lengths[entry] = owner.length - at
      this.#empty[entry] = 1
      this.#needed[entry] = 0
    }
    this.#depth = first + missing
  }

  #push(length: number, empty: boolean, needed: boolean): void {
    this.#lengths[this.#depth] = length
    this.#empty[this.#depth] = empty ? 1 : 0
    this.#needed[this.#depth] = needed ? 1 : 0
    this.#depth++
  }

  #at(entry: number): Name {
    const last = this.#last.name
    return last.subarray(last.length - this.#lengths[entry]!)
  }

  #leave(): void {
    const entry = --this.#depth
    const needed = this.#needed[entry] === 1
    if (entry > 0 && needed) this.#needed[entry - 1] = 1
    if (this.#empty[entry] === 1) this.#visit(this.#at(entry), needed)
  }
}
