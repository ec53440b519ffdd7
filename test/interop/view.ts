import {
  type DecodedMessage,
  type DecodedRecord,
  decodeMessage,
  MessageError,
  recordText,
  TYPE,
  typeText,
} from './message.ts'
import type { ComparedQuery } from './query.ts'

/** What is compared, in the order in which it is told. */
export const FIELDS = [
  'reply',
  'rcode',
  'opcode',
  'aa',
  'tc',
  'rd',
  'ra',
  'z-ad-cd',
  'question',
  'answer',
  'authority',
  'additional',
  'edns',
  'edns-options',
] as const
export type Field = (typeof FIELDS)[number]
export const SECTIONS = ['answer', 'authority', 'additional'] as const
export type Section = (typeof SECTIONS)[number]

/** One server's reply as the comparison sees it: equal text for a field means equal. */
export interface View {
  readonly fields: Readonly<Record<Field, string>>
  readonly message: DecodedMessage | undefined
  /** Faults no other server's reply can excuse. */
  readonly faults: readonly string[]
}

/** A name inside these types' rdata may be compressed: they are those of RFC 1035 (RFC 3597 4). */
const COMPRESSIBLE = new Set([2, 3, 4, 5, 6, 7, 8, 9, 12, 14, 15])

const NO_FIELDS: Readonly<Record<Field, string>> = Object.fromEntries(FIELDS.map((field) => [field, ''])) as Record<
  Field,
  string
>

export function sectionText(records: readonly DecodedRecord[]): string {
  return [...new Set(records.map(recordText))].sort().join('\n')
}

function faultsOf(message: DecodedMessage, query: ComparedQuery): string[] {
  const faults: string[] = []
  if (!message.qr) faults.push('QR is not set')
  if (message.trailing > 0) faults.push(`${message.trailing} octets after the last record`)
  if (message.length > Math.min(query.limit, query.transport === 'udp' ? 4096 : 65535)) {
    faults.push(`${message.length} octets for a client that takes ${query.limit}`)
  }
  for (const section of SECTIONS) {
    const lines = message[section].map(recordText)
    const twice = lines.filter((line, i) => lines.indexOf(line) !== i)
    for (const line of twice) faults.push(`${section} holds a record twice: ${line}`)
    for (const record of message[section]) {
      if (record.compressed && !COMPRESSIBLE.has(record.type)) {
        faults.push(`${section} holds a compressed name in ${typeText(record.type)} rdata: ${recordText(record)}`)
      }
    }
  }
  return faults
}

export function viewOf(reply: Uint8Array | undefined, query: ComparedQuery): View {
  if (reply === undefined) return { fields: { ...NO_FIELDS, reply: 'none' }, message: undefined, faults: [] }
  let message: DecodedMessage
  try {
    message = decodeMessage(reply)
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    return { fields: { ...NO_FIELDS, reply: 'malformed' }, message: undefined, faults: [error.message] }
  }
  const { edns } = message
  const fields: Record<Field, string> = {
    reply: 'reply',
    rcode: String(message.rcode),
    opcode: String(message.opcode),
    aa: String(message.aa),
    tc: String(message.tc),
    rd: String(message.rd),
    ra: String(message.ra),
    'z-ad-cd': String(message.zAdCd),
    question: message.question.map((q) => `${q.name} ${typeText(q.type)} CLASS${q.klass}`).join('\n'),
    answer: sectionText(message.answer),
    authority: sectionText(message.authority),
    additional: sectionText(message.additional),
    edns:
      edns === undefined
        ? 'none'
        : `version ${edns.version}${edns.dnssecOk ? ' do' : ''}${edns.z === 0 ? '' : ` z ${edns.z}`}`,
    'edns-options':
      edns === undefined
        ? ''
        : edns.options
            .map((option) => option.code)
            .sort((a, b) => a - b)
            .join(' '),
  }
  return { fields, message, faults: faultsOf(message, query) }
}

/** True for a referral: no answer, NS of a cut in authority and no SOA (RFC 2308 2.2.1 tells it from NODATA). */
export function isReferral(view: View): boolean {
  const { message } = view
  if (
    message === undefined ||
    message.rcode !== 0 ||
    message.answer.some(
      (record) => record.type !== TYPE.CNAME && record.type !== TYPE.DNAME && record.type !== TYPE.RRSIG,
    )
  )
    return false
  return message.authority.some((r) => r.type === TYPE.NS) && !message.authority.some((r) => r.type === TYPE.SOA)
}

/** The delegated name of a referral, lower case, or undefined. */
export function cutOf(view: View): string | undefined {
  return isReferral(view) ? view.message?.authority.find((record) => record.type === TYPE.NS)?.owner : undefined
}

/** Address records of a referral that lie at or below the cut: in-domain glue (RFC 9471 2.1). */
export function inDomainGlue(view: View): string[] {
  const cut = cutOf(view)
  if (cut === undefined) return []
  const below = cut === '.' ? '.' : `.${cut}`
  return view.message!.additional.filter((r) => r.owner === cut || r.owner.endsWith(below)).map(recordText)
}
