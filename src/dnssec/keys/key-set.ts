/**
 * The state of one zone's keys: plain data, so that it goes to a file and comes back as it was.
 *
 * Each key has up to three records in the world: its DNSKEY, the signatures made with it, and its DS at the parent. Each
 * of these is in one of four phases (the names are those of BIND and of "Flexible and Robust Key Rollover in DNSSEC",
 * Schaeffer, Overeinder, Mekking 2012). A rollover is nothing but records that come and go, each when no cache can be
 * left in a contradiction by it.
 */

/** What a key does: signs the DNSKEY RRset, the zone, or both. */
export type KeyRole = 'ksk' | 'zsk' | 'csk'

/** What caches may hold of a record. */
export type RecordPhase =
  /** No cache has it. */
  | 'hidden'
  /** It is published, or should be; caches may have it, or the RRset from before without it. */
  | 'rumoured'
  /** It is published, and every cache that has the RRset has it with this record. */
  | 'omnipresent'
  /** It is withdrawn, or should be; caches may still have it. */
  | 'unretentive'

export interface RecordState {
  readonly phase: RecordPhase
  /** When the phase began, in seconds since 1970. */
  readonly since: number
  /** When the world was first seen to have followed (the record there, or gone); null: not yet. The waits begin here. */
  readonly seen: number | null
}

/** Moments of a key's life in seconds since 1970; null where it has not come to them. */
export interface KeyMoments {
  readonly added: number
  readonly published: number | null
  /** From here its lifetime counts. */
  readonly active: number | null
  readonly retired: number | null
  /** No trace of it is left anywhere. */
  readonly gone: number | null
}

/** What is seen of a key's DS at the parent: every server has it, none has, or some have. */
export type DsSight = 'there' | 'gone' | 'between'

/** What is known of a key's DS at the parent. */
export interface DsSighting {
  readonly sight: DsSight
  /** When it was seen so, in seconds since 1970; of what servers show again and again, when first. */
  readonly at: number
  /** TTL of the DS RRset, or of its absence (RFC 2308 5), in seconds. */
  readonly ttl: number
  /** The parent's servers were asked, or an operator said so. */
  readonly from: 'servers' | 'operator'
}

/** What an operator saw of a key's DS at the parent, and {@link advance} has not taken up yet. */
export interface DsReport {
  readonly id: string
  readonly sight: 'there' | 'gone'
  /** Seconds since 1970. */
  readonly at: number
  /** As in {@link DsSighting}. */
  readonly ttl: number
}

export interface KeyState {
  readonly id: string
  readonly role: KeyRole
  readonly algorithm: number
  readonly keyTag: number
  /** DNSKEY rdata in base64. */
  readonly publicKey: string
  /** What the key is on its way to. */
  readonly goal: 'use' | 'retire'
  readonly dnskey: RecordState
  /** Of a KSK: always hidden. The signature of the DNSKEY RRset comes and goes with the DNSKEY itself. */
  readonly signatures: RecordState
  /** Of a ZSK: always hidden. */
  readonly ds: RecordState
  /** The last that was seen of its DS; null: nothing yet, and of a ZSK always. */
  readonly parent: DsSighting | null
  readonly moments: KeyMoments
}

/** A TTL with which caches may hold an RRset: the present one (until is null), or one before it. */
export interface CachedTtl {
  readonly ttl: number
  readonly until: number | null
}

export interface KeySet {
  readonly version: 1
  /** The zone in presentation form, lower case, with the final dot. */
  readonly zone: string
  readonly goal: 'secure' | 'insecure'
  /** An algorithm rollover that an operator asked for, until the policy says the same; null: as the policy says. */
  readonly algorithm: number | null
  /** Roles an operator asked to roll over, and that have not begun to. */
  readonly requests: readonly KeyRole[]
  /** What an operator told of the parent, in the order told. */
  readonly reports: readonly DsReport[]
  readonly keys: readonly KeyState[]
  readonly ttls: {
    readonly dnskey: readonly CachedTtl[]
    readonly zone: readonly CachedTtl[]
    readonly ds: readonly CachedTtl[]
  }
}

/** The state of a zone that has no keys. @param zone presentation form, with the final dot */
export function emptyKeySet(zone: string): KeySet {
  return {
    version: 1,
    zone: zone.toLowerCase(),
    goal: 'secure',
    algorithm: null,
    requests: [],
    reports: [],
    keys: [],
    ttls: { dnskey: [], zone: [], ds: [] },
  }
}

/** The three records of a key, by the member that holds their state. */
export type RecordKind = 'dnskey' | 'signatures' | 'ds'
export const RECORD_KINDS: readonly RecordKind[] = ['dnskey', 'signatures', 'ds']

/** The records a key of this role has. */
export function recordKinds(role: KeyRole): readonly RecordKind[] {
  if (role === 'ksk') return ['dnskey', 'ds']
  return role === 'zsk' ? ['dnskey', 'signatures'] : RECORD_KINDS
}

/** True when the record is to be there. */
export function isShown({ phase }: RecordState): boolean {
  return phase === 'rumoured' || phase === 'omnipresent'
}

/** True when the key signs the DNSKEY RRset, and a DS can point to it. */
export function isSep({ role }: { readonly role: KeyRole }): boolean {
  return role !== 'zsk'
}

/** True when the key signs the zone. */
export function signsZone({ role }: { readonly role: KeyRole }): boolean {
  return role !== 'ksk'
}

/** True when nothing of the key is anywhere. */
export function isHidden(key: KeyState): boolean {
  return RECORD_KINDS.every((kind) => key[kind].phase === 'hidden')
}

/** True when all the key's records are everywhere. */
export function isComplete(key: KeyState): boolean {
  return recordKinds(key.role).every((kind) => key[kind].phase === 'omnipresent')
}
