import type { Name } from '../wire/index.ts'
import type { ZoneNode } from './rrset.ts'

/** How a zone proves that names do not exist. */
export type Denial = 'none' | 'nsec' | 'nsec3'

/** NSEC3 hash parameters of a zone (RFC 5155 4), from its NSEC3PARAM record. */
export interface Nsec3Parameters {
  readonly algorithm: number
  readonly iterations: number
  readonly salt: Uint8Array
}

/**
 * One consistent version of a zone, as the general answering path reads it. NSEC3 owner names are not among the
 * nodes (RFC 5155 7.2.8: they take no part in answering); they are found by their hash.
 */
export interface ZoneView {
  readonly origin: Name
  readonly serial: number
  readonly denial: Denial
  /** Present when `denial` is 'nsec3'. */
  readonly nsec3: Nsec3Parameters | undefined
  /** The node at exactly this owner (compared without case), or undefined: no records there. */
  node(name: Name): ZoneNode | undefined
  /** True when some owner lies strictly below this name: with no node, it is an empty non-terminal. */
  hasBelow(name: Name): boolean
  /** The first node after this name in canonical order (RFC 4034 6.1), whether or not the name has one. */
  nodeAfter(name: Name): ZoneNode | undefined
  /**
   * The last node in canonical order (RFC 4034 6.1), at or before this name, that owns an NSEC RRset: it matches the
   * name or covers it.
   */
  nsecAtOrBefore(name: Name): ZoneNode | undefined
  /** The last node before this name that owns an NSEC RRset; undefined when there is none, as before the apex. */
  nsecBefore(name: Name): ZoneNode | undefined
  /** The node (owner HASH.origin) whose NSEC3 RRset matches this 20-octet hash, or undefined. */
  nsec3Matching(hash: Uint8Array): ZoneNode | undefined
  /** The node whose NSEC3 RRset covers this hash: the last before it, or the chain's last when it lies before the first. */
  nsec3Covering(hash: Uint8Array): ZoneNode | undefined
}
