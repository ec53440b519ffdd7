import {
  entryOfTag,
  findInBucket,
  findTag,
  firstTag,
  HASH_LENGTH,
  restOfEntry,
  type ZoneSnapshot,
} from '../store/index.ts'
import { copyOctets, labelCount } from '../wire/index.ts'
import { writeNsec3HashAt } from '../zone/index.ts'
import type { CompiledDenial } from './compiled-denial.ts'
import { Delegation, DelegationFlag, EntryKind, securityAt } from './entry.ts'
import type { EntryLookup } from './lookup.ts'
import { type LookupPlan, NOT_LOOKED_UP } from './plan.ts'
import type { ParsedQuery } from './query.ts'

/** Octets that memory is fetched in, and how many such lines a search or a copy mostly needs. */
const CACHE_LINE = 64
const ENTRY_LINES = 4
const DENIAL_LINES = 2
const RECORD_LINES = 4

/**
 * Looks up what the queries of a batch need of a zone's compiled entries, before the first is answered. Every query goes
 * one step, then each the next: the processor waits for the memory of many at once. What is found is noted in each
 * query's plan, under this object's name.
 */
export class ReadAhead {
  readonly #entries: EntryLookup
  /** Of a zone with NSEC3. */
  readonly #denials: CompiledDenial | undefined
  readonly #originLength: number
  readonly #originLabels: number
  readonly #iterations: number
  readonly #salt: Uint8Array
  readonly #stable: boolean
  /** Sum of what was touched: reads without a use would be left out. */
  touched = 0

  constructor({ origin, nsec3, stable }: ZoneSnapshot, entries: EntryLookup, denials: CompiledDenial | undefined) {
    this.#entries = entries
    this.#denials = denials
    this.#originLength = origin.length
    this.#originLabels = labelCount(origin)
    this.#iterations = nsec3?.iterations ?? 0
    this.#salt = nsec3?.salt ?? new Uint8Array(0)
    this.#stable = stable
  }

  /** Goes all steps for the first `count` of some queries. */
  run(queries: readonly ParsedQuery[], count: number): void {
    for (let i = 0; i < count; i++) this.#number(queries[i]!)
    for (let i = 0; i < count; i++) this.#locate(queries[i]!.plan)
    this.#touchBuckets(queries, count)
    for (let i = 0; i < count; i++) this.#findCandidate(queries[i]!)
    this.#touchEntries(queries, count)
    for (let i = 0; i < count; i++) this.#findEntry(queries[i]!)
    const denials = this.#denials
    if (denials === undefined) return
    let planned = 0
    for (let i = 0; i < count; i++) if (this.#locateDenial(queries[i]!, denials)) planned++
    if (planned === 0) return
    this.#touchDenials(queries, count)
    for (let i = 0; i < count; i++) denials.findAhead(queries[i]!.plan)
    this.#touchRecords(queries, count)
  }

  /** The number of the bucket that the entry of the name right below the apex would be in. */
  #number(query: ParsedQuery): void {
    const { plan } = query
    plan.by = this
    plan.number = -1
    plan.label = query.labelCount - this.#originLabels - 1
    if (plan.label < 0 || !this.#stable) return
    const entries = this.#entries
    const start = query.labelOffsets[plan.label]!
    plan.number = entries.number(query.qname, start, query.qnameLength - this.#originLength)
    plan.tag = entries.tag
  }

  /** Where that bucket is. Nothing else: what is remembered of buckets is looked up for many at once. */
  #locate(plan: LookupPlan): void {
    plan.bucket = -1
    const entries = this.#entries
    if (plan.number < 0 || !entries.open(plan.number)) return
    plan.bucketBuf = entries.buf
    plan.bucket = entries.offset
  }

  #findCandidate(query: ParsedQuery): void {
    const { plan } = query
    const { bucketBuf, bucket } = plan
    plan.candidate = -1
    if (bucket < 0) return
    const at = findTag(bucketBuf, bucket, plan.tag, firstTag(bucket))
    if (at >= 0) plan.candidate = entryOfTag(bucketBuf, bucket, at)
    else plan.entry = -1
  }

  #findEntry(query: ParsedQuery): void {
    const { plan, qname } = query
    if (plan.candidate < 0) return
    const start = query.labelOffsets[plan.label]!
    const end = query.qnameLength - this.#originLength
    plan.entry = restOfEntry(plan.bucketBuf, plan.candidate, qname, start, end)
    if (plan.entry < 0) plan.entry = findInBucket(plan.bucketBuf, plan.bucket, plan.tag, qname, start, end)
  }

  /** The hash that the denial in this query's answer will turn on, and where its record is; false when it needs none. */
  #locateDenial(query: ParsedQuery, denials: CompiledDenial): boolean {
    const { entry, bucketBuf, hash } = query.plan
    if (!query.dnssecOk || entry === NOT_LOOKED_UP) return false
    if (entry < 0) {
      const start = query.labelOffsets[query.plan.label]!
      writeNsec3HashAt(query.qname, start, query.qnameLength, this.#iterations, this.#salt, hash, 0)
    } else {
      const flags = bucketBuf[entry + Delegation.flags]!
      if (bucketBuf[entry] !== EntryKind.Delegation) return false
      if ((flags & (DelegationFlag.Hash | DelegationFlag.General)) !== DelegationFlag.Hash) return false
      copyOctets(bucketBuf, securityAt(bucketBuf, entry), HASH_LENGTH, hash, 0)
    }
    denials.locateAhead(query.plan)
    return true
  }

  // Each of these reads an octet of every line of memory that the next step needs, and does nothing else: the shorter the
  // loop, the more of these reads the processor has under way at once.

  #touchBuckets(queries: readonly ParsedQuery[], count: number): void {
    let sum = 0
    for (let i = 0; i < count; i++) {
      const { bucketBuf, bucket } = queries[i]!.plan
      // The shortest bucket is longer.
      if (bucket >= 0) sum += bucketBuf[bucket]! + bucketBuf[bucket + CACHE_LINE]!
    }
    this.touched = sum
  }

  #touchEntries(queries: readonly ParsedQuery[], count: number): void {
    let sum = 0
    for (let i = 0; i < count; i++) {
      const { bucketBuf, candidate } = queries[i]!.plan
      if (candidate >= 0) sum += touch(bucketBuf, candidate, ENTRY_LINES)
    }
    this.touched = sum
  }

  #touchDenials(queries: readonly ParsedQuery[], count: number): void {
    let sum = 0
    for (let i = 0; i < count; i++) {
      const { denialBuf, denial } = queries[i]!.plan
      if (denial >= 0) sum += touch(denialBuf, denial, DENIAL_LINES)
    }
    this.touched = sum
  }

  #touchRecords(queries: readonly ParsedQuery[], count: number): void {
    let sum = 0
    for (let i = 0; i < count; i++) {
      const { denialBuf, record } = queries[i]!.plan
      if (record >= 0) sum += touch(denialBuf, record, RECORD_LINES)
    }
    this.touched = sum
  }
}

/** Reads an octet of each of some lines of memory. */
function touch(buf: Uint8Array, at: number, lines: number): number {
  const end = Math.min(at + lines * CACHE_LINE, buf.length)
  let sum = 0
  for (let i = at; i < end; i += CACHE_LINE) sum += buf[i]!
  return sum
}
