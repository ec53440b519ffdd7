import { RRClass, RRType } from '../iana/index.ts'
import { HASH_LENGTH, type OctetWriter } from '../store/index.ts'
import { HEADER_LENGTH, isAtOrBelow, MessageWriter, type Name } from '../wire/index.ts'
import { writeNsec3Hash, type ZoneNode, type ZoneView } from '../zone/index.ts'
import { proveNoData } from './denial.ts'
import { DelegationFlag, EntryKind, NameFlag } from './entry.ts'
import { answerFromZone } from './general.ts'
import { offerSiblingGlue, putDelegation, putInDomainGlue } from './referral.ts'
import { findRRset, hasWildcard } from './search.ts'
import { Section, Sections } from './sections.ts'

/**
 * Room for a referral while it is compiled; what is longer is left to the general path. In a reply to a longer name a
 * pointer's target lies up to 255 octets further on, and must still be within a pointer's 14 bits (RFC 1035 4.1.4).
 */
const SCRATCH = 0x4000 - 255
/** Records, and pointers, of one fragment: each is counted in an octet. */
const MAX_COUNT = 0xff

/** One fragment as it was composed. */
interface Fragment {
  readonly start: number
  readonly end: number
  /** Offsets of pointers, from `start`. */
  readonly pointers: readonly number[]
  readonly records: number
}

/** Begun anew for each delegation: made with each compiler they were an eighth of the memory that a small update leaves. */
const cutWriter = new MessageWriter(new Uint8Array(SCRATCH))
const glueWriter = new MessageWriter(new Uint8Array(SCRATCH))
const signedGlueWriter = new MessageWriter(new Uint8Array(SCRATCH))

/** Makes the entries of a zone's names: what a reply needs, ready on the wire. */
export class EntryCompiler {
  readonly #view: ZoneView

  constructor(view: ZoneView) {
    this.#view = view
  }

