import type { Denial } from '../zone/index.ts'

/** What a zone's environment holds: its tables, and the record that describes them. */

/** Changes whenever what is stored changes form; an older store is loaded anew. */
export const FORMAT_VERSION = 4

export const Table = {
  /** `info` → ZoneInfo as JSON. */
  Meta: 'meta',
  /** OWNER_PREFIX + sort key of the first owner → block of nodes (block.ts). */
  Owners: 'owners',
  /** Bucket number, big-endian → bucket of compiled entries (bucket.ts). */
  Buckets: 'buckets',
  /** Slot number, big-endian → NSEC3 records by hash (denial.ts). */
  Denial: 'denial',
  /** Hash of a nameserver's name + first delegation → delegations that it may be sibling glue of (host-index.ts). */
  Hosts: 'hosts',
  /** Revision, big-endian → the buckets and slots that the update to it changed (change-log.ts). */
  Changes: 'changes',
  /** What others keep with the zone and change with it: keys, cursor of a feed. */
  State: 'state',
  /** Revision and number of the piece, big-endian → what the update to it changed (journal.ts). Older stores have none. */
  Journal: 'journal',
} as const

/**
 * Tables whose entries are not made of the zone's records: they go on into a version that is made of those of the version
 * before. The journal does not: its entries are undone from the version they were made to.
 */
export const KEPT_TABLES = ['State'] as const satisfies readonly (keyof typeof Table)[]

/** An entry of one of these tables. */
export interface KeptEntry {
  readonly table: (typeof KEPT_TABLES)[number]
  readonly key: Uint8Array
  readonly value: Uint8Array
}

export const INFO_KEY = 'info'

/** LMDB has no empty keys, and the apex has the empty sort key. */
export const OWNER_PREFIX = 0x6e

/** What is known of a loaded zone; stored with it. */
export interface ZoneInfo {
  readonly formatVersion: number
  /** Presentation form, fully qualified, lower case. */
  readonly origin: string
  readonly serial: number
  /** How many updates were made since the zone was loaded. */
  readonly revision: number
  /** Records in the zone, duplicates dropped. */
  readonly records: number
  /** Zone cuts. */
  readonly delegations: number
  /** Owner names with records, NSEC3 owners apart. */
  readonly owners: number
  readonly signed: boolean
  readonly denial: Denial
  /** Of the NSEC3 chain in use; the salt in hexadecimal. */
  readonly nsec3: { readonly algorithm: number; readonly iterations: number; readonly salt: string } | undefined
  /** NSEC3 RRsets of the chain in use. */
  readonly denials: number
  /** First bits of an NSEC3 hash that choose a slot of the denial table. */
  readonly denialBits: number
  readonly buckets: number
  /** Names with a compiled entry. */
  readonly entries: number
  /** Octets of their nodes, as a measure of their entries. */
  readonly entryOctets: number
  /** Of the hash that chooses buckets. */
  readonly hashSeed: number
  /** ISO 8601. */
  readonly loadedAt: string
  /** Of the last update, ISO 8601. */
  readonly updatedAt: string | undefined
  /** File that the zone was loaded from, absolute, with its size (octets) and time of change (ms since 1970). */
  readonly source: { readonly path: string; readonly size: number; readonly modified: number } | undefined
  /** Seconds since 1970 from which the zone may no longer be served (a secondary's EXPIRE, RFC 1035 3.3.13). */
  readonly expiresAt: number | undefined
  /** What is in the journal; absent when that is nothing. */
  readonly journal?: JournalSummary
}

/** What the journal of a zone holds. */
export interface JournalSummary {
  /** Revisions of the oldest and the newest entry. None is left, and what there is is on its way out, when `last` is less. */
  readonly first: number
  readonly last: number
  /** When the oldest was made, ms since 1970. */
  readonly firstAt: number
  /** Octets of keys and values. */
  readonly octets: number
}
