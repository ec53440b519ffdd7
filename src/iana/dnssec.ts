/** DNSSEC algorithm numbers (IANA "DNS Security Algorithm Numbers"), by the registry's mnemonic. */
export const DnssecAlgorithm = {
  DELETE: 0,
  RSAMD5: 1,
  DH: 2,
  DSA: 3,
  RSASHA1: 5,
  'DSA-NSEC3-SHA1': 6,
  'RSASHA1-NSEC3-SHA1': 7,
  RSASHA256: 8,
  RSASHA512: 10,
  'ECC-GOST': 12,
  ECDSAP256SHA256: 13,
  ECDSAP384SHA384: 14,
  ED25519: 15,
  ED448: 16,
  SM2SM3: 17,
  'ECC-GOST12': 23,
  INDIRECT: 252,
  PRIVATEDNS: 253,
  PRIVATEOID: 254,
} as const

/** Digest algorithms of DS records (IANA "DNSSEC Delegation Signer (DS) Resource Record (RR) Type Digest Algorithms"). */
export const DigestType = { SHA1: 1, SHA256: 2, GOST: 3, SHA384: 4, GOST12: 5, SM3: 6 } as const

const digestSizes = new Map<number, number>([
  [DigestType.SHA1, 20],
  [DigestType.SHA256, 32],
  [DigestType.GOST, 32],
  [DigestType.SHA384, 48],
  [DigestType.GOST12, 32],
  [DigestType.SM3, 32],
])

/** Octets in a digest of this type; undefined when the type is not assigned. */
export function digestSize(type: number): number | undefined {
  return digestSizes.get(type)
}

const algorithmCodes = new Map<string, number>(Object.entries(DnssecAlgorithm))
const algorithmNames = new Map<number, string>(Object.entries(DnssecAlgorithm).map(([name, code]) => [code, name]))

/** Reads an algorithm mnemonic (RFC 4034 A.1), without case; undefined when the text names none. Numbers are not read. */
export function algorithmFromText(text: string): number | undefined {
  return algorithmCodes.get(text.toUpperCase())
}

/** The mnemonic of an algorithm, or its number when it has none. */
export function algorithmToText(code: number): string {
  return algorithmNames.get(code) ?? String(code)
}