  /** Appends the entry of a name that is no zone cut; without a node it is an empty non-terminal. */
  name(owner: Name, node: ZoneNode | undefined, out: OctetWriter): void {
    let flags = 0
    if (hasWildcard(this.#view, owner)) flags |= NameFlag.Wildcard
    if (node !== undefined && findRRset(node, RRType.DNAME) !== undefined) flags |= NameFlag.Dname
    out.u8(node === undefined ? EntryKind.EmptyNonTerminal : EntryKind.Node)
    out.u8(flags)
  }

  /** Appends the entry of a delegation, composed by the general path's own functions. */
  delegation(cut: ZoneNode, out: OctetWriter): void {
    const view = this.#view
    let flags = 0
    const writer = cutWriter
    const sections = begin(writer, view, cut.owner, true)
    const questionEnd = writer.offset
    const ns = compose(writer, () => putDelegation(sections, cut))
    const ds = findRRset(cut, RRType.DS)
    let security = EMPTY
    let hash: Uint8Array | undefined
    if (ds === undefined && view.denial === 'nsec' && findRRset(cut, RRType.NSEC) === undefined) {
      // The record that covers it would be another name's, and change without it.
      flags |= DelegationFlag.GeneralWithDnssec
    } else if (ds !== undefined || view.denial === 'nsec') {
      security = compose(writer, () =>
        ds ? sections.put(Section.Authority, cut.owner, ds) : proveNoData(sections, cut.owner),
      )
      if (ds !== undefined) flags |= DelegationFlag.Secure
      // Of an unsigned zone only answers to DS queries hold the DS RRset, unless it alone is signed.
      if (ds !== undefined && ds.signatures.length > 0 && view.denial === 'none') {
        flags |= DelegationFlag.GeneralWithDnssec
      }
    } else if (view.denial === 'nsec3') {
      hash = new Uint8Array(HASH_LENGTH)
      writeNsec3Hash(cut.owner, view.nsec3!.iterations, view.nsec3!.salt, hash, 0)
      flags |= DelegationFlag.Hash
      if (cut.owner.length - cut.owner[0]! - 1 !== view.origin.length) flags |= DelegationFlag.Deep
    }
    const dsPointers = ds?.rdatas.length ?? 0
    const dsLength = ds?.rdatas.reduce((length, rdata) => length + 12 + rdata.length, 0) ?? 0

    const glue = this.#glue(cut)
    if (glue.signed) flags |= DelegationFlag.GeneralWithDnssec
    const isCountable = [ns, security, glue.fragment].every(
      ({ records, pointers }) => records <= MAX_COUNT && pointers.length <= MAX_COUNT,
    )
    if (sections.truncated || glue.truncated || !isCountable) flags |= DelegationFlag.General

    out.u8(EntryKind.Delegation)
    out.u8(flags)
    if (flags & DelegationFlag.General) return
    out.u16(ns.end - ns.start)
    out.u8(ns.records)
    out.u8(ns.pointers.length)
    out.u16(dsLength)
    out.u16(hash ? hash.length : security.end - security.start)
    out.u8(dsPointers)
    out.u8(security.records)
    out.u8(security.pointers.length)
    out.u8(dsPointers)
    out.u16(glue.fragment.end - glue.fragment.start)
    out.u16(glue.fragment.records)
    out.u16(glue.fragment.pointers.length)
    for (const fragment of [ns, security, glue.fragment]) for (const at of fragment.pointers) out.u16(at)
    out.octets(writer.buffer, questionEnd, ns.end)
    if (hash) out.octets(hash)
    else out.octets(writer.buffer, security.start, security.end)
    out.octets(glueWriter.buffer, glue.fragment.start, glue.fragment.end)
  }

  /** Composes the glue right after the NS RRset, where all names it can point to stand. */
  #glue(cut: ZoneNode): { fragment: Fragment; truncated: boolean; signed: boolean } {
    // Most delegations name servers outside the zone, and there is nothing to compose.
    if (!namesInZone(cut, this.#view.origin)) return { fragment: EMPTY, truncated: false, signed: false }
    const writer = glueWriter
    const sections = begin(writer, this.#view, cut.owner, false)
    putDelegation(sections, cut)
    const fragment = compose(writer, () => {
      putInDomainGlue(sections, cut)
      offerSiblingGlue(sections, cut)
    })
    let signed = false
    if (fragment.records > 0 && this.#view.denial !== 'none') {
      // Addresses that are no glue but the zone's own data go with their signatures when DNSSEC is asked for.
      const withSignatures = begin(signedGlueWriter, this.#view, cut.owner, true)
      putInDomainGlue(withSignatures, cut)
      offerSiblingGlue(withSignatures, cut)
      signed = signedGlueWriter.count(Section.Additional) !== fragment.records
    }
    return { fragment, truncated: sections.truncated, signed }
  }
}

const EMPTY: Fragment = { start: 0, end: 0, pointers: [], records: 0 }

/** Whether a nameserver of the delegation lies in the zone, so that there may be glue. */
function namesInZone(cut: ZoneNode, origin: Name): boolean {
  return findRRset(cut, RRType.NS)?.rdatas.some((nameserver) => isAtOrBelow(nameserver, origin)) ?? false
}

function begin(writer: MessageWriter, view: ZoneView, qname: Name, dnssec: boolean): Sections {
  writer.begin(SCRATCH)
  writer.pointers = []
  writer.question(qname, RRType.NS, RRClass.IN)
  return new Sections(view, writer, dnssec)
}

function compose(writer: MessageWriter, write: () => void): Fragment {
  const start = writer.offset
  const firstPointer = writer.pointers!.length
  const before = total(writer)
  write()
  const pointers = writer.pointers!.slice(firstPointer).map((at) => at - start)
  return { start, end: writer.offset, pointers, records: total(writer) - before }
}

function total(writer: MessageWriter): number {
  return writer.count(Section.Answer) + writer.count(Section.Authority) + writer.count(Section.Additional)
}

/** A reply's part that stands right after the question, as composed for a question of the zone's origin. */
export interface ApexFragment {
  readonly octets: Uint8Array
  readonly pointers: Uint16Array
  readonly records: number
}

/**
 * The SOA record of negative answers, alone or with its signatures, as it stands after a question of the origin; in a
 * reply to a longer name every pointer moves by the length of the labels before.
 */
export function compileAtApex(view: ZoneView, dnssec: boolean, write: (sections: Sections) => void): ApexFragment {
  const writer = new MessageWriter(new Uint8Array(SCRATCH))
  const sections = begin(writer, view, view.origin, dnssec)
  const { start, end, pointers, records } = compose(writer, () => write(sections))
  return { octets: writer.buffer.slice(start, end), pointers: Uint16Array.from(pointers), records }
}

/** The whole answer to a question for the origin itself, without its header and question. */
export interface ApexAnswer {
  readonly octets: Uint8Array
  readonly answers: number
  readonly authorities: number
  readonly additionals: number
  readonly rcode: number
  readonly authoritative: boolean
}

/** Composes it by the general path; undefined when it is too long to be kept. */
export function compileApexAnswer(view: ZoneView, qtype: number, dnssec: boolean): ApexAnswer | undefined {
  const writer = new MessageWriter(new Uint8Array(SCRATCH))
  const sections = begin(writer, view, view.origin, dnssec)
  const start = writer.offset
  const { rcode, authoritative } = answerFromZone(sections, view.origin, qtype, false)
  if (sections.truncated) return undefined
  return {
    octets: writer.buffer.slice(start, writer.offset),
    answers: writer.count(Section.Answer),
    authorities: writer.count(Section.Authority),
    additionals: writer.count(Section.Additional),
    rcode,
    authoritative,
  }
}

/** Octets of the question that a fragment for this name was composed after, with the header. */
export function questionEndOf(nameLength: number): number {
  return HEADER_LENGTH + nameLength + 4
}
