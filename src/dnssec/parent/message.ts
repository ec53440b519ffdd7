import { randomInt } from 'node:crypto'
import { Rcode, RRClass, RRType, rcodeToText } from '../../iana/index.ts'
import {
  additionalCount,
  answerCount,
  authorityCount,
  decompressName,
  getUint16,
  getUint32,
  HEADER_LENGTH,
  HeaderFlag,
  isAtOrBelow,
  messageFlags,
  messageId,
  messageRcode,
  type Name,
  namesEqual,
  nameToText,
  OPT_LENGTH,
  questionCount,
  setUint16,
  skipName,
  writeOpt,
} from '../../wire/index.ts'

/** A reply that says nothing usable of the DS RRset; the message tells why. */
export class ParentReplyError extends Error {
  override readonly name = 'ParentReplyError'
}

/** One server's word on the DS RRset. */
export interface DsAnswer {
  /** DS rdata; none when the server says that there are none. */
  readonly ds: readonly Uint8Array[]
  /** Seconds for which a cache may hold this. */
  readonly ttl: number
}

/** DNS Flag Day 2020: fits every path without fragments. */
const PAYLOAD = 1232

/** A question for the DS RRset of a zone, with an identifier that can't be guessed (RFC 5452 9.2). */
export function encodeDsQuery(origin: Name): Uint8Array {
  const message = new Uint8Array(HEADER_LENGTH + origin.length + 4 + OPT_LENGTH)
  setUint16(message, 0, randomInt(0x1_0000))
  setUint16(message, 4, 1)
  setUint16(message, 10, 1)
  message.set(origin, HEADER_LENGTH)
  const at = HEADER_LENGTH + origin.length
  setUint16(message, at, RRType.DS)
  setUint16(message, at + 2, RRClass.IN)
  writeOpt(message, at + 4, PAYLOAD, Rcode.NOERROR, false)
  return message
}

/** True when the message is a response to this query: identifier and question are the same (RFC 5452 9.1). */
export function isReplyTo(message: Uint8Array, query: Uint8Array): boolean {
  if (message.length < HEADER_LENGTH || messageId(message) !== messageId(query)) return false
  if ((messageFlags(message) & HeaderFlag.QR) === 0 || questionCount(message) !== 1) return false
  const end = query.length - OPT_LENGTH
  if (message.length < end) return false
  const name = query.subarray(HEADER_LENGTH, end - 4)
  // Octets of names, and of type and class, which are no letters: the same but for case.
  return (
    namesEqual(message.subarray(HEADER_LENGTH, end - 4), name) &&
    Buffer.compare(message.subarray(end - 4, end), query.subarray(end - 4, end)) === 0
  )
}

export function isTruncated(message: Uint8Array): boolean {
  return (messageFlags(message) & HeaderFlag.TC) !== 0
}

/**
 * Reads what a reply says of the DS RRset.
 * @throws ParentReplyError
 */
export function decodeDsReply(message: Uint8Array, origin: Name): DsAnswer {
  const rcode = messageRcode(message)
  if (rcode !== Rcode.NOERROR && rcode !== Rcode.NXDOMAIN)
    throw new ParentReplyError(`it answers ${rcodeToText(rcode)}`)
  if ((messageFlags(message) & HeaderFlag.AA) === 0) {
    throw new ParentReplyError(`it has no authority for the parent of ${nameToText(origin)}`)
  }
  const { answer, authority } = readSections(message)
  const found = answer.filter(({ type, owner }) => type === RRType.DS && namesEqual(owner, origin))
  if (found.length > 0) {
    return { ds: found.map(({ rdata }) => rdata), ttl: found.reduce((ttl, record) => Math.max(ttl, record.ttl), 0) }
  }
  const soa = authority.find(({ type }) => type === RRType.SOA)
  // RFC 4035 3.1.4.1: only the parent's side of the cut knows of the DS; the zone's own side says NODATA as well.
  if (soa === undefined || namesEqual(soa.owner, origin) || !isAtOrBelow(origin, soa.owner)) {
    throw new ParentReplyError(`it serves ${nameToText(origin)} and not its parent`)
  }
  if (soa.rdata.length < 4) throw new ParentReplyError('its SOA record is malformed')
  // RFC 2308 5: the lesser of the SOA's TTL and its MINIMUM.
  return { ds: [], ttl: Math.min(soa.ttl, getUint32(soa.rdata, soa.rdata.length - 4)) }
}

interface ReplyRecord {
  readonly owner: Name
  readonly type: number
  readonly ttl: number
  readonly rdata: Uint8Array
}

function readSections(message: Uint8Array): { answer: ReplyRecord[]; authority: ReplyRecord[] } {
  const end = message.length
  let at = HEADER_LENGTH
  for (let i = questionCount(message); i > 0; i--) {
    at = skipName(message, at, end)
    if (at === -1) throw new ParentReplyError('its reply is malformed')
    at += 4
  }
  const read = (count: number): ReplyRecord[] => {
    const records: ReplyRecord[] = []
    for (let i = 0; i < count; i++) {
      const { name, next } = readName(message, at, end)
      if (next + 10 > end) throw new ParentReplyError('its reply is malformed')
      const dataAt = next + 10
      at = dataAt + getUint16(message, next + 8)
      if (at > end) throw new ParentReplyError('its reply is malformed')
      if (getUint16(message, next + 2) !== RRClass.IN) continue
      const type = getUint16(message, next)
      // RFC 2181 8: a TTL with the highest bit set is zero.
      const ttl = getUint32(message, next + 4)
      const rdata = message.slice(dataAt, at)
      if (type === RRType.DS && rdata.length < 5) throw new ParentReplyError('its reply is malformed')
      records.push({ owner: name, type, ttl: ttl > 0x7fff_ffff ? 0 : ttl, rdata })
    }
    return records
  }
  const answer = read(answerCount(message))
  const authority = read(authorityCount(message))
  read(additionalCount(message))
  return { answer, authority }
}

function readName(message: Uint8Array, at: number, end: number): { name: Name; next: number } {
  try {
    return decompressName(message, at, end)
  } catch (error) {
    throw new ParentReplyError('its reply is malformed', { cause: error })
  }
}
