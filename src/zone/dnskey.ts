import { DnssecAlgorithm } from '../iana/index.ts'

/** Bits of the DNSKEY flags field (RFC 4034 2.1.1; RFC 5011 7). */
export const DnskeyFlag = { ZONE: 0x0100, REVOKE: 0x0080, SECURE_ENTRY_POINT: 0x0001 } as const

/** The only protocol value a DNSKEY may have (RFC 4034 2.1.2). */
export const DNSKEY_PROTOCOL = 3

/** The fields of DNSKEY rdata (RFC 4034 2.1), read where they stand. The rdata must be well formed. */
export const Dnskey = {
  flags: (rdata: Uint8Array): number => (rdata[0]! << 8) | rdata[1]!,
  protocol: (rdata: Uint8Array): number => rdata[2]!,
  algorithm: (rdata: Uint8Array): number => rdata[3]!,
  /** A view of the rdata. */
  publicKey: (rdata: Uint8Array): Uint8Array => rdata.subarray(4),
  /** True when signatures of the zone's data may be verified with it (RFC 4034 2.1.1, 2.1.2). */
  isZoneKey: (rdata: Uint8Array): boolean =>
    (Dnskey.flags(rdata) & DnskeyFlag.ZONE) !== 0 && Dnskey.protocol(rdata) === DNSKEY_PROTOCOL,
} as const

/** The key tag of DNSKEY rdata: a checksum that several keys may share (RFC 4034 B). */
export function keyTag(rdata: Uint8Array): number {
  // RFC 4034 B.1: RSA/MD5 takes it from the modulus.
  if (rdata[3] === DnssecAlgorithm.RSAMD5) {
    return rdata.length < 7 ? 0 : (rdata[rdata.length - 3]! << 8) | rdata[rdata.length - 2]!
  }
  let sum = 0
  for (let i = 0; i < rdata.length; i++) sum += i & 1 ? rdata[i]! : rdata[i]! << 8
  return (sum + (sum >>> 16)) & 0xffff
}
