import type { TokenReader } from './tokens.ts'

/** Called with the place of a name inside rdata: its offset in the buffer and its octets. */
export type NameVisitor = (offset: number, length: number) => void

/**
 * One field of an rdata format, in both directions. All offsets are into the buffer given; `start` is where the whole
 * rdata begins, for fields whose form an earlier field decides.
 */
export interface Field {
  /** Octets of the field when they are always the same number. */
  readonly size?: number
  /** True when the field is exactly one domain name. */
  readonly isName?: true
  /** Reads the field's tokens and writes its wire form at `at`; returns the offset after it. Fails through the reader. */
  parse(reader: TokenReader, out: Uint8Array, at: number, start: number): number
  /**
   * Checks the wire form at `at`, in rdata that ends at `end`.
   * @returns the offset after the field
   * @throws RdataError when the field is malformed
   */
  measure(rdata: Uint8Array, at: number, end: number, start: number): number
  /** The presentation form of a field already checked, which ends at `end`; '' when nothing is to be written. */
  print(rdata: Uint8Array, at: number, end: number, start: number): string
  /** Visits the names in a field already checked; absent when there are none, or when the field is a name. */
  visitNames?(rdata: Uint8Array, at: number, end: number, start: number, visit: NameVisitor): void
}

/** The rdata of one record type: its fields in order. */
export interface RdataFormat {
  readonly type: number
  readonly fields: readonly Field[]
  /** RFC 3597 4: names may be compressed only in the rdata of the types of RFC 1035. */
  readonly compressible?: true
  /** RFC 4034 6.2 and RFC 6840 5.1: names are lower-cased in canonical form. */
  readonly lowerCasedNames?: true
  /** A rule across fields that are each well-formed: what is expected when it is broken, else undefined. */
  broken?(rdata: Uint8Array, start: number, end: number): string | undefined
}
