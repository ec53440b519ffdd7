import type { Name } from '../../wire/index.ts'

/** What became of one signature. `unchecked`: an algorithm that is not verified here, or left out as the caller asked. */
export type SignatureVerdict = 'valid' | 'invalid' | 'unchecked'

/**
 * Verifies signatures for the zone checks. The implementation is in `dnssec/verify`, which imports this folder; so the
 * checks ask for it through this interface.
 */
export interface SignatureVerifier {
  /**
   * Verifies one RRSIG with one key (RFC 4035 5.3.3).
   *
   * @param owner of the RRset, lower case
   * @param type of the RRset
   * @param rdatas canonical, in canonical order
   * @param signature rdata of the RRSIG
   * @param key rdata of the DNSKEY
   */
  verify(
    owner: Name,
    type: number,
    rdatas: readonly Uint8Array[],
    signature: Uint8Array,
    key: Uint8Array,
  ): SignatureVerdict
}
