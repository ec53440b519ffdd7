/** The Opt-Out bit of the NSEC3 flags field (RFC 5155 3.1.2.1). */
export const NSEC3_OPT_OUT = 0x01

const SALT_AT = 5

/** The fields of NSEC3 rdata (RFC 5155 3.2), read where they stand. The rdata must be well formed. */
export const Nsec3 = {
  algorithm: (rdata: Uint8Array): number => rdata[0]!,
  flags: (rdata: Uint8Array): number => rdata[1]!,
  iterations: (rdata: Uint8Array): number => (rdata[2]! << 8) | rdata[3]!,
  salt: (rdata: Uint8Array): Uint8Array => rdata.subarray(SALT_AT, SALT_AT + rdata[4]!),
  /** The next hash of the chain, a view of the rdata. */
  nextHash: (rdata: Uint8Array): Uint8Array => {
    const at = SALT_AT + rdata[4]!
    return rdata.subarray(at + 1, at + 1 + rdata[at]!)
  },
  /** Offset of the type bitmap, which ends with the rdata. */
  bitmapOffset: (rdata: Uint8Array): number => {
    const at = SALT_AT + rdata[4]!
    return at + 1 + rdata[at]!
  },
} as const

/** The fields of NSEC3PARAM rdata (RFC 5155 4.2), read where they stand. The rdata must be well formed. */
export const Nsec3Param = {
  algorithm: Nsec3.algorithm,
  flags: Nsec3.flags,
  iterations: Nsec3.iterations,
  salt: Nsec3.salt,
} as const
