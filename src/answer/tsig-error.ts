import { Rcode, RRClass, RRType } from '../iana/index.ts'
import { decompressName, getUint16, type Name, NameError, setUint16, setUint32 } from '../wire/index.ts'

/** The parts of a query's TSIG record (RFC 8945 4.2) that a reply repeats. */
export interface TsigRequest {
  readonly keyName: Name
  readonly algorithm: Name
  /** Time signed (48 bits) and fudge (16 bits), as sent. */
  readonly time: Uint8Array
  readonly originalId: number
}

const TIME_LENGTH = 8

/**
 * Reads the TSIG record at `offset` of a message.
 * @returns undefined when it is malformed (RFC 8945 5.2: FORMERR)
 */
export function readTsig(message: Uint8Array, offset: number, length: number): TsigRequest | undefined {
  try {
    const { name: keyName, next } = decompressName(message, offset, length)
    if (getUint16(message, next + 2) !== RRClass.ANY) return undefined
    const rdata = next + 10
    const end = rdata + getUint16(message, next + 8)
    if (end > length) return undefined
    const { name: algorithm, next: timeAt } = decompressName(message, rdata, end)
    const macLengthAt = timeAt + TIME_LENGTH
    if (macLengthAt + 2 > end) return undefined
    const idAt = macLengthAt + 2 + getUint16(message, macLengthAt)
    if (idAt + 6 > end || idAt + 6 + getUint16(message, idAt + 4) !== end) return undefined
    return { keyName, algorithm, time: message.slice(timeAt, macLengthAt), originalId: getUint16(message, idAt) }
  } catch (error) {
    if (error instanceof NameError) return undefined
    throw error
  }
}

/**
 * Appends the unsigned TSIG record that tells a querier its key is not known here (RFC 8945 5.2.1, 5.3.2: BADKEY, an
 * empty MAC).
 * @returns the offset after it
 */
export function writeBadKey(reply: Uint8Array, at: number, tsig: TsigRequest): number {
  const { keyName, algorithm, time, originalId } = tsig
  reply.set(keyName, at)
  let to = at + keyName.length
  setUint16(reply, to, RRType.TSIG)
  setUint16(reply, to + 2, RRClass.ANY)
  setUint32(reply, to + 4, 0)
  setUint16(reply, to + 8, algorithm.length + TIME_LENGTH + 8)
  to += 10
  reply.set(algorithm, to)
  to += algorithm.length
  reply.set(time, to)
  to += TIME_LENGTH
  setUint16(reply, to, 0)
  setUint16(reply, to + 2, originalId)
  setUint16(reply, to + 4, Rcode.BADKEY)
  setUint16(reply, to + 6, 0)
  return to + 8
}
