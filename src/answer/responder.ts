import { ExtendedError, Opcode, Rcode, RRClass, RRType } from '../iana/index.ts'
import {
  copyOctets,
  HEADER_LENGTH,
  HeaderFlag,
  MessageWriter,
  messageRcode,
  OPT_LENGTH,
  OPTION_HEADER_LENGTH,
  setUint16,
  writeExtendedError,
  writeHeader,
  writeKeepalive,
  writeNsid,
  writeOpt,
} from '../wire/index.ts'
import type { ZoneView } from '../zone/index.ts'
import { type ChaosNames, ChaosTable } from './chaos.ts'
import { answerFromZone } from './general.ts'
import { ParsedQuery, parseQuery, QueryState } from './query.ts'
import { Section, Sections } from './sections.ts'
import { Transport } from './transport.ts'
import { readTsig, writeBadKey } from './tsig-error.ts'
import type { ZoneEntry, ZoneTable } from './zones.ts'

export interface ResponderOptions {
  readonly zones: ZoneTable
  /** Asked between two batches: a new table to answer from, or undefined to keep the present one. */
  readonly takeUp?: (() => ZoneTable | undefined) | undefined
  /** Octets; the largest reply over UDP, whatever the querier offers: 512 to 4096, 1232 by default. */
  readonly udpPayload?: number | undefined
  /** Name server identifier (RFC 5001), at most 128 octets, given when asked for. None by default. */
  readonly nsid?: Uint8Array | undefined
  readonly chaos?: ChaosNames | undefined
  /** Milliseconds that a TCP connection may idle, told to a client that asks (RFC 7828). Not told by default. */
  readonly tcpIdleTimeout?: number | undefined
  /** Told of what was thrown while answering a query, which then got SERVFAIL. The query holds only during the call. */
  readonly onFault?: ((fault: unknown, query: ParsedQuery) => void) | undefined
}

/** A setting of the responder that is out of its range. */
export class ResponderOptionError extends RangeError {
  readonly option: keyof ResponderOptions

  constructor(option: keyof ResponderOptions, problem: string) {
    super(`${option} ${problem}`)
    this.name = 'ResponderOptionError'
    this.option = option
  }
}

const DEFAULT_UDP_PAYLOAD = 1232
const MAX_UDP_PAYLOAD = 4096
const MAX_NSID_LENGTH = 128
const MAX_MESSAGE_LENGTH = 65_535
/** No extended error goes with the reply. */
const NO_ERROR_INFO = -1
const NO_TEXT = new Uint8Array(0)
/** QR, opcode and RD of the first octet of flags: what a reply takes from a query, besides QR (RFC 1035 4.1.1). */
const OPCODE_AND_RD = 0x79

/** Answers queries from the zones of a table, one at a time. It is the listeners' handler. */
export class Responder {
  #zones: ZoneTable
  readonly #takeUp: (() => ZoneTable | undefined) | undefined
  readonly #udpPayload: number
  readonly #nsid: Uint8Array | undefined
  /** In units of 100 milliseconds. */
  readonly #keepalive: number | undefined
  readonly #chaos: ChaosTable
  readonly #onFault: ((fault: unknown, query: ParsedQuery) => void) | undefined
  readonly #single = new ParsedQuery()
  /** What was read ahead last, from message `#aheadFrom` of a batch on. */
  #aheadFrom = 0
  readonly #batch: ParsedQuery[] = []
  readonly #states: QueryState[] = []
  readonly #zonesAhead: (ZoneEntry | undefined)[] = []
  /** Those of the batch that are for one zone. */
  readonly #zoneQueries: ParsedQuery[] = []
  /** The query being answered. */
  #query = this.#single
  readonly #writer = new MessageWriter(new Uint8Array(MAX_MESSAGE_LENGTH))

