import { RRType } from '../iana/index.ts'
import { labelCount, lowerName, type Name, nameToText } from '../wire/index.ts'
import type { ZoneView } from '../zone/index.ts'
import type { FastPath } from './fast.ts'
import type { ParsedQuery } from './query.ts'

/** 'failed': it could not be loaded. 'expired': a secondary that lost its primary (RFC 1035 3.3.13, EXPIRE). */
export type ZoneState = 'ready' | 'failed' | 'expired'

/** One zone that the server answers for. */
export interface ZoneEntry {
  /** Letter case does not matter. */
  readonly origin: Name
  readonly state: ZoneState
  /** Undefined only when the zone is not ready. */
  readonly view: ZoneView | undefined
  /** Compiled answers, asked before the general path. */
  readonly fast?: FastPath | undefined
}

/** Two zones of one table have the same origin. */
export class DuplicateZoneError extends Error {
  readonly origin: Name

  constructor(origin: Name) {
    super(`the zone ${nameToText(origin)} is listed twice`)
    this.name = 'DuplicateZoneError'
    this.origin = origin
  }
}

interface Slot {
  readonly entry: ZoneEntry
  /** In lower case. */
  readonly origin: Name
  /** The next zone of the same bucket. */
  readonly next: Slot | undefined
}

// FNV-1a over the labels from the right, so that one pass over a query name yields the hash of each of its ancestors.
const FNV_OFFSET = 0x811c9dc5 | 0
const FNV_PRIME = 0x01000193

function hashLabel(hash: number, name: Uint8Array, at: number): number {
  const end = at + 1 + name[at]!
  for (let i = at; i < end; i++) hash = Math.imul(hash ^ name[i]!, FNV_PRIME)
  return hash
}

/** The zones of one server: built once, asked for each query without allocation. */
export class ZoneTable {
  readonly entries: readonly ZoneEntry[]
  readonly #buckets: (Slot | undefined)[]
  readonly #mask: number
  /** Labels of the longest origin: no deeper suffix of a query name need be looked for. */
  readonly #deepest: number

  /** @throws DuplicateZoneError when two entries have the same origin */
  constructor(entries: readonly ZoneEntry[]) {
    this.entries = [...entries]
    let size = 16
    while (size < entries.length * 2) size *= 2
    this.#mask = size - 1
    this.#buckets = new Array<Slot | undefined>(size).fill(undefined)
    let deepest = 0
    for (const entry of entries) {
      const origin = lowerName(entry.origin)
      const bucket = hashOrigin(origin) & this.#mask
      if (this.#slot(bucket, origin, 0, origin.length) !== undefined) throw new DuplicateZoneError(origin)
      this.#buckets[bucket] = { entry, origin, next: this.#buckets[bucket] }
      deepest = Math.max(deepest, labelCount(origin))
    }
    this.#deepest = deepest
  }

  /**
   * The zone that answers this query: the one with the longest origin at or above the name asked for; for a DS query
   * at a zone's apex the next above it, if there is one (RFC 4035 3.1.4.1: DS lies at the parent's side of the cut).
   */
  find(query: ParsedQuery): ZoneEntry | undefined {
    const { qname, labelOffsets, labelCount, qnameLength } = query
    const deepest = Math.min(labelCount, this.#deepest)
    let hash = FNV_OFFSET
    let start = qnameLength - 1
    let found: ZoneEntry | undefined
    for (let depth = 0; ; depth++) {
      const slot = this.#slot(hash & this.#mask, qname, start, qnameLength)
      if (slot !== undefined && !(start === 0 && query.qtype === RRType.DS && found !== undefined)) found = slot.entry
      if (depth === deepest) return found
      start = labelOffsets[labelCount - depth - 1]!
      hash = hashLabel(hash, qname, start)
    }
  }

  #slot(bucket: number, name: Uint8Array, start: number, end: number): Slot | undefined {
    let slot = this.#buckets[bucket]
    while (slot !== undefined && !isSuffix(slot.origin, name, start, end)) slot = slot.next
    return slot
  }
}

function isSuffix(origin: Name, name: Uint8Array, start: number, end: number): boolean {
  if (origin.length !== end - start) return false
  for (let i = 0; i < origin.length; i++) if (origin[i] !== name[start + i]) return false
  return true
}

function hashOrigin(origin: Name): number {
  const starts: number[] = []
  for (let i = 0; origin[i]! > 0; i += origin[i]! + 1) starts.push(i)
  return starts.reduceRight((hash, start) => hashLabel(hash, origin, start), FNV_OFFSET)
}
