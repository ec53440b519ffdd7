import { typeText } from './message.ts'
import { textName } from './name.ts'

export interface QueryOptions {
  /** Wire form. */
  readonly name: Uint8Array
  readonly type: number
  readonly klass?: number
  readonly opcode?: number
  /** Header flags besides QR and opcode: AA 0x400, TC 0x200, RD 0x100, RA 0x80, Z 0x40, AD 0x20, CD 0x10, and rcode. */
  readonly flags?: number
  /** An OPT record when present. */
  readonly edns?: { readonly payload: number; readonly dnssecOk?: boolean; readonly options?: Uint8Array }
}

export function buildQuery(options: QueryOptions): Buffer {
  const edns = options.edns
  const optionLength = edns?.options?.length ?? 0
  const message = Buffer.alloc(12 + options.name.length + 4 + (edns === undefined ? 0 : 11 + optionLength))
  message.writeUInt16BE(((options.opcode ?? 0) << 11) | (options.flags ?? 0), 2)
  message.writeUInt16BE(1, 4)
  message.set(options.name, 12)
  let at = 12 + options.name.length
  at = message.writeUInt16BE(options.type, at)
  at = message.writeUInt16BE(options.klass ?? 1, at)
  if (edns !== undefined) {
    message.writeUInt16BE(1, 10)
    at = message.writeUInt8(0, at)
    at = message.writeUInt16BE(41, at)
    at = message.writeUInt16BE(edns.payload, at)
    at = message.writeUInt32BE(edns.dnssecOk ? 0x8000 : 0, at)
    at = message.writeUInt16BE(optionLength, at)
    if (edns.options !== undefined) message.set(edns.options, at)
  }
  return message
}

/** One question put to every server, in the way it is put. */
export interface ComparedQuery {
  readonly text: string
  readonly wire: Buffer
  readonly transport: 'udp' | 'tcp'
  /** Octets the client takes: 65535 over TCP, the EDNS payload or 512 over UDP. */
  readonly limit: number
  readonly type: number
  readonly name: Uint8Array
  readonly dnssecOk: boolean
}

export interface Manner {
  readonly transport: 'udp' | 'tcp'
  /** EDNS payload; none: no OPT. */
  readonly payload?: number
  readonly dnssecOk?: boolean
  readonly flags?: number
}

export function compareQuery(name: Uint8Array, type: number, manner: Manner): ComparedQuery {
  const edns =
    manner.payload === undefined ? undefined : { payload: manner.payload, dnssecOk: manner.dnssecOk === true }
  const options: QueryOptions = { name, type, flags: manner.flags ?? 0 }
  const words = [textName(name), typeText(type)]
  if (edns !== undefined) words.push(`edns=${edns.payload}`)
  if (edns?.dnssecOk) words.push('do')
  if (manner.flags) words.push(`flags=${manner.flags.toString(16)}`)
  words.push(manner.transport)
  return {
    text: words.join(' '),
    wire: buildQuery(edns === undefined ? options : { ...options, edns }),
    transport: manner.transport,
    limit: manner.transport === 'tcp' ? 65535 : Math.max(512, edns?.payload ?? 0),
    type,
    name,
    dnssecOk: edns?.dnssecOk === true,
  }
}