  /** @throws ResponderOptionError, ChaosTextError */
  constructor(options: ResponderOptions) {
    const { zones, takeUp, udpPayload = DEFAULT_UDP_PAYLOAD, nsid, chaos = {}, tcpIdleTimeout, onFault } = options
    if (!(udpPayload >= 512 && udpPayload <= MAX_UDP_PAYLOAD)) {
      throw new ResponderOptionError('udpPayload', `must be 512 to ${MAX_UDP_PAYLOAD} octets`)
    }
    // With it, the longest question and an extended error a reply must still fit in 512 octets.
    if (nsid !== undefined && nsid.length > MAX_NSID_LENGTH) {
      throw new ResponderOptionError('nsid', `must be at most ${MAX_NSID_LENGTH} octets`)
    }
    this.#zones = zones
    this.#takeUp = takeUp
    this.#udpPayload = udpPayload
    this.#nsid = nsid
    this.#keepalive = tcpIdleTimeout === undefined ? undefined : Math.min(0xffff, Math.floor(tcpIdleTimeout / 100))
    this.#chaos = new ChaosTable(chaos)
    this.#onFault = onFault
  }

  /** Called between two batches or messages: takes up new zone versions. */
  refresh(): void {
    const zones = this.#takeUp?.()
    if (zones !== undefined) this.#zones = zones
  }

  /**
   * Answers one message; cheapest rejections come first.
   * @param message holds the query in its first `length` octets
   * @param reply room for 65,535 octets (4,096 suffice over UDP); the reply is written from its start. It may be the array
   *   that holds the query: nothing of that but the question is read once writing begins
   * @returns octets written, or 0 for no reply at all
   */
  answer(message: Uint8Array, length: number, reply: Uint8Array, transport: Transport): number {
    this.#query = this.#single
    return this.#respond(parseQuery(this.#single, message, length, transport), undefined, reply)
  }

  /** Reads a batch of queries, and fetches from memory what their compiled answers need, for all of them at once. */
  readAhead(messages: readonly Uint8Array[], lengths: Uint16Array, from: number, end: number): void {
    const count = end - from
    while (this.#batch.length < count) this.#batch.push(new ParsedQuery())
    this.#aheadFrom = from
    const batch = this.#batch
    const zones = this.#zonesAhead
    for (let slot = 0; slot < count; slot++) {
      const query = batch[slot]!
      const state = parseQuery(query, messages[from + slot]!, lengths[from + slot]!, Transport.Udp)
      this.#states[slot] = state
      const isPlain = state === QueryState.Read && query.opcode === Opcode.QUERY && query.qclass === RRClass.IN
      zones[slot] = isPlain ? this.#zones.find(query) : undefined
    }
    for (let slot = 0; slot < count; slot++) {
      const zone = zones[slot]
      // Each zone once: at the first of its queries.
      if (zone?.fast?.readAhead !== undefined && zones.indexOf(zone) === slot) this.#readZoneAhead(zone, slot, count)
    }
  }

  #readZoneAhead(zone: ZoneEntry, first: number, end: number): void {
    const queries = this.#zoneQueries
    let count = 0
    for (let slot = first; slot < end; slot++) {
      if (this.#zonesAhead[slot] === zone) queries[count++] = this.#batch[slot]!
    }
    zone.fast!.readAhead!(queries, count)
  }

  /** As {@link answer}, for message `slot` of those read ahead last. */
  answerAhead(slot: number, reply: Uint8Array): number {
    const index = slot - this.#aheadFrom
    this.#query = this.#batch[index]!
    return this.#respond(this.#states[index]!, this.#zonesAhead[index], reply)
  }

  /** @param zoneAhead the zone to answer from, when it was looked up already */
  #respond(state: QueryState, zoneAhead: ZoneEntry | undefined, reply: Uint8Array): number {
    const query = this.#query
    const { transport } = query
    // RFC 9267 2 and common sense: an answer to an answer could go back and forth forever.
    if (state === QueryState.Silent) return 0
    if (query.opcode !== Opcode.QUERY && query.opcode !== Opcode.NOTIFY) return this.#refuse(reply, Rcode.NOTIMP)
    if (state === QueryState.Malformed) return this.#refuse(reply, Rcode.FORMERR)
    if (query.edns.version > 0) return this.#refuse(reply, Rcode.BADVERS)
    if (query.edns.tsigOffset > 0) return this.#refuseKey(reply)
    // RFC 1996 3.11 leaves open what others than secondaries do; the peers' NOTAUTH says why.
    if (query.opcode === Opcode.NOTIFY) return this.#refuse(reply, Rcode.NOTAUTH)
    const { qtype, qclass } = query
    if (qtype >= RRType.TKEY || qtype === RRType.OPT) {
      const rcode = metaTypeRcode(qtype, transport)
      if (rcode !== Rcode.NOERROR) return this.#refuse(reply, rcode)
    }
    if (qclass !== RRClass.IN && qclass !== RRClass.ANY) {
      return qclass === RRClass.CH ? this.#answerChaos(reply) : this.#refuseZone(reply)
    }
    const zone = zoneAhead ?? this.#zones.find(query)
    if (qtype === RRType.AXFR || qtype === RRType.IXFR) return this.#refuseTransfer(reply, zone)
    if (zone === undefined) return this.#refuseZone(reply)
    if (zone.view === undefined || zone.state !== 'ready') {
      const info = zone.state === 'expired' ? ExtendedError.INVALID_DATA : ExtendedError.NOT_READY
      return this.#refuse(reply, Rcode.SERVFAIL, info)
    }
    try {
      const limit = this.#limit(reply) - this.#optLength()
      if (zone.fast !== undefined && qclass === RRClass.IN) {
        this.#begin(reply, Rcode.NOERROR)
        const end = zone.fast.answer(query, reply, limit)
        if (end > 0) return this.#finish(reply, end, messageRcode(reply), NO_ERROR_INFO)
      }
      return this.#answerGenerally(zone.view, reply, limit)
    } catch (fault) {
      // A fault must never look like a name that does not exist.
      this.#onFault?.(fault, query)
      return this.#refuse(reply, Rcode.SERVFAIL, ExtendedError.OTHER)
    }
  }

