import { RRType } from '../../iana/index.ts'
import { base32HexToText, type Name, nameToText } from '../../wire/index.ts'
import { compareOctets } from '../key.ts'
import { writeNsec3Hash } from '../nsec3-hash.ts'
import { NSEC3_OPT_OUT, Nsec3, Nsec3Param } from '../nsec3-rdata.ts'
import { SHA1_LENGTH } from '../sha1.ts'
import { octetsEqual } from './context.ts'
import { nsec3Bitmap, nsec3Chain, nsec3Extra, nsec3Missing } from './nsec3-rows.ts'
import { PARTITIONS, type Partitions } from './partitions.ts'
import type { Report } from './report.ts'
import { bitmapText } from './type-bitmap.ts'

// What is gathered by hash. An NSEC3 record: kind, flags, hash, length of bitmap (2 octets), bitmap.
// A name: kind, 1 if it must have a record, hash, length of bitmap, bitmap, owner.
const RECORD = 1
const NAME = 2
const HASH_AT = 2
const BITMAP_LENGTH_AT = HASH_AT + SHA1_LENGTH
const BITMAP_AT = BITMAP_LENGTH_AT + 2

/**
 * One chain of NSEC3 records (RFC 5155 7.1). Its links are compared as its records stream by in the order of their
 * hashes. Whether each name has its record, and each record its name, is found at the end: both are gathered in groups
 * by hash, and a group is compared at a time.
 */
export class Nsec3Chain {
  readonly #origin: Name
  readonly #report: Report
  readonly #gathered: Partitions
  readonly #iterations: number
  readonly #salt: Uint8Array
  readonly #hash = new Uint8Array(SHA1_LENGTH)
  readonly #first = new Uint8Array(SHA1_LENGTH)
  readonly #previous = new Uint8Array(SHA1_LENGTH)
  #next = new Uint8Array(0)
  #lastFlags = 0
  #records = 0

  /** @param param rdata of its NSEC3PARAM record */
  constructor(origin: Name, report: Report, param: Uint8Array, gathered: Partitions) {
    this.#origin = origin
    this.#report = report
    this.#gathered = gathered
    this.#iterations = Nsec3Param.iterations(param)
    this.#salt = Nsec3Param.salt(param).slice()
  }

  /** True when this NSEC3 rdata is of this chain (RFC 5155 7.2: hash algorithm, iterations and salt are the same). */
  holds(rdata: Uint8Array): boolean {
    return Nsec3.iterations(rdata) === this.#iterations && octetsEqual(Nsec3.salt(rdata), this.#salt)
  }

