import { compareOctets, type RRset } from '../zone/index.ts'
import {
  countDenialRecords,
  DenialBuilder,
  decodeDenial,
  denialEntry,
  denialEntryEnd,
  denialSlot,
  encodeDenial,
  HASH_LENGTH,
  hashAt,
} from './denial.ts'
import type { Tables } from './environment.ts'
import { Table } from './layout.ts'
import { LmdbSource } from './lmdb-tree.ts'
import { numberKey } from './number-key.ts'
import { OctetWriter, readU32 } from './octets.ts'
import { putOctets } from './put.ts'
import { Seek, type Tree } from './tree.ts'

const NO_NAME = new Uint8Array(0)

/** What is to become of the NSEC3 RRset of one hash. */
export interface DenialEdit {
  readonly hash: Uint8Array
  /** Undefined removes it. */
  readonly rrset: RRset | undefined
}

/** What edits of the table of denial came to. */
export interface DenialOutcome {
  /** Numbers of the slots that were written anew. */
  readonly slots: number[]
  /** By how many the NSEC3 RRsets grew. */
  readonly entries: number
  /** By how many all records grew, signatures included. */
  readonly records: number
  /** What became of RRsets, in the order of their hashes. */
  readonly replaced: readonly DenialReplacement[]
}

/** What became of the NSEC3 RRset of one hash. */
export interface DenialReplacement {
  readonly hash: Uint8Array
  readonly before: RRset | undefined
  readonly after: RRset | undefined
}

interface StoredDenial {
  readonly hash: Uint8Array
  readonly buf: Uint8Array
  readonly start: number
  readonly end: number
}

/** Made once: its buffers are larger than all else that an update needs. */
const builder = new DenialBuilder()

/** Rewrites slots of the table of denial within a write transaction. */
export class DenialSlots {
  readonly #tables: Tables
  #tree: Tree

  /** @param denials the table as it was before the transaction: no slot is looked at once it was rewritten */
  constructor(tables: Tables, denials: Tree) {
    this.#tables = tables
    this.#tree = denials
    // An update that failed may have left something in it.
    builder.take()
  }

  /**
   * Makes the edits, which come in ascending order of their hashes, one for each.
   * @param bits first bits of a hash that choose a slot
   */
  apply(edits: readonly DenialEdit[], bits: number): DenialOutcome {
    const slots: number[] = []
    let entries = 0
    let records = 0
    const replaced: DenialReplacement[] = []
    for (let from = 0; from < edits.length; ) {
      const slot = denialSlot(edits[from]!.hash, bits)
      let end = from + 1
      while (end < edits.length && denialSlot(edits[end]!.hash, bits) === slot) end++
      const before = this.#read(slot)
      const after = merge(before, edits.slice(from, end), replaced)
      if (!areSame(before, after)) {
        this.#put(slot, after)
        slots.push(slot)
        entries += after.length - before.length
        records += recordsOf(after) - recordsOf(before)
      }
      from = end
    }
    return { slots, entries, records, replaced }
  }

  /** Before any edit: spreads the records over more slots, chosen by `bits` first bits of a hash in place of `bitsBefore`. */
  spread(bitsBefore: number, bits: number): void {
    // From the last slot down: what a slot is spread over comes after it.
    for (let slot = 2 ** bitsBefore - 1; slot >= 0; slot--) {
      const records = this.#read(slot)
      if (records.length === 0) continue
      this.#tables.Denial.removeSync(numberKey(slot))
      for (let from = 0; from < records.length; ) {
        const part = denialSlot(records[from]!.hash, bits)
        let end = from + 1
        while (end < records.length && denialSlot(records[end]!.hash, bits) === part) end++
        this.#put(part, records.slice(from, end))
        from = end
      }
    }
    this.#tree = new LmdbSource(this.#tables, '').tree(Table.Denial)
  }

  #read(slot: number): StoredDenial[] {
    if (!this.#tree.seek(numberKey(slot), 4, Seek.Exact)) return []
    const { buf, offset } = this.#tree
    return Array.from({ length: readU32(buf, offset) }, (_, i) => {
      const start = denialEntry(buf, offset, i)
      const at = hashAt(buf, offset, i)
      return { hash: buf.subarray(at, at + HASH_LENGTH), buf, start, end: denialEntryEnd(buf, start) }
    })
  }

  #put(slot: number, records: readonly StoredDenial[]): void {
    if (records.length === 0) {
      this.#tables.Denial.removeSync(numberKey(slot))
      return
    }
    for (const { hash, buf, start, end } of records) builder.add(hash, 0, buf, start, end)
    putOctets(this.#tables.Denial, numberKey(slot), builder.take())
  }
}

/**
 * Both come in ascending order of their hashes.
 * @param replaced takes what becomes of RRsets that change
 */
function merge(
  records: readonly StoredDenial[],
  edits: readonly DenialEdit[],
  replaced: DenialReplacement[],
): StoredDenial[] {
  const merged: StoredDenial[] = []
  let at = 0
  for (const { hash, rrset } of edits) {
    while (at < records.length && compare(records[at]!.hash, hash) < 0) merged.push(records[at++]!)
    const isThere = at < records.length && compare(records[at]!.hash, hash) === 0
    const before = isThere ? records[at++] : undefined
    const after = rrset === undefined ? undefined : encoded(hash, rrset)
    if (after !== undefined) merged.push(after)
    if (!isSame(before, after)) replaced.push({ hash, before: before && rrsetOf(before), after: rrset })
  }
  while (at < records.length) merged.push(records[at++]!)
  return merged
}

function areSame(a: readonly StoredDenial[], b: readonly StoredDenial[]): boolean {
  return a.length === b.length && a.every((record, i) => isSame(record, b[i]))
}

function isSame(a: StoredDenial | undefined, b: StoredDenial | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return compareOctets(a.buf, a.start, a.end, b.buf, b.start, b.end) === 0
}

function encoded(hash: Uint8Array, rrset: RRset): StoredDenial {
  const out = new OctetWriter(512)
  encodeDenial(out, hash, rrset)
  return { hash, buf: out.buf, start: 0, end: out.length }
}

/** Of an entry it is only the owner that needs the origin. */
function rrsetOf({ buf, start }: StoredDenial): RRset {
  return decodeDenial(buf, start, NO_NAME).rrsets[0]!
}

function recordsOf(entries: readonly StoredDenial[]): number {
  let records = 0
  for (const { buf, start } of entries) records += countDenialRecords(buf, start)
  return records
}

function compare(a: Uint8Array, b: Uint8Array): number {
  return compareOctets(a, 0, HASH_LENGTH, b, 0, HASH_LENGTH)
}
