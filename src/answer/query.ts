import {
  type EdnsFault,
  EdnsQuery,
  getUint16,
  HEADER_LENGTH,
  isResponse,
  LOWER,
  MAX_LABEL_LENGTH,
  MAX_NAME_LENGTH,
  messageFlags,
  messageId,
  messageOpcode,
  questionCount,
} from '../wire/index.ts'
import { LookupPlan } from './plan.ts'
import { Transport } from './transport.ts'

/** What became of reading a message. */
export const QueryState = {
  /** A response, or shorter than a header: no reply at all. */
  Silent: 0,
  /** Not readable as a query: FORMERR. */
  Malformed: 1,
  /** Read; the opcode and all else may still be refused. */
  Read: 2,
} as const
export type QueryState = (typeof QueryState)[keyof typeof QueryState]

/**
 * One query message, read. An instance is reused for every message that a thread handles: its fields hold until the
 * next call of `parseQuery`.
 */
export class ParsedQuery {
  /** The message, in its first `length` octets. */
  message: Uint8Array = new Uint8Array(0)
  length = 0
  transport: Transport = Transport.Udp

  id = 0
  /** The 16 bits of flags, opcode and rcode as they were sent. */
  flags = 0
  opcode = 0

  /** The name asked for, in lower case; only the first `qnameLength` octets count. */
  readonly qname: Uint8Array = new Uint8Array(255)
  /** Octets of the name with its final zero; the name stands in the message from offset 12. */
  qnameLength = 0
  /** Offset of each label's length octet in `qname`, from the left; the root's is not among them. */
  readonly labelOffsets: Uint8Array = new Uint8Array(128)
  labelCount = 0
  qtype = 0
  qclass = 0
  /** Offset in the message after the question; 12 when no question could be read. */
  questionEnd = 12

  /** The OPT record and what else follows the question; reset when none could be read. */
  readonly edns = new EdnsQuery()
  /** There is one OPT record that can be relied on, so that the reply has one too (RFC 6891 6.1.1). */
  hasOpt = false
  /** The DO bit (RFC 3225 3). */
  dnssecOk = false

  /** What was read ahead for the answer. */
  readonly plan = new LookupPlan()
}

/**
 * Reads a message as a query: header, one question and, of the records after it, OPT and TSIG. Records of other types
 * and octets after the last record are passed over.
 * @param query receives what was read, as far as reading went
 * @param message holds the query in its first `length` octets
 */
export function parseQuery(query: ParsedQuery, message: Uint8Array, length: number, transport: Transport): QueryState {
  query.message = message
  query.length = length
  query.transport = transport
  query.questionEnd = HEADER_LENGTH
  query.qnameLength = 0
  query.labelCount = 0
  query.edns.reset()
  query.plan.reset()
  query.hasOpt = false
  query.dnssecOk = false
  if (length < HEADER_LENGTH || isResponse(message)) return QueryState.Silent
  query.id = messageId(message)
  query.flags = messageFlags(message)
  query.opcode = messageOpcode(message)
  // RFC 9619 3: a query has exactly one question. Of one without any the OPT record can be read still.
  const questions = questionCount(message)
  if (questions > 1 || (questions === 1 && !readQuestion(query))) return QueryState.Malformed
  const { edns } = query
  const isWhole = edns.readMessage(message, query.questionEnd, length, transport === Transport.Tcp)
  query.hasOpt = edns.present && !isBroken(edns.fault)
  query.dnssecOk = edns.dnssecOk
  return isWhole && questions === 1 ? QueryState.Read : QueryState.Malformed
}

/** True when the records after the question, or the OPT record itself, are malformed, and not only one of its options. */
function isBroken(fault: EdnsFault | undefined): boolean {
  switch (fault) {
    case 'record overruns the message':
    case 'more than one OPT':
    case 'OPT outside the additional section':
    case 'OPT owner is not the root':
    case 'option overruns the OPT':
      return true
    default:
      return false
  }
}

function readQuestion(query: ParsedQuery): boolean {
  const { message, length, qname, labelOffsets } = query
  let at = HEADER_LENGTH
  let labels = 0
  for (;;) {
    if (at >= length) return false
    const labelLength = message[at]!
    // No name before the question's could be pointed to, so that a pointer is as malformed as an unknown label type.
    if (labelLength > MAX_LABEL_LENGTH) return false
    const start = at - HEADER_LENGTH
    const next = at + 1 + labelLength
    if (next > length || next - HEADER_LENGTH > MAX_NAME_LENGTH) return false
    qname[start] = labelLength
    if (labelLength === 0) break
    labelOffsets[labels++] = start
    for (at++; at < next; at++) qname[at - HEADER_LENGTH] = LOWER[message[at]!]!
  }
  at++
  if (at + 4 > length) return false
  query.qnameLength = at - HEADER_LENGTH
  query.labelCount = labels
  query.qtype = getUint16(message, at)
  query.qclass = getUint16(message, at + 2)
  query.questionEnd = at + 4
  return true
}