  /**
   * Takes an authoritative name, a delegation or an empty non-terminal.
   * @param needed false when it may be left out under Opt-Out (RFC 5155 6)
   * @param bitmap types its record must list; the first `bitmapLength` octets
   */
  name(owner: Name, needed: boolean, bitmap: Uint8Array, bitmapLength: number): void {
    writeNsec3Hash(owner, this.#iterations, this.#salt, this.#hash, 0)
    const at = this.#gather(NAME, needed ? 1 : 0, this.#hash, bitmap, 0, bitmapLength, owner.length)
    this.#gathered.buffer.set(owner, at)
  }

  /** Takes an NSEC3 record; they come in the order of their hashes. */
  record(hash: Uint8Array, rdata: Uint8Array): void {
    if (this.#records === 0) this.#first.set(hash)
    else if (octetsEqual(hash, this.#previous)) {
      this.#report.add(nsec3Extra, this.#ownerOf(hash), RRType.NSEC3, () => 'two records with the same parameters')
      return
    } else this.#checkLink(hash)
    this.#records++
    this.#previous.set(hash)
    const next = Nsec3.nextHash(rdata)
    if (this.#next.length !== next.length) this.#next = new Uint8Array(next.length)
    this.#next.set(next)
    this.#lastFlags = Nsec3.flags(rdata)
    const bitmapAt = Nsec3.bitmapOffset(rdata)
    this.#gather(RECORD, this.#lastFlags, hash, rdata, bitmapAt, rdata.length - bitmapAt, 0)
  }

  finish(): void {
    if (this.#records > 0) this.#checkLink(this.#first)
    // Hashes before the first record of the chain are covered by its last (RFC 5155 3.1.7).
    let coveringFlags = this.#records > 0 ? this.#lastFlags : 0
    for (let partition = 0; partition < PARTITIONS; partition++) {
      coveringFlags = this.#judge(this.#gathered.read(partition), coveringFlags)
    }
    this.#gathered.close()
  }

  #checkLink(hash: Uint8Array): void {
    if (octetsEqual(this.#next, hash)) return
    const next = base32HexToText(this.#next, 0, this.#next.length)
    this.#report.add(
      nsec3Chain,
      this.#ownerOf(this.#previous),
      RRType.NSEC3,
      () => `names ${next} as the next hash, where ${base32HexToText(hash, 0, SHA1_LENGTH)} follows`,
    )
  }

  #gather(
    kind: number,
    flags: number,
    hash: Uint8Array,
    bitmap: Uint8Array,
    bitmapStart: number,
    bitmapLength: number,
    extra: number,
  ): number {
    const at = this.#gathered.reserve(hash[0]!, BITMAP_AT + bitmapLength + extra)
    const buffer = this.#gathered.buffer
    buffer[at] = kind
    buffer[at + 1] = flags
    for (let i = 0; i < SHA1_LENGTH; i++) buffer[at + HASH_AT + i] = hash[i]!
    buffer[at + BITMAP_LENGTH_AT] = bitmapLength >>> 8
    buffer[at + BITMAP_LENGTH_AT + 1] = bitmapLength
    for (let i = 0; i < bitmapLength; i++) buffer[at + BITMAP_AT + i] = bitmap[bitmapStart + i]!
    return at + BITMAP_AT + bitmapLength
  }

  /**
   * Compares the names and records of one group.
   * @param coveringFlags of the last record before the group
   * @returns flags of its last record, or those given when it has none
   */
  #judge(group: Uint8Array, coveringFlags: number): number {
    const records: number[] = []
    for (let at = 0; at < group.length; at = entryEnd(group, at)) if (group[at] === RECORD) records.push(at)
    const matched = new Uint8Array(records.length)
    for (let at = 0; at < group.length; at = entryEnd(group, at)) {
      if (group[at] !== NAME) continue
      const index = lastAtOrBefore(group, records, at)
      const record = index === -1 ? -1 : records[index]!
      if (record !== -1 && compareHashes(group, record, at) === 0) {
        matched[index] = 1
        this.#checkBitmap(group, at, record)
      } else this.#unmatched(group, at, record === -1 ? coveringFlags : group[record + 1]!)
    }
    for (let i = 0; i < records.length; i++) {
      if (matched[i] === 1) continue
      const hash = group.subarray(records[i]! + HASH_AT, records[i]! + HASH_AT + SHA1_LENGTH)
      this.#report.add(nsec3Extra, this.#ownerOf(hash), RRType.NSEC3, () => 'the hash of no name in the zone')
    }
    return records.length === 0 ? coveringFlags : group[records[records.length - 1]! + 1]!
  }

  #checkBitmap(group: Uint8Array, name: number, record: number): void {
    const nameEnd = bitmapEnd(group, name)
    const recordEnd = bitmapEnd(group, record)
    if (compareOctets(group, name + BITMAP_AT, nameEnd, group, record + BITMAP_AT, recordEnd) === 0) return
    this.#report.add(nsec3Bitmap, ownerAt(group, name), RRType.NSEC3, () => {
      const listed = bitmapText(group, record + BITMAP_AT, recordEnd)
      return `${this.#textOf(group, name)} lists ${listed}, where the name has ${bitmapText(group, name + BITMAP_AT, nameEnd)}`
    })
  }

  #unmatched(group: Uint8Array, name: number, coveringFlags: number): void {
    const needed = group[name + 1] === 1
    // RFC 5155 6: an unsigned delegation needs no record of its own under a span with the Opt-Out flag.
    if (!needed && (coveringFlags & NSEC3_OPT_OUT) !== 0) return
    this.#report.add(nsec3Missing, ownerAt(group, name), RRType.NSEC3, () =>
      needed
        ? `no record at ${this.#textOf(group, name)}`
        : `no record at ${this.#textOf(group, name)}, and no Opt-Out flag on the one that covers it`,
    )
  }

  #textOf(group: Uint8Array, entry: number): string {
    return nameToText(this.#ownerOf(group.subarray(entry + HASH_AT, entry + HASH_AT + SHA1_LENGTH)))
  }

  #ownerOf(hash: Uint8Array): Name {
    const label = new TextEncoder().encode(base32HexToText(hash, 0, SHA1_LENGTH))
    const owner = new Uint8Array(1 + label.length + this.#origin.length)
    owner[0] = label.length
    owner.set(label, 1)
    owner.set(this.#origin, 1 + label.length)
    return owner
  }
}

function bitmapEnd(group: Uint8Array, at: number): number {
  return at + BITMAP_AT + ((group[at + BITMAP_LENGTH_AT]! << 8) | group[at + BITMAP_LENGTH_AT + 1]!)
}

function entryEnd(group: Uint8Array, at: number): number {
  let end = bitmapEnd(group, at)
  if (group[at] === RECORD) return end
  while (group[end]! !== 0) end += group[end]! + 1
  return end + 1
}

function ownerAt(group: Uint8Array, at: number): Name {
  return group.subarray(bitmapEnd(group, at), entryEnd(group, at))
}

function compareHashes(group: Uint8Array, a: number, b: number): number {
  return compareOctets(group, a + HASH_AT, a + BITMAP_LENGTH_AT, group, b + HASH_AT, b + BITMAP_LENGTH_AT)
}

/** Index of the last record whose hash is not above that of the entry at `at`; -1 when there is none. */
function lastAtOrBefore(group: Uint8Array, records: readonly number[], at: number): number {
  let low = 0
  let high = records.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareHashes(group, records[middle]!, at) <= 0) low = middle + 1
    else high = middle
  }
  return low - 1
}
