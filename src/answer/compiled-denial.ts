import {
  copyOctets,
  denialAtOrBefore,
  denialEntry,
  denialMatches,
  denialSlot,
  OWNER_LABEL,
  readU16,
  readU32,
  type ZoneSnapshot,
} from '../store/index.ts'
import { NumberedValues } from './lookup.ts'

/** Offsets in the stored entry of an NSEC3 record (`store/denial.ts`). */
const FIRST_LENGTH = 0
const WHOLE_LENGTH = 2
const RECORDS = 4
/** Offset of the length of rdata in a record whose owner is a pointer. */
const RDATA_LENGTH = 10
/** RFC 1035 4.1.4: what a pointer can reach. */
const POINTER_LIMIT = 0x4000
/** Records that one reply may hold: a proof needs three at most (RFC 5155 7.2.2). */
const MOST = 4

/** An entry that many replies hold, kept where it is found without a search. */
export interface KeptEntry {
  readonly buf: Uint8Array
  readonly entry: number
}

/** Copies NSEC3 records, with their signatures, from the store into replies: each once. */
export class CompiledDenial {
  readonly #values: NumberedValues
  readonly #bits: number
  /** Where in the reply each record stands. */
  readonly #putAt = new Int32Array(MOST)
  #puts = 0
  /** Records that the last `put` wrote: none when the reply had them already. */
  written = 0
  /** What `find` found: an entry of `buf`, which matches the hash, or covers it. */
  entry = 0
  matches = false

  constructor(snapshot: ZoneSnapshot, values = new NumberedValues(snapshot.denials, 2 ** snapshot.info.denialBits)) {
    this.#bits = snapshot.info.denialBits
    this.#values = values
  }

  /** The records of a later snapshot with as many slots, as {@link NumberedValues.renewed}. */
  renewed(snapshot: ZoneSnapshot, changed: readonly number[]): CompiledDenial {
    return new CompiledDenial(snapshot, this.#values.renewed(snapshot.denials, 2 ** this.#bits, changed))
  }

  get buf(): Uint8Array {
    return this.#values.buf
  }

  /** Begins a reply. */
  begin(): void {
    this.#puts = 0
  }

  /** Goes to the records that a hash belongs to; the offset in `buf` where they begin, or -1. */
  locate(hash: Uint8Array): number {
    return this.#values.open(denialSlot(hash, this.#bits)) ? this.#values.offset : -1
  }

  /**
   * Finds the record that matches a hash, or else the one that covers it.
   * @returns false when there is none: the zone has no chain
   */
  find(hash: Uint8Array): boolean {
    const values = this.#values
    const own = denialSlot(hash, this.#bits)
    let index = -1
    this.matches = false
    if (values.open(own)) {
      index = denialAtOrBefore(values.buf, values.offset, hash)
      this.matches = index >= 0 && denialMatches(values.buf, values.offset, index, hash)
    }
    // The record before may stand in an earlier slot, and the chain is a ring.
    const slots = 2 ** this.#bits
    for (let back = 1; index < 0 && back <= slots; back++) {
      if (values.open((own - back + slots) % slots)) index = readU32(values.buf, values.offset) - 1
    }
    if (index < 0) return false
    this.entry = denialEntry(values.buf, values.offset, index)
    return true
  }

  /**
   * The record that matches a hash, or that covers it, kept for replies to come; undefined when there is none as asked
   * for.
   */
  keep(hash: Uint8Array, covering: boolean): KeptEntry | undefined {
    if (!this.find(hash) || this.matches === covering) return undefined
    const { buf, entry } = this
    return { buf: buf.slice(entry, entry + RECORDS + readU16(buf, entry + WHOLE_LENGTH)), entry: 0 }
  }

  /**
   * Writes the records of an entry, unless the reply has them.
   * @param originAt offset in the reply of the zone's origin, in the question
   * @returns the offset after them, or -1 when they do not fit
   */
  put(reply: Uint8Array, at: number, limit: number, originAt: number, buf: Uint8Array, entry: number): number {
    this.written = 0
    for (let i = 0; i < this.#puts; i++) if (sameOwner(reply, this.#putAt[i]!, buf, entry + RECORDS)) return at
    const whole = readU16(buf, entry + WHOLE_LENGTH)
    if (at + whole > limit || at >= POINTER_LIMIT || this.#puts === MOST) return -1
    copyOctets(buf, entry + RECORDS, whole, reply, at)
    reply[at + OWNER_LABEL] = 0xc0 | (originAt >>> 8)
    reply[at + OWNER_LABEL + 1] = originAt
    this.written = 1
    for (let signature = at + readU16(buf, entry + FIRST_LENGTH); signature < at + whole; ) {
      reply[signature] = 0xc0 | (at >>> 8)
      reply[signature + 1] = at
      this.written++
      signature += RDATA_LENGTH + 2 + ((reply[signature + RDATA_LENGTH]! << 8) | reply[signature + RDATA_LENGTH + 1]!)
    }
    this.#putAt[this.#puts++] = at
    return at + whole
  }
}

/** Whether two NSEC3 owners have the same first label. */
function sameOwner(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number): boolean {
  for (let i = 1; i < OWNER_LABEL; i++) if (a[aStart + i] !== b[bStart + i]) return false
  return true
}
