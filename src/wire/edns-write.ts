import { EdnsOption, RRType } from '../iana/index.ts'
import { getUint16, setUint16 } from './header.ts'

/** Octets of an OPT record without options (RFC 6891 6.1.2). */
export const OPT_LENGTH = 11
/** Octets before an option's data. */
export const OPTION_HEADER_LENGTH = 4

/**
 * Writes an OPT record without options (RFC 6891 6.1.2), version 0. The caller counts it in the header, and puts the
 * lower four bits of the response code there.
 * @param at where the record begins; the option writers need this offset as `opt`
 * @param payloadSize octets of UDP payload this server takes
 * @param rcode the whole response code, of which the upper eight bits are written
 * @param dnssecOk RFC 3225 3: the DO bit of the query is copied into the response
 * @returns the offset after the record
 */
export function writeOpt(out: Uint8Array, at: number, payloadSize: number, rcode: number, dnssecOk: boolean): number {
  out[at] = 0
  setUint16(out, at + 1, RRType.OPT)
  setUint16(out, at + 3, payloadSize)
  out[at + 5] = rcode >> 4
  out[at + 6] = 0
  out[at + 7] = dnssecOk ? 0x80 : 0
  out[at + 8] = 0
  setUint16(out, at + 9, 0)
  return at + OPT_LENGTH
}

/** Writes an option's code and length, and adds both and the data to come to the OPT's length. */
function beginOption(out: Uint8Array, opt: number, at: number, code: number, length: number): number {
  setUint16(out, at, code)
  setUint16(out, at + 2, length)
  setUint16(out, opt + 9, getUint16(out, opt + 9) + OPTION_HEADER_LENGTH + length)
  return at + OPTION_HEADER_LENGTH
}

/**
 * Appends an option with its data to the OPT record at `opt`, which ends at `at`.
 * @returns the offset after the option
 */
export function writeOption(out: Uint8Array, opt: number, at: number, code: number, data: Uint8Array): number {
  const to = beginOption(out, opt, at, code, data.length)
  // A loop, since `set` costs more than these few octets.
  for (let i = 0; i < data.length; i++) out[to + i] = data[i]!
  return to + data.length
}

/** Appends the server's identifier (RFC 5001 2.3), any octets. */
export function writeNsid(out: Uint8Array, opt: number, at: number, identifier: Uint8Array): number {
  return writeOption(out, opt, at, EdnsOption.NSID, identifier)
}

/** Appends an extended error (RFC 8914 2): its code and text in UTF-8, without a final zero; the text may be empty. */
export function writeExtendedError(
  out: Uint8Array,
  opt: number,
  at: number,
  infoCode: number,
  text: Uint8Array,
): number {
  const to = beginOption(out, opt, at, EdnsOption.EDE, 2 + text.length)
  setUint16(out, to, infoCode)
  for (let i = 0; i < text.length; i++) out[to + 2 + i] = text[i]!
  return to + 2 + text.length
}

/** Appends the idle time after which the server closes the connection, in units of 100 ms (RFC 7828 3.1). */
export function writeKeepalive(out: Uint8Array, opt: number, at: number, timeout: number): number {
  const to = beginOption(out, opt, at, EdnsOption.TCP_KEEPALIVE, 2)
  setUint16(out, to, timeout)
  return to + 2
}

/** Appends `length` zero octets of padding (RFC 7830 3). */
export function writePadding(out: Uint8Array, opt: number, at: number, length: number): number {
  const to = beginOption(out, opt, at, EdnsOption.PADDING, length)
  out.fill(0, to, to + length)
  return to + length
}
