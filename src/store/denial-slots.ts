import { compareOctets, type RRset } from '../zone/index.ts'
import {
  countDenialRecords,
  DenialBuilder,
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
import { Seek, type Tree } from './tree.ts'

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
}

interface StoredDenial {
  readonly hash: Uint8Array
  readonly buf: Uint8Array
  readonly start: number
  readonly end: number
}

/** Rewrites slots of the table of denial within a write transaction. */
export class DenialSlots {
  readonly #tables: Tables
  readonly #tree: Tree
  readonly #builder = new DenialBuilder()

  constructor(tables: Tables) {
    this.#tables = tables
    this.#tree = new LmdbSource(tables, '').tree(Table.Denial)
  }

  /**
   * Makes the edits, which come in ascending order of their hashes, one for each.
   * @param bits first bits of a hash that choose a slot
   */
  apply(edits: readonly DenialEdit[], bits: number): DenialOutcome {
    const slots: number[] = []
    let entries = 0
    let records = 0
    for (let from = 0; from < edits.length; ) {
      const slot = denialSlot(edits[from]!.hash, bits)
      let end = from + 1
      while (end < edits.length && denialSlot(edits[end]!.hash, bits) === slot) end++
      const before = this.#read(slot)
      const after = merge(before, edits.slice(from, end))
      if (!areSame(before, after)) {
        this.#put(slot, after)
        slots.push(slot)
        entries += after.length - before.length
        records += recordsOf(after) - recordsOf(before)
      }
      from = end
    }
    return { slots, entries, records }
  }

  /** Spreads the records over more slots: `bits` first bits of a hash choose one in place of `bitsBefore`. */
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
  }

  #read(slot: number): StoredDenial[] {
    if (!this.#tree.seek(numberKey(slot), 4, Seek.Exact)) return []
    const { buf, offset } = this.#tree
    return Array.from({ length: readU32(buf, offset) }, (_, i) => {
      const start = denialEntry(buf, offset, i)
      const at = hashAt(offset, i)
      return { hash: buf.subarray(at, at + HASH_LENGTH), buf, start, end: denialEntryEnd(buf, start) }
    })
  }

  #put(slot: number, records: readonly StoredDenial[]): void {
    if (records.length === 0) {
      this.#tables.Denial.removeSync(numberKey(slot))
      return
    }
    for (const { hash, buf, start, end } of records) this.#builder.add(hash, 0, buf, start, end)
    this.#tables.Denial.putSync(numberKey(slot), Buffer.from(this.#builder.take()))
  }
}

/** Both come in ascending order of their hashes. */
function merge(records: readonly StoredDenial[], edits: readonly DenialEdit[]): StoredDenial[] {
  const merged: StoredDenial[] = []
  let at = 0
  for (const { hash, rrset } of edits) {
    while (at < records.length && compare(records[at]!.hash, hash) < 0) merged.push(records[at++]!)
    if (at < records.length && compare(records[at]!.hash, hash) === 0) at++
    if (rrset === undefined) continue
    const out = new OctetWriter(512)
    encodeDenial(out, hash, rrset)
    merged.push({ hash, buf: out.buf, start: 0, end: out.length })
  }
  while (at < records.length) merged.push(records[at++]!)
  return merged
}

function areSame(a: readonly StoredDenial[], b: readonly StoredDenial[]): boolean {
  return (
    a.length === b.length &&
    a.every((record, i) => {
      const other = b[i]!
      return compareOctets(record.buf, record.start, record.end, other.buf, other.start, other.end) === 0
    })
  )
}

function recordsOf(entries: readonly StoredDenial[]): number {
  let records = 0
  for (const { buf, start } of entries) records += countDenialRecords(buf, start)
  return records
}

function compare(a: Uint8Array, b: Uint8Array): number {
  return compareOctets(a, 0, HASH_LENGTH, b, 0, HASH_LENGTH)
}
