import { readU16 } from '../store/index.ts'

/**
 * What a compiled entry holds after its name (`store/bucket.ts` describes what comes before). All numbers are
 * little-endian.
 *
 * A name that exists without being a zone cut: kind (1), flags (1).
 *
 * A delegation: kind (1), flags (1), then the header below, the lists of pointers, and the fragments: octets as they
 * stand in a message whose question is exactly the delegated name. A list of pointers gives where in its fragment each
 * compression pointer stands; all of them point into the question or the NS fragment, so in a reply to a longer name
 * each moves by the length of the labels before.
 */

export const EntryKind = {
  Delegation: 1,
  /** Has records: the general path answers for it. */
  Node: 2,
  /** RFC 4592 2.2.2: has none, but a name below has. */
  EmptyNonTerminal: 3,
} as const

/** Flags of a name that is no zone cut. */
export const NameFlag = {
  /** A wildcard stands right below. */
  Wildcard: 1,
  Dname: 2,
} as const

export const DelegationFlag = {
  /** The security fragment begins with the DS RRset. */
  Secure: 1,
  /** In place of a security fragment stands the NSEC3 hash of the name: of the cut itself, or its next closer name. */
  Hash: 2,
  /** Only the general path can answer with DNSSEC. */
  GeneralWithDnssec: 4,
  /** Only the general path can answer. */
  General: 8,
  /** The name right above the cut is not the apex. */
  Deep: 16,
} as const

/** Offsets in a delegation's entry from its kind on. */
export const Delegation = {
  flags: 1,
  nsLength: 2,
  nsCount: 4,
  nsPointers: 5,
  /** Of the DS RRset alone, then with all its signatures (or of the NSEC RRset with its own). */
  dsLength: 6,
  securityLength: 8,
  dsCount: 10,
  securityCount: 11,
  securityPointers: 12,
  dsPointers: 13,
  glueLength: 14,
  glueCount: 16,
  gluePointers: 18,
  lists: 20,
} as const

/** Where the entry ends whose kind stands at `at`. */
export function entryEnd(buf: Uint8Array, at: number): number {
  if (buf[at] !== EntryKind.Delegation || buf[at + Delegation.flags]! & DelegationFlag.General) return at + 2
  const pointers =
    buf[at + Delegation.nsPointers]! +
    buf[at + Delegation.securityPointers]! +
    readU16(buf, at + Delegation.gluePointers)
  const fragments =
    readU16(buf, at + Delegation.nsLength) +
    readU16(buf, at + Delegation.securityLength) +
    readU16(buf, at + Delegation.glueLength)
  return at + Delegation.lists + 2 * pointers + fragments
}

/** Where in `buf` a delegation's security fragment begins. */
export function securityAt(buf: Uint8Array, entry: number): number {
  const pointers =
    buf[entry + Delegation.nsPointers]! +
    buf[entry + Delegation.securityPointers]! +
    readU16(buf, entry + Delegation.gluePointers)
  return entry + Delegation.lists + 2 * pointers + readU16(buf, entry + Delegation.nsLength)
}
