import type { Name } from '../wire/index.ts'

/** Octets before the signer's name in RRSIG rdata (RFC 4034 3.1). */
const SIGNER_AT = 18

/** The fields of RRSIG rdata (RFC 4034 3.1), read where they stand. The rdata must be well formed. */
export const Rrsig = {
  typeCovered: (rdata: Uint8Array): number => (rdata[0]! << 8) | rdata[1]!,
  algorithm: (rdata: Uint8Array): number => rdata[2]!,
  /** Labels of the owner, without the root's and a leading `*`. */
  labels: (rdata: Uint8Array): number => rdata[3]!,
  /** Seconds. */
  originalTtl: (rdata: Uint8Array): number => read32(rdata, 4),
  /** Seconds since 1970 modulo 2^32: compare by {@link serialTimeBefore}. */
  expiration: (rdata: Uint8Array): number => read32(rdata, 8),
  /** Seconds since 1970 modulo 2^32: compare by {@link serialTimeBefore}. */
  inception: (rdata: Uint8Array): number => read32(rdata, 12),
  keyTag: (rdata: Uint8Array): number => (rdata[16]! << 8) | rdata[17]!,
  /** The signer's name, a view of the rdata; case as it came. */
  signer: (rdata: Uint8Array): Name => rdata.subarray(SIGNER_AT, signatureOffset(rdata)),
  /** Offset of the signature itself. */
  signatureOffset,
} as const

function signatureOffset(rdata: Uint8Array): number {
  let at = SIGNER_AT
  while (at < rdata.length && rdata[at]! !== 0) at += rdata[at]! + 1
  return at + 1
}

function read32(rdata: Uint8Array, at: number): number {
  return ((rdata[at]! << 24) | (rdata[at + 1]! << 16) | (rdata[at + 2]! << 8) | rdata[at + 3]!) >>> 0
}

/** True when time `a` comes before `b`; both in seconds modulo 2^32 (RFC 4034 3.1.5: serial number arithmetic). */
export function serialTimeBefore(a: number, b: number): boolean {
  return ((a - b) | 0) < 0
}

/** The point in time nearest to `now` that a 32-bit time field stands for, in seconds since 1970. */
export function unfoldTime(field: number, now: number): number {
  return now + ((field - now) | 0)
}