  #answerGenerally(view: ZoneView, reply: Uint8Array, limit: number): number {
    const query = this.#query
    const writer = this.#writer
    writer.begin(limit)
    writer.questionAt(query.message, HEADER_LENGTH, query.qtype, query.qclass)
    const sections = new Sections(view, writer, query.dnssecOk)
    const qname = query.qname.slice(0, query.qnameLength)
    const outcome = answerFromZone(sections, qname, query.qtype, query.transport === Transport.Tcp)
    let flags = this.#replyFlags() | (outcome.rcode & 15)
    // RFC 1035 6.2: an answer for all classes cannot be authoritative for all of them.
    if (outcome.authoritative && query.qclass === RRClass.IN) flags |= HeaderFlag.AA
    if (sections.truncated) {
      writer.truncate()
      flags |= HeaderFlag.TC
    }
    const end = writer.finish(query.id, flags)
    reply.set(writer.buffer.subarray(0, end))
    return this.#finish(reply, end, outcome.rcode, NO_ERROR_INFO)
  }

  #answerChaos(reply: Uint8Array): number {
    const query = this.#query
    const rdatas = this.#chaos.find(query)
    if (rdatas === undefined) return this.#refuseZone(reply)
    const writer = this.#writer
    writer.begin(this.#limit(reply) - this.#optLength())
    writer.questionAt(query.message, HEADER_LENGTH, query.qtype, query.qclass)
    const fits = writer.rrset(
      Section.Answer,
      query.qname.slice(0, query.qnameLength),
      RRType.TXT,
      RRClass.CH,
      0,
      rdatas,
    )
    const end = writer.finish(query.id, this.#replyFlags() | (fits ? 0 : HeaderFlag.TC))
    reply.set(writer.buffer.subarray(0, end))
    return this.#finish(reply, end, Rcode.NOERROR, NO_ERROR_INFO)
  }

  /** RFC 8914 4.21: the server is not authoritative for the name, or serves no such class. */
  #refuseZone(reply: Uint8Array): number {
    return this.#refuse(reply, Rcode.REFUSED, ExtendedError.NOT_AUTHORITATIVE)
  }

  /** Zones are not transferred here; to nobody, then. RFC 5936 2.2.1: NOTAUTH for what is no zone of this server. */
  #refuseTransfer(reply: Uint8Array, zone: ZoneEntry | undefined): number {
    return zone !== undefined && zone.origin.length === this.#query.qnameLength
      ? this.#refuse(reply, Rcode.REFUSED, ExtendedError.PROHIBITED)
      : this.#refuse(reply, Rcode.NOTAUTH)
  }

  /** No key is known here (RFC 8945 5.2.1). */
  #refuseKey(reply: Uint8Array): number {
    const { message, length, edns, hasOpt } = this.#query
    const tsig = readTsig(message, edns.tsigOffset, length)
    if (tsig === undefined) return this.#refuse(reply, Rcode.FORMERR)
    const end = this.#refuse(reply, Rcode.NOTAUTH)
    const signedEnd = writeBadKey(reply, end, tsig)
    if (signedEnd > this.#limit(reply)) return end
    setUint16(reply, 10, hasOpt ? 2 : 1)
    return signedEnd
  }

  /** A reply of header, question and OPT alone. */
  #refuse(reply: Uint8Array, rcode: number, info: number = NO_ERROR_INFO): number {
    return this.#finish(reply, this.#begin(reply, rcode), rcode, info)
  }

  /** The header, with no records counted, and the question as it was asked, if it could be read. */
  #begin(reply: Uint8Array, rcode: number): number {
    const { message, questionEnd, id } = this.#query
    writeHeader(reply, id, this.#replyFlags() | (rcode & 15), questionEnd > HEADER_LENGTH ? 1 : 0, 0, 0, 0)
    if (reply !== message) copyOctets(message, HEADER_LENGTH, questionEnd - HEADER_LENGTH, reply, HEADER_LENGTH)
    return questionEnd
  }

  /** Opcode and RD are the query's (RFC 1035 4.1.1), CD is cleared (RFC 4035 3.1.6), and all else not set. */
  #replyFlags(): number {
    return HeaderFlag.QR | (this.#query.flags & (OPCODE_AND_RD << 8))
  }

  /**
   * Appends OPT to a reply that ends at `end`, if the query had one (RFC 6891 6.1.1) that can be relied on.
   * @returns the reply's length
   */
  #finish(reply: Uint8Array, end: number, rcode: number, info: number): number {
    const { edns, hasOpt, dnssecOk } = this.#query
    if (!hasOpt) return end
    let at = writeOpt(reply, end, this.#udpPayload, rcode, dnssecOk)
    if (edns.nsid && this.#nsid !== undefined) at = writeNsid(reply, end, at, this.#nsid)
    if (edns.keepalive && this.#keepalive !== undefined) at = writeKeepalive(reply, end, at, this.#keepalive)
    if (info !== NO_ERROR_INFO) at = writeExtendedError(reply, end, at, info, NO_TEXT)
    setUint16(reply, 10, ((reply[10]! << 8) | reply[11]!) + 1)
    return at
  }

  /** Octets that {@link #finish} adds to an answer. */
  #optLength(): number {
    const { edns, hasOpt } = this.#query
    if (!hasOpt) return 0
    let length = OPT_LENGTH
    if (edns.nsid && this.#nsid !== undefined) length += OPTION_HEADER_LENGTH + this.#nsid.length
    if (edns.keepalive && this.#keepalive !== undefined) length += OPTION_HEADER_LENGTH + 2
    return length
  }

  /** Octets that the whole reply may take: RFC 6891 6.2.3 to 6.2.5, and 512 without EDNS (RFC 1035 4.2.1). */
  #limit(reply: Uint8Array): number {
    const { transport, edns } = this.#query
    const limit = transport === Transport.Tcp ? MAX_MESSAGE_LENGTH : Math.min(edns.payloadSize, this.#udpPayload)
    return Math.min(limit, reply.length)
  }
}

/** The rcode for a type that no zone could be asked for over this transport; NOERROR for the others. */
function metaTypeRcode(qtype: number, transport: Transport): number {
  switch (qtype) {
    case RRType.OPT: // RFC 6891 6.1.1: never asked for
    case RRType.TKEY:
    case RRType.TSIG:
      return Rcode.FORMERR
    case RRType.MAILA: // RFC 1035 3.2.3: obsolete
    case RRType.MAILB:
      return Rcode.NOTIMP
    case RRType.AXFR: // RFC 5936 4.2: not defined over UDP
      return transport === Transport.Udp ? Rcode.NOTIMP : Rcode.NOERROR
    default:
      return Rcode.NOERROR
  }
}
