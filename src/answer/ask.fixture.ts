import { classFromText, typeFromText } from '../iana/index.ts'
import { nameFromText } from '../wire/index.ts'
import { Transport } from './transport.ts'

export interface AskedQuery {
  readonly wire: Uint8Array
  readonly transport: Transport
  readonly dnssec: boolean
  /** Octets that the reply may take. */
  readonly limit: number
  /** As the reply must repeat it. */
  readonly question: string
}

/**
 * A query in the words of dig: `NAME TYPE [CLASS] [+dnssec] [+bufsize=N] [+tcp] [+rd]`. There is an OPT record with
 * +dnssec or +bufsize, 1232 unless told.
 */
export function ask(words: string): AskedQuery {
  const [name = '.', type = 'A', ...rest] = words.split(/\s+/)
  const klass = rest.find((word) => !word.startsWith('+')) ?? 'IN'
  const size = rest.find((word) => word.startsWith('+bufsize='))?.slice('+bufsize='.length)
  const dnssec = rest.includes('+dnssec')
  const transport = rest.includes('+tcp') ? Transport.Tcp : Transport.Udp
  const payload = Number(size ?? 1232)
  const edns = size !== undefined || dnssec
  const head = Buffer.from([0x12, 0x34, rest.includes('+rd') ? 1 : 0, 0, 0, 1, 0, 0, 0, 0, 0, edns ? 1 : 0])
  const tail = Buffer.alloc(4)
  tail.writeUInt16BE(typeFromText(type)!, 0)
  tail.writeUInt16BE(classFromText(klass)!, 2)
  const opt = Buffer.from([0, 0, 41, payload >> 8, payload & 255, 0, 0, dnssec ? 0x80 : 0, 0, 0, 0])
  const wire = new Uint8Array(Buffer.concat([head, nameFromText(name), tail, edns ? opt : Buffer.alloc(0)]))
  const udpLimit = edns ? Math.min(1232, Math.max(512, payload)) : 512
  return {
    wire,
    transport,
    dnssec,
    limit: transport === Transport.Tcp ? 65_535 : udpLimit,
    question: `${name} ${klass} ${type}`,
  }
}
