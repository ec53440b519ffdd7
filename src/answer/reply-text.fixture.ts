import { classToText, RRType, rcodeToText, typeToText } from '../iana/index.ts'
import { decompressName, getUint16, getUint32, nameToText, rdataToText } from '../wire/index.ts'

/** One record of a reply, its rdata without compression. */
export interface ReplyRecord {
  readonly owner: Uint8Array
  readonly type: number
  readonly klass: number
  readonly ttl: number
  readonly rdata: Uint8Array
}

export interface Reply {
  readonly id: number
  readonly flags: number
  /** With the upper bits of OPT. */
  readonly rcode: number
  /** As dig prints it, without its leading semicolon; letter case kept. */
  readonly question: string
  readonly answer: readonly ReplyRecord[]
  readonly authority: readonly ReplyRecord[]
  /** Without OPT. */
  readonly additional: readonly ReplyRecord[]
  readonly opt: ReplyRecord | undefined
}

/** Octets before each name of the rdata that may be compressed (RFC 3597 4). */
const COMPRESSED_NAMES = new Map<number, readonly number[]>([
  [RRType.NS, [0]],
  [RRType.CNAME, [0]],
  [RRType.PTR, [0]],
  [RRType.SOA, [0, 0]],
  [RRType.MX, [2]],
])

function readRecord(message: Uint8Array, at: number): { record: ReplyRecord; next: number } {
  const { name: owner, next } = decompressName(message, at, message.length)
  const type = getUint16(message, next)
  const next10 = next + 10
  const end = next10 + getUint16(message, next + 8)
  const parts: Uint8Array[] = []
  let from = next10
  for (const before of COMPRESSED_NAMES.get(type) ?? []) {
    parts.push(message.subarray(from, from + before))
    const target = decompressName(message, from + before, end)
    parts.push(target.name)
    from = target.next
  }
  parts.push(message.subarray(from, end))
  const rdata = new Uint8Array(Buffer.concat(parts))
  const record = { owner, type, klass: getUint16(message, next + 2), ttl: getUint32(message, next + 4), rdata }
  return { record, next: end }
}

/** Reads a whole reply. */
export function readReply(message: Uint8Array): Reply {
  let at = 12
  let question = ''
  if (getUint16(message, 4) === 1) {
    const { name, next } = decompressName(message, at, message.length)
    const klass = classToText(getUint16(message, next + 2))
    question = `${nameToText(name)} ${klass} ${typeToText(getUint16(message, next))}`
    at = next + 4
  }
  const sections: ReplyRecord[][] = []
  for (const countAt of [6, 8, 10]) {
    const records: ReplyRecord[] = []
    for (let i = 0; i < getUint16(message, countAt); i++) {
      const { record, next } = readRecord(message, at)
      records.push(record)
      at = next
    }
    sections.push(records)
  }
  if (at !== message.length) throw new Error(`${message.length - at} octets after the reply`)
  const opt = sections[2]!.find((record) => record.type === RRType.OPT)
  const flags = getUint16(message, 2)
  return {
    id: getUint16(message, 0),
    flags,
    rcode: (flags & 15) | (opt === undefined ? 0 : (opt.ttl >>> 24) << 4),
    question,
    answer: sections[0]!,
    authority: sections[1]!,
    additional: sections[2]!.filter((record) => record !== opt),
    opt,
  }
}

/** `OWNER TTL TYPE RDATA`, lower case; of an RRSIG's rdata only the type that it covers. */
export function recordLine({ owner, type, ttl, rdata }: ReplyRecord): string {
  const data = type === RRType.RRSIG ? typeToText(getUint16(rdata, 0)) : rdataToText(type, rdata)
  return `${nameToText(owner).toLowerCase()} ${ttl} ${typeToText(type)} ${data}`
}

/** The first line of an expectation: rcode and the flags AA and TC when set. */
export function statusLine({ rcode, flags }: Reply): string {
  return [rcodeToText(rcode), ...((flags & 0x400) !== 0 ? ['aa'] : []), ...((flags & 0x200) !== 0 ? ['tc'] : [])].join(
    ' ',
  )
}
