import { randomInt } from 'node:crypto'
import * as packet from 'dns-packet'
import { RRType } from '../../iana/index.ts'
import { decompressName, type Name, namesEqual, nameToText } from '../../wire/index.ts'
import type { QueryPlan } from './arguments.ts'
import { expandRdata } from './rdata.ts'

/** A reply that breaks the message format of RFC 1035 4. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError'
}

export interface Query {
  readonly id: number
  readonly octets: Uint8Array
}

export interface Reply {
  readonly id: number
  readonly opcode: number
  /** With the upper bits that the OPT record carries (RFC 6891 6.1.3). */
  readonly rcode: number
  readonly flags: readonly string[]
  readonly truncated: boolean
  readonly questions: readonly Question[]
  readonly answers: readonly ReplyRecord[]
  readonly authorities: readonly ReplyRecord[]
  /** Without the OPT record. */
  readonly additionals: readonly ReplyRecord[]
  readonly edns: ReplyEdns | undefined
  /** Octets. */
  readonly size: number
}

export interface Question {
  readonly name: Name
  readonly type: number
  readonly klass: number
}

export interface ReplyRecord extends Question {
  /** Seconds. */
  readonly ttl: number
  /** Uncompressed wire form. */
  readonly rdata: Uint8Array
}

export interface ReplyEdns {
  readonly version: number
  readonly dnssec: boolean
  /** Octets. */
  readonly payload: number
  readonly options: readonly { readonly code: number; readonly data: Uint8Array }[]
}

const HEADER_LENGTH = 12
/** The root's zero octet, type and class. */
const ROOT_QUESTION_LENGTH = 5

/** Flag bits of the header's third and fourth octet (RFC 1035 4.1.1, RFC 4035 3.1.6, 3.2). */
const FLAGS: readonly (readonly [bit: number, text: string])[] = [
  [0x8000, 'qr'],
  [0x0400, 'aa'],
  [0x0200, 'tc'],
  [0x0100, 'rd'],
  [0x0080, 'ra'],
  [0x0020, 'ad'],
  [0x0010, 'cd'],
]

/** Encodes a query. dns-packet reads names as dotted UTF-8, so the name is put in as octets afterwards. */
export function encodeQuery(plan: QueryPlan): Query {
  const id = randomInt(0x10000)
  const { edns } = plan
  const draft = packet.encode({
    type: 'query',
    id,
    flags: (plan.recurse ? packet.RECURSION_DESIRED : 0) | (plan.checkingDisabled ? packet.CHECKING_DISABLED : 0),
    questions: [{ type: 'A', name: '.' }],
    additionals:
      edns === undefined
        ? []
        : [
            {
              type: 'OPT',
              name: '.',
              udpPayloadSize: edns.payload,
              extendedRcode: 0,
              ednsVersion: edns.version,
              flags: edns.dnssec ? packet.DNSSEC_OK : 0,
              flag_do: edns.dnssec,
              // The library encodes any option with data; its type declarations know only some.
              options: edns.nsid ? [{ code: 'NSID', data: Buffer.alloc(0) } as unknown as packet.PacketOpt] : [],
            },
          ],
  })
  const typeAndClass = Buffer.alloc(4)
  typeAndClass.writeUInt16BE(plan.type, 0)
  typeAndClass.writeUInt16BE(plan.klass, 2)
  const head = draft.subarray(0, HEADER_LENGTH)
  const tail = draft.subarray(HEADER_LENGTH + ROOT_QUESTION_LENGTH)
  return { id, octets: Buffer.concat([head, plan.name, typeAndClass, tail]) }
}

/** True when this message answers that query: its ID, and its question where it has one (RFC 5452 9.1). */
export function isReplyTo(octets: Uint8Array, query: Query, plan: QueryPlan): boolean {
  if (octets.length < HEADER_LENGTH) return false
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length)
  if (view.getUint16(0) !== query.id || (view.getUint16(2) & 0x8000) === 0) return false
  if (view.getUint16(4) === 0) return true
  try {
    const { name, next } = decompressName(octets, HEADER_LENGTH, octets.length)
    return (
      next + 4 <= octets.length &&
      namesEqual(name, plan.name) &&
      view.getUint16(next) === plan.type &&
      view.getUint16(next + 2) === plan.klass
    )
  } catch {
    return false
  }
}

/** Decodes a reply. @throws ReplyError */
export function decodeReply(octets: Uint8Array): Reply {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length)
  const questions: Question[] = []
  const sections: ReplyRecord[][] = [[], [], []]
  let edns: ReplyEdns | undefined
  let extendedRcode = 0
  try {
    let at = HEADER_LENGTH
    for (let i = 0; i < view.getUint16(4); i++) {
      const { name, next } = decompressName(octets, at, octets.length)
      questions.push({ name, type: view.getUint16(next), klass: view.getUint16(next + 2) })
      at = next + 4
    }
    for (const [section, records] of sections.entries()) {
      for (let i = 0; i < view.getUint16(6 + 2 * section); i++) {
        const { name, next } = decompressName(octets, at, octets.length)
        const type = view.getUint16(next)
        const klass = view.getUint16(next + 2)
        const ttl = view.getUint32(next + 4)
        const start = next + 10
        const end = start + view.getUint16(next + 8)
        if (end > octets.length) throw new RangeError(`the rdata of ${nameToText(name)} runs past the end`)
        if (type === RRType.OPT) {
          extendedRcode = ttl >>> 24
          edns = {
            version: (ttl >>> 16) & 0xff,
            dnssec: (ttl & 0x8000) !== 0,
            payload: klass,
            options: options(octets, start, end),
          }
        } else {
          records.push({ name, type, klass, ttl, rdata: expandRdata(type, octets, start, end) })
        }
        at = end
      }
    }
  } catch (error) {
    throw new ReplyError(`the reply is malformed: ${(error as Error).message}`, { cause: error })
  }
  const bits = view.getUint16(2)
  return {
    id: view.getUint16(0),
    opcode: (bits >>> 11) & 0xf,
    rcode: (extendedRcode << 4) | (bits & 0xf),
    flags: FLAGS.filter(([bit]) => (bits & bit) !== 0).map(([, text]) => text),
    truncated: (bits & 0x0200) !== 0,
    questions,
    answers: sections[0]!,
    authorities: sections[1]!,
    additionals: sections[2]!,
    edns,
    size: octets.length,
  }
}

function options(octets: Uint8Array, start: number, end: number): ReplyEdns['options'] {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length)
  const found: { code: number; data: Uint8Array }[] = []
  for (let at = start; at < end; ) {
    const dataEnd = at + 4 + view.getUint16(at + 2)
    if (dataEnd > end) throw new RangeError('an EDNS option runs past the end of its record')
    found.push({ code: view.getUint16(at), data: octets.slice(at + 4, dataEnd) })
    at = dataEnd
  }
  return found
}
