import {
  denialAtOrBefore,
  denialEntry,
  denialMatches,
  denialSlot,
  OWNER_LABEL,
  readU16,
  readU32,
  type ZoneSnapshot,
} from '../store/index.ts'
import { copyOctets } from '../wire/index.ts'
import { NumberedValues } from './lookup.ts'
import type { LookupPlan } from './plan.ts'

/** Offsets in the stored entry of an NSEC3 record (`store/denial.ts`). */
export const DenialEntry = {
  /** Of the NSEC3 record alone, then with its signatures. */
  firstLength: 0,
  length: 2,
  records: 4,
} as const
/** Offset of the length of rdata in a record whose owner is a pointer. */
const RDATA_LENGTH = 10
/** RFC 1035 4.1.4: what a pointer can reach. */
const POINTER_LIMIT = 0x4000
/** Records that one reply may hold: a proof needs three at most (RFC 5155 7.2.2). */
const MOST = 4

/** Records that many replies hold, kept where they are found without a search. */
export interface KeptRecords {
  readonly records: Uint8Array
  /** Octets of the first. */
  readonly first: number
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
  buf: Uint8Array = new Uint8Array(0)
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

  /** Begins a reply. */
  begin(): void {
    this.#puts = 0
  }

  /** Notes in a plan where the records begin that its hash belongs to. */
  locateAhead(plan: LookupPlan): void {
    plan.isHashed = true
    if (!this.#values.open(denialSlot(plan.hash, this.#bits))) return
    plan.denialBuf = this.#values.buf
    plan.denial = this.#values.offset
  }

  /** Notes in a plan which of those records matches its hash, or covers it. */
  findAhead(plan: LookupPlan): void {
    const { denialBuf, denial, hash } = plan
    if (denial < 0) return
    const index = denialAtOrBefore(denialBuf, denial, hash)
    if (index < 0) return
    plan.matches = denialMatches(denialBuf, denial, index, hash)
    plan.record = denialEntry(denialBuf, denial, index)
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
    this.buf = values.buf
    this.entry = denialEntry(values.buf, values.offset, index)
    return true
  }

  /** As `find`, for a plan's hash; false also when the plan has none. */
  findPlanned(plan: LookupPlan): boolean {
    if (!plan.isHashed) return false
    // The record before all others of its slot is in an earlier one.
    if (plan.record < 0) return this.find(plan.hash)
    this.matches = plan.matches
    this.buf = plan.denialBuf
    this.entry = plan.record
    return true
  }

  /**
   * The record that matches a hash, or that covers it, kept for replies to come; undefined when there is none as asked
   * for.
   */
  keep(hash: Uint8Array, covering: boolean): KeptRecords | undefined {
    if (!this.find(hash) || this.matches === covering) return undefined
    const { buf, entry } = this
    const start = entry + DenialEntry.records
    return {
      records: buf.slice(start, start + readU16(buf, entry + DenialEntry.length)),
      first: readU16(buf, entry + DenialEntry.firstLength),
    }
  }

  /**
   * Writes an NSEC3 record and its signatures, unless the reply has them.
   * @param originAt offset in the reply of the zone's origin, in the question
   * @param start where the records stand in `buf`: `length` octets, of which the NSEC3 record has the first `first`
   * @returns the offset after them, or -1 when they do not fit
   */
  put(
    reply: Uint8Array,
    at: number,
    limit: number,
    originAt: number,
    buf: Uint8Array,
    start: number,
    first: number,
    length: number,
  ): number {
    this.written = 0
    for (let i = 0; i < this.#puts; i++) if (sameOwner(reply, this.#putAt[i]!, buf, start)) return at
    if (at + length > limit || at >= POINTER_LIMIT || this.#puts === MOST) return -1
    copyOctets(buf, start, length, reply, at)
    reply[at + OWNER_LABEL] = 0xc0 | (originAt >>> 8)
    reply[at + OWNER_LABEL + 1] = originAt
    this.written = 1
    for (let signature = at + first; signature < at + length; ) {
      reply[signature] = 0xc0 | (at >>> 8)
      reply[signature + 1] = at
      this.written++
      signature += RDATA_LENGTH + 2 + ((reply[signature + RDATA_LENGTH]! << 8) | reply[signature + RDATA_LENGTH + 1]!)
    }
    this.#putAt[this.#puts++] = at
    return at + length
  }
}

/** Whether two NSEC3 owners have the same first label. */
function sameOwner(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number): boolean {
  for (let i = 1; i < OWNER_LABEL; i++) if (a[aStart + i] !== b[bStart + i]) return false
  return true
}
