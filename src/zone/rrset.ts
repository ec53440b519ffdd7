import type { Name } from '../wire/index.ts'

/** The records of one owner and type (RFC 9499 5), with the signatures that cover them. */
export interface RRset {
  /** RR type code. */
  readonly type: number
  /** Seconds. */
  readonly ttl: number
  /** Rdata in uncompressed canonical wire form (RFC 4034 6.2), in canonical order (RFC 4034 6.3). */
  readonly rdatas: readonly Uint8Array[]
  /** Rdata of the RRSIG records that cover this RRset; empty in an unsigned zone. */
  readonly signatures: readonly Uint8Array[]
}

/** One owner name and all its RRsets, ascending by type code. */
export interface ZoneNode {
  /** Lower case. */
  readonly owner: Name
  readonly rrsets: readonly RRset[]
}
