import { DigestType, DnssecAlgorithm } from '../../iana/index.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How a zone is signed. All times are in seconds. */
export interface SigningPolicy {
  /** A KSK and a ZSK, or one key for both (CSK). */
  readonly keys: 'split' | 'csk'
  /** DNSSEC algorithm number. Another one than the zone's keys have begins an algorithm rollover (RFC 6781 4.1.4). */
  readonly algorithm: number
  /** Size of new RSA keys, in bits. */
  readonly rsaBits: number
  readonly denial: 'nsec' | 'nsec3' | 'nsec3-opt-out'
  /** From a signature's making to its expiration. */
  readonly validity: number
  /** Expirations are spread over so much less than the validity, so that signatures come due evenly. */
  readonly jitter: number
  /** A signature is renewed when so little of its validity is left. */
  readonly refresh: number
  /** A signature's inception lies so long before its making, for validators whose clock is behind. */
  readonly inceptionOffset: number
  readonly dnskeyTtl: number
  /** TTL of NSEC and NSEC3; when absent, the lesser of the SOA's TTL and its MINIMUM (RFC 9077 3). */
  readonly denialTtl?: number
  readonly serial: 'increment' | 'date' | 'unix' | 'keep'
  /** How long a key is used before it is rolled over; absent: until an operator asks. */
  readonly lifetimes: { readonly ksk?: number; readonly zsk?: number; readonly csk?: number }
  /** How a KSK is rolled over (RFC 6781 4.1.2). A CSK and an algorithm rollover always take double-ksk. */
  readonly kskRollover: 'double-ksk' | 'double-ds'
  /** The longest that a change takes from this server to all of the zone's nameservers (RFC 7583 2: Dprp). */
  readonly propagationDelay: number
  /** The same within the parent zone, from the first server that shows a new DS RRset to the last (DprpP). */
  readonly parentPropagationDelay: number
  /** Added to every wait, for what was not foreseen. */
  readonly safetyMargin: number
  /** CDS and CDNSKEY are published for the parent (RFC 7344, RFC 8078). */
  readonly cds: boolean
  /** Digest types of CDS records, and of the DS records shown to the operator (RFC 8624 3.3). */
  readonly dsDigests: readonly number[]
  /** A key that is used no more is deleted after so long; absent: kept. */
  readonly purgeAfter?: number
  readonly zonemd: 'off' | 'sha384' | 'sha512' | 'both'
}

/** What a zone is signed by where its configuration says nothing else. */
export const DEFAULT_POLICY: SigningPolicy = {
  keys: 'split',
  algorithm: DnssecAlgorithm.ECDSAP256SHA256,
  rsaBits: 2048,
  denial: 'nsec3-opt-out',
  validity: 14 * DAY,
  jitter: 2 * DAY,
  refresh: 5 * DAY,
  inceptionOffset: HOUR,
  dnskeyTtl: HOUR,
  serial: 'increment',
  lifetimes: { zsk: 90 * DAY },
  kskRollover: 'double-ksk',
  propagationDelay: 5 * MINUTE,
  parentPropagationDelay: HOUR,
  safetyMargin: HOUR,
  cds: true,
  dsDigests: [DigestType.SHA256],
  purgeAfter: 90 * DAY,
  zonemd: 'off',
}
