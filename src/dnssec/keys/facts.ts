import type { KeyTiming, StoredKey } from '../keystore/index.ts'
import type { KeyRole } from './key-set.ts'

/** What the version of the zone shows that is being served (not one still to be committed). */
export interface ServedFacts {
  /** Ids of the keys whose DNSKEY stands in the DNSKEY RRset. */
  readonly dnskeys: readonly string[]
  /** TTL of the DNSKEY RRset, in seconds; 0 when there is none. */
  readonly dnskeyTtl: number
  /**
   * Keys with signatures in the zone, by id: on every RRset that is to be signed, or on some. The rest have none. DNSKEY,
   * CDS and CDNSKEY do not count, since keys sign them that do not sign the zone; only, there is no 'all' without CDS and
   * CDNSKEY.
   */
  readonly signatures: Readonly<Record<string, 'all' | 'some'>>
  /** The largest TTL of any RRset that is signed, in seconds, NSEC and NSEC3 included; of an unsigned zone, of any. */
  readonly maxTtl: number
  /** Rdata of the CDS RRset, in base64; CDNSKEY is taken to come and go with it. */
  readonly cds: readonly string[]
}

/** What all of the parent's servers say when asked for the zone's DS RRset. */
export interface ParentFacts {
  /** When they were asked, in seconds since 1970. */
  readonly at: number
  /** The largest TTL of the DS RRset, or of its absence (RFC 2308 5), in seconds. */
  readonly ttl: number
  /** DS rdata that every server shows, in base64. */
  readonly everywhere: readonly string[]
  /** DS rdata that any server shows, in base64. */
  readonly anywhere: readonly string[]
}

/** What is known of the world. What is undefined is not known, and nothing that depends on it goes on. */
export interface KeyFacts {
  /** All keys of the zone in the key store. */
  readonly stored: readonly StoredKey[]
  readonly served: ServedFacts | undefined
  readonly parent: ParentFacts | undefined
}

/**
 * What is to be done now. Each may be done twice without harm, and comes again until the facts show that it was done.
 */
export type KeyAction =
  /** Make a key; the next call takes it from the store. */
  | { readonly kind: 'generate'; readonly role: KeyRole; readonly algorithm: number; readonly rsaBits: number }
  /** Bring DNSKEY, CDS, CDNSKEY and the zone's signatures to what {@link publication} and {@link parentRequest} say. */
  | { readonly kind: 'publish' }
  /** Ask the parent's servers for the DS RRset. */
  | { readonly kind: 'check-parent' }
  /** Write the moments into the key's files, for people and for other tools. */
  | { readonly kind: 'set-timing'; readonly id: string; readonly timing: KeyTiming }
  /** Delete a key of which nothing is left. */
  | { readonly kind: 'delete'; readonly id: string }
  /** Tell the operator: a key in use is not in the store. */
  | { readonly kind: 'missing-key'; readonly id: string }
  /** Tell the operator: the parent has no DS any more for a key it vouched for. */
  | { readonly kind: 'lost-ds'; readonly id: string }
