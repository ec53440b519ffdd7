import { EdnsOption, RRType } from '../iana/index.ts'
import { additionalCount, answerCount, authorityCount, getUint16, HEADER_LENGTH } from './header.ts'
import { skipName, skipRecord } from './records.ts'

/** RFC 6891 6.2.3: sizes below this are taken as this. */
export const MIN_UDP_PAYLOAD = 512

/** What is wrong with the records after a query's question, or with its OPT; each calls for FORMERR (RFC 6891 6.1.1, 7). */
export type EdnsFault =
  | 'record overruns the message'
  | 'more than one OPT'
  | 'OPT outside the additional section'
  | 'OPT owner is not the root'
  | 'option overruns the OPT'
  | 'cookie of a wrong length'
  | 'keepalive with a timeout'
  | 'TSIG is not the last record'

/**
 * The EDNS part of a query (RFC 6891). One object is reused for all queries and allocates nothing. Offsets are into the
 * message that was read last.
 */
export class EdnsQuery {
  /** True when the query carried an OPT record. */
  present = false
  /** What is malformed; undefined when nothing is. The fields below hold what was read until then. */
  fault: EdnsFault | undefined = undefined
  version = 0
  /** The DO bit (RFC 3225 3). */
  dnssecOk = false
  /** Octets of UDP payload the querier can take, at least 512; 512 without OPT. */
  payloadSize = MIN_UDP_PAYLOAD
  /** The upper eight bits of the response code, which mean nothing in a query (RFC 6891 6.1.3). */
  extendedRcode = 0
  /** True when the querier asks for the server's identifier (RFC 5001 2.1). */
  nsid = false
  /** Offset of the cookie option's data, or 0. */
  cookieOffset = 0
  /** Octets of cookie: 8 for a client cookie alone, 16 to 40 with the server's (RFC 7873 4). */
  cookieLength = 0
  /** True when the querier asks, over TCP, how long it may keep the connection open (RFC 7828 3.1). */
  keepalive = false
  /** True when the querier padded, and so wants a padded answer on an encrypted transport (RFC 7830 4). */
  padding = false
  /** True when the query holds a client subnet (RFC 7871), of whatever content: no answer depends on it. */
  clientSubnet = false
  /** True when the query holds an extended error, which has no meaning there. */
  extendedError = false
  /** True when the querier asks for the SOA expire timer (RFC 7314 2). */
  expire = false
  /** Offset of the OPT record, or 0. */
  offset = 0
  /** Offset after the OPT record, or 0. */
  end = 0
  /** Offset of a TSIG record that ends the message (RFC 8945 5.1), or 0. */
  tsigOffset = 0
  private overTcp = false

  /** Forgets the last query. */
  reset(): void {
    this.present = false
    this.fault = undefined
    this.version = 0
    this.dnssecOk = false
    this.payloadSize = MIN_UDP_PAYLOAD
    this.extendedRcode = 0
    this.nsid = false
    this.cookieOffset = 0
    this.cookieLength = 0
    this.keepalive = false
    this.padding = false
    this.clientSubnet = false
    this.extendedError = false
    this.expire = false
    this.offset = 0
    this.end = 0
    this.tsigOffset = 0
  }

  /**
   * Reads all records after the question: finds the OPT record and a TSIG, and skips every other.
   * @param message a query whose header and question are well-formed
   * @param offset the offset after the question
   * @param end the offset after the message's last octet
   * @param overTcp how the query came: keepalive counts over TCP only
   * @returns false when something is malformed; {@link fault} then tells what
   */
  readMessage(message: Uint8Array, offset: number, end: number, overTcp: boolean): boolean {
    this.reset()
    this.overTcp = overTcp
    const before = answerCount(message) + authorityCount(message)
    const total = before + additionalCount(message)
    let at = offset
    for (let record = 0; record < total; record++) {
      const next = skipRecord(message, at, end)
      if (next === -1) return this.fail('record overruns the message')
      const type = getUint16(message, skipName(message, at, end))
      if (type === RRType.OPT) {
        // RFC 6891 6.1.1: one OPT, in the additional section; 6.1.2: owned by the root.
        if (record < before) return this.fail('OPT outside the additional section')
        if (this.present) return this.fail('more than one OPT')
        if (!this.readRecord(message, at, end)) return false
      } else if (type === RRType.TSIG) {
        // RFC 8945 5.1: once, as the last record of the additional section.
        if (record !== total - 1 || record < before) return this.fail('TSIG is not the last record')
        this.tsigOffset = at
      }
      at = next
    }
    return true
  }

  /** Reads the OPT record at `offset`. */
  private readRecord(message: Uint8Array, offset: number, end: number): boolean {
    this.present = true
    this.offset = offset
    if (message[offset] !== 0) return this.fail('OPT owner is not the root')
    if (offset + 11 > end) return this.fail('record overruns the message')
    this.payloadSize = Math.max(MIN_UDP_PAYLOAD, getUint16(message, offset + 3))
    this.extendedRcode = message[offset + 5]!
    this.version = message[offset + 6]!
    this.dnssecOk = (message[offset + 7]! & 0x80) !== 0
    const optionsEnd = offset + 11 + getUint16(message, offset + 9)
    if (optionsEnd > end) return this.fail('record overruns the message')
    this.end = optionsEnd
    let at = offset + 11
    while (at < optionsEnd) {
      if (at + 4 > optionsEnd) return this.fail('option overruns the OPT')
      const length = getUint16(message, at + 2)
      if (at + 4 + length > optionsEnd) return this.fail('option overruns the OPT')
      if (!this.readOption(getUint16(message, at), at + 4, length)) return false
      at += 4 + length
    }
    return true
  }

  private readOption(code: number, at: number, length: number): boolean {
    switch (code) {
      case EdnsOption.NSID:
        // RFC 5001 2.1 asks for no data in a query, but not for an error.
        this.nsid = true
        return true
      case EdnsOption.COOKIE:
        // RFC 7873 5.2: of several cookies the first counts; 5.2.2: FORMERR for a length that no cookie has.
        if (this.cookieOffset !== 0) return true
        if (length !== 8 && (length < 16 || length > 40)) return this.fail('cookie of a wrong length')
        this.cookieOffset = at
        this.cookieLength = length
        return true
      case EdnsOption.TCP_KEEPALIVE:
        // RFC 7828 3.3.1: over UDP it is ignored; 3.2.1: a client sends it without a timeout.
        if (!this.overTcp) return true
        if (length !== 0) return this.fail('keepalive with a timeout')
        this.keepalive = true
        return true
      case EdnsOption.PADDING:
        this.padding = true
        return true
      case EdnsOption.CLIENT_SUBNET:
        this.clientSubnet = true
        return true
      case EdnsOption.EDE:
        this.extendedError = true
        return true
      case EdnsOption.EXPIRE:
        this.expire = true
        return true
      default:
        // RFC 6891 6.1.2: options that are not understood are ignored.
        return true
    }
  }

  private fail(fault: EdnsFault): false {
    this.fault = fault
    return false
  }
}

/** The question's end in a message with exactly one question; -1 when it is malformed, or its name is compressed. */
export function questionEnd(message: Uint8Array, end: number): number {
  let at = HEADER_LENGTH
  const limit = Math.min(end, HEADER_LENGTH + 255)
  while (at < limit) {
    const label = message[at]!
    if (label === 0) return at + 5 <= end ? at + 5 : -1
    if (label > 63) return -1
    at += label + 1
  }
  return -1
}
