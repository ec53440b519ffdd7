import { Rcode, RRType } from '../iana/index.ts'
import { HASH_LENGTH, readU16, type ZoneSnapshot } from '../store/index.ts'
import { copyOctets, HEADER_LENGTH, labelCount } from '../wire/index.ts'
import { writeNsec3Hash, writeNsec3HashAt } from '../zone/index.ts'
import { type ApexAnswer, type ApexFragment, compileApexAnswer, compileAtApex, questionEndOf } from './compile.ts'
import { CompiledDenial, DenialEntry, type KeptRecords } from './compiled-denial.ts'
import { Delegation, DelegationFlag, EntryKind, NameFlag, securityAt } from './entry.ts'
import type { FastPath } from './fast.ts'
import { putNegativeSoa } from './general.ts'
import { EntryLookup } from './lookup.ts'
import { NOT_LOOKED_UP } from './plan.ts'
import type { ParsedQuery } from './query.ts'
import { ReadAhead } from './read-ahead.ts'
import { hasWildcard, wildcardBelow } from './search.ts'

/** Offsets in a header (RFC 1035 4.1.1). */
const FLAGS_HIGH = 2
const FLAGS_LOW = 3
const ANSWER_COUNT = 6
const AUTHORITY_COUNT = 8
const ADDITIONAL_COUNT = 10
const AA = 0x04

/** Answers for the apex are kept for types up to this: who asks for others can't fill the memory with them. */
const MAX_KEPT_TYPE = 255

/**
 * Answers from compiled entries: referrals, DS at a cut, and names that do not exist. It gives exactly what the general
 * path would, or 0 to leave the query to it: whatever is rare (wildcards, names with data, replies that do not fit).
 */
export class CompiledAnswers implements FastPath {
  readonly #entries: EntryLookup
  /** Of a zone with NSEC3. */
  readonly #denials: CompiledDenial | undefined
  readonly #ahead: ReadAhead
  readonly #origin: Uint8Array
  readonly #originLabels: number
  readonly #signed: boolean
  readonly #iterations: number
  readonly #salt: Uint8Array
  readonly #apexWildcard: boolean
  readonly #soa: ApexFragment
  readonly #signedSoa: ApexFragment
  readonly #hash = new Uint8Array(HASH_LENGTH)
  /** Of the record that matches the apex, and of the one that covers the wildcard below it. */
  readonly #apexEntry: KeptRecords | undefined
  readonly #wildcardEntry: KeptRecords | undefined
  readonly #snapshot: ZoneSnapshot
  /** Answers for the apex by type, each without and with DNSSEC; null for one that is too long to be kept. */
  readonly #apexAnswers: (ApexAnswer | null | undefined)[]
  /** Where the reply goes on. */
  #at = 0
  #authority = 0

  /** @param before see {@link renewed} */
  constructor(snapshot: ZoneSnapshot, before?: CompiledAnswers) {
    const { info, origin, nsec3 } = snapshot
    const changes = before && snapshot.changesSince(before.#snapshot.info.revision)
    this.#entries =
      before !== undefined && changes !== undefined
        ? before.#entries.renewed(snapshot.buckets, info.buckets, changes.buckets)
        : new EntryLookup(snapshot.buckets, info.buckets, info.hashSeed)
    const denials = before === undefined ? undefined : before.#denials
    const kept = changes && denials?.renewed(snapshot, changes.denials)
    this.#denials = nsec3 && (kept ?? new CompiledDenial(snapshot))
    this.#origin = origin
    this.#snapshot = snapshot
    this.#apexAnswers = new Array<ApexAnswer | null | undefined>(2 * (MAX_KEPT_TYPE + 1)).fill(undefined)
    this.#originLabels = labelCount(origin)
    this.#signed = info.denial !== 'none'
    this.#iterations = nsec3?.iterations ?? 0
    this.#salt = nsec3?.salt ?? new Uint8Array(0)
    this.#ahead = new ReadAhead(snapshot, this.#entries, this.#denials)
    const wildcard = wildcardBelow(origin)
    this.#apexWildcard = hasWildcard(snapshot, origin)
    this.#soa = compileAtApex(snapshot, false, putNegativeSoa)
    this.#signedSoa = compileAtApex(snapshot, true, putNegativeSoa)
    this.#apexEntry = this.#keep(origin, false)
    this.#wildcardEntry = wildcard && this.#keep(wildcard, true)
  }

  /**
   * The answers of a later snapshot of the same environment: where values lie that no update changed is not looked for
   * again. These answers here are then no longer to be used.
   */
  renewed(snapshot: ZoneSnapshot): CompiledAnswers {
    return new CompiledAnswers(snapshot, this)
  }

  answer(query: ParsedQuery, reply: Uint8Array, limit: number): number {
    const { qname, qnameLength, labelOffsets } = query
    const originAt = qnameLength - this.#origin.length
    let encloserAt = originAt
    this.#denials?.begin()
    let wildcard = this.#apexWildcard
    const { plan } = query
    let isAhead = plan.by === this.#ahead && plan.entry !== NOT_LOOKED_UP
    const first = query.labelCount - this.#originLabels - 1
    if (first < 0) return this.#apex(query, reply, limit)
    for (let label = first; label >= 0; label--) {
      const at = labelOffsets[label]!
      const entry = isAhead ? plan.entry : this.#entries.find(qname, at, originAt)
      if (entry < 0) return wildcard ? 0 : this.#noName(query, reply, limit, at, encloserAt)
      const buf = isAhead ? plan.bucketBuf : this.#entries.buf
      isAhead = false
      const flags = buf[entry + 1]!
      if (buf[entry] === EntryKind.Delegation) {
        if (flags & DelegationFlag.General) return 0
        if (query.dnssecOk && flags & DelegationFlag.GeneralWithDnssec) return 0
        // RFC 4035 3.1.4.1: at the name of a cut DS is the parent's own data.
        if (at === 0 && query.qtype === RRType.DS) return this.#ds(query, reply, limit, buf, entry)
        return this.#referral(query, reply, limit, buf, entry, at)
      }
      if (flags & NameFlag.Dname) return 0
      wildcard = (flags & NameFlag.Wildcard) !== 0
      encloserAt = at
    }
    return 0
  }

  readAhead(queries: readonly ParsedQuery[], count: number): void {
    this.#ahead.run(queries, count)
  }

  #keep(name: Uint8Array, covering: boolean): KeptRecords | undefined {
    if (!this.#denials) return undefined
    writeNsec3Hash(name, this.#iterations, this.#salt, this.#hash, 0)
    return this.#denials.keep(this.#hash, covering)
  }

  /** A question for the apex: the whole answer is kept from the first time on. */
  #apex(query: ParsedQuery, reply: Uint8Array, limit: number): number {
    const { qtype, dnssecOk, questionEnd } = query
    // RFC 8482: how much of these is told depends on the transport.
    if (qtype > MAX_KEPT_TYPE || qtype === RRType.ANY || qtype === RRType.RRSIG) return 0
    const index = 2 * qtype + (dnssecOk ? 1 : 0)
    let kept = this.#apexAnswers[index]
    if (kept === undefined) {
      kept = compileApexAnswer(this.#snapshot, qtype, dnssecOk) ?? null
      this.#apexAnswers[index] = kept
    }
    // What is optional may be left out of a shorter reply: the general path knows.
    if (kept === null || questionEnd + kept.octets.length > limit) return 0
    const { octets } = kept
    copyOctets(octets, 0, octets.length, reply, questionEnd)
    if (kept.authoritative) reply[FLAGS_HIGH]! |= AA
    reply[FLAGS_LOW]! |= kept.rcode
    putU16(reply, ANSWER_COUNT, kept.answers)
    putU16(reply, AUTHORITY_COUNT, kept.authorities)
    putU16(reply, ADDITIONAL_COUNT, kept.additionals)
    return questionEnd + octets.length
  }

  /** RFC 1034 4.3.2 step 3b; with DO, DS or the proof that there is none (RFC 4035 3.1.4, RFC 5155 7.2.7). */
  #referral(query: ParsedQuery, reply: Uint8Array, limit: number, buf: Uint8Array, entry: number, at: number): number {
    const nsLength = readU16(buf, entry + Delegation.nsLength)
    const glueLength = readU16(buf, entry + Delegation.glueLength)
    const securityLength = readU16(buf, entry + Delegation.securityLength)
    const start = query.questionEnd
    if (start + nsLength + glueLength + (query.dnssecOk && this.#signed ? securityLength : 0) > limit) return 0
    const shift = start - questionEndOf(query.qnameLength - at)
    const nsPointers = buf[entry + Delegation.nsPointers]!
    const securityPointers = buf[entry + Delegation.securityPointers]!
    const gluePointers = readU16(buf, entry + Delegation.gluePointers)
    const lists = entry + Delegation.lists
    const fragments = lists + 2 * (nsPointers + securityPointers + gluePointers)

    copyMoved(buf, fragments, nsLength, reply, start, lists, nsPointers, shift)
    this.#at = start + nsLength
    this.#authority = buf[entry + Delegation.nsCount]!
    if (query.dnssecOk && this.#signed) {
      const security = fragments + nsLength
      if (buf[entry + Delegation.flags]! & DelegationFlag.Hash) {
        if (!this.#proveNoDs(query, reply, limit - glueLength, buf, entry, security)) return 0
      } else {
        copyMoved(buf, security, securityLength, reply, this.#at, lists + 2 * nsPointers, securityPointers, shift)
        this.#at += securityLength
        this.#authority += buf[entry + Delegation.securityCount]!
      }
    }
    const glueLists = lists + 2 * (nsPointers + securityPointers)
    const glue = fragments + nsLength + securityLength
    copyMoved(buf, glue, glueLength, reply, this.#at, glueLists, gluePointers, shift)
    putU16(reply, AUTHORITY_COUNT, this.#authority)
    putU16(reply, ADDITIONAL_COUNT, readU16(buf, entry + Delegation.glueCount))
    return this.#at + glueLength
  }

  /** A DS query at the name of a cut. */
  #ds(query: ParsedQuery, reply: Uint8Array, limit: number, buf: Uint8Array, entry: number): number {
    const nsPointers = buf[entry + Delegation.nsPointers]!
    const lists = entry + Delegation.lists
    const security = securityAt(buf, entry)
    const flags = buf[entry + Delegation.flags]!
    const { dnssecOk, questionEnd } = query
    const lengthAt = entry + (dnssecOk ? Delegation.securityLength : Delegation.dsLength)
    const length = readU16(buf, lengthAt)
    const pointers = buf[entry + (dnssecOk ? Delegation.securityPointers : Delegation.dsPointers)]!
    const count = buf[entry + (dnssecOk ? Delegation.securityCount : Delegation.dsCount)]!
    if (flags & DelegationFlag.Secure) {
      if (questionEnd + length > limit) return 0
      copyMoved(buf, security, length, reply, questionEnd, lists + 2 * nsPointers, pointers, 0)
      reply[FLAGS_HIGH]! |= AA
      putU16(reply, ANSWER_COUNT, count)
      return questionEnd + length
    }
    if (!this.#putSoa(query, reply, limit)) return 0
    if (dnssecOk && this.#signed) {
      if (flags & DelegationFlag.Hash) {
        if (!this.#proveNoDs(query, reply, limit, buf, entry, security)) return 0
      } else {
        if (this.#at + length > limit) return 0
        copyMoved(buf, security, length, reply, this.#at, lists + 2 * nsPointers, pointers, 0)
        this.#at += length
        this.#authority += count
      }
    }
    reply[FLAGS_HIGH]! |= AA
    putU16(reply, AUTHORITY_COUNT, this.#authority)
    return this.#at
  }

  /**
   * RFC 2308 2.1, RFC 5155 7.2.2: neither the name nor a wildcard for it exists.
   * @param at offset in the name asked for of the next closer name
   * @param encloserAt of the closest encloser
   */
  #noName(query: ParsedQuery, reply: Uint8Array, limit: number, at: number, encloserAt: number): number {
    const proof = query.dnssecOk && this.#signed
    // Only the apex is known to have an NSEC3 record whatever opt-out leaves out.
    const provable = this.#denials !== undefined && encloserAt === query.qnameLength - this.#origin.length
    if (proof && !provable) return 0
    if (!this.#putSoa(query, reply, limit)) return 0
    if (proof) {
      const denials = this.#denials!
      if (!this.#putKept(query, reply, limit, this.#apexEntry)) return 0
      // The plan is for the name right below the apex, which is the one that is missing here.
      if (!denials.findPlanned(query.plan)) {
        writeNsec3HashAt(query.qname, at, query.qnameLength, this.#iterations, this.#salt, this.#hash, 0)
        if (!denials.find(this.#hash)) return 0
      }
      // Matched: the hash of a name that does not exist is another's, and no proof can be given.
      if (denials.matches) return 0
      if (!this.#putDenial(query, reply, limit, denials.buf, denials.entry)) return 0
      if (!this.#putKept(query, reply, limit, this.#wildcardEntry)) return 0
    }
    reply[FLAGS_HIGH]! |= AA
    reply[FLAGS_LOW]! |= Rcode.NXDOMAIN
    putU16(reply, AUTHORITY_COUNT, this.#authority)
    return this.#at
  }

  #putSoa(query: ParsedQuery, reply: Uint8Array, limit: number): boolean {
    const soa = query.dnssecOk ? this.#signedSoa : this.#soa
    const { octets, pointers } = soa
    const start = query.questionEnd
    if (start + octets.length > limit) return false
    const shift = start - questionEndOf(this.#origin.length)
    copyOctets(octets, 0, octets.length, reply, start)
    for (let i = 0; i < pointers.length; i++) movePointer(reply, start + pointers[i]!, shift)
    this.#at = start + octets.length
    this.#authority = soa.records
    return true
  }

  /**
   * RFC 5155 7.2.7: the NSEC3 that matches the cut, or else, under opt-out, the closest provable encloser's (here the
   * apex's) and the one that covers the cut, which is the next closer name.
   * @param delegation where in `buf` the entry of the cut stands
   * @param hashAt where in it the hash of the cut's name
   */
  #proveNoDs(
    query: ParsedQuery,
    reply: Uint8Array,
    limit: number,
    buf: Uint8Array,
    delegation: number,
    hashAt: number,
  ): boolean {
    const denials = this.#denials!
    if (!denials.findPlanned(query.plan)) {
      copyOctets(buf, hashAt, HASH_LENGTH, this.#hash, 0)
      if (!denials.find(this.#hash)) return false
    }
    const { entry } = denials
    const found = denials.buf
    if (!denials.matches) {
      // Below an empty non-terminal the closest provable encloser need not be the apex.
      if (buf[delegation + Delegation.flags]! & DelegationFlag.Deep) return false
      if (!this.#putKept(query, reply, limit, this.#apexEntry)) return false
    }
    return this.#putDenial(query, reply, limit, found, entry)
  }

  #putKept(query: ParsedQuery, reply: Uint8Array, limit: number, kept: KeptRecords | undefined): boolean {
    return kept !== undefined && this.#put(query, reply, limit, kept.records, 0, kept.first, kept.records.length)
  }

  #putDenial(query: ParsedQuery, reply: Uint8Array, limit: number, buf: Uint8Array, entry: number): boolean {
    const first = readU16(buf, entry + DenialEntry.firstLength)
    return this.#put(
      query,
      reply,
      limit,
      buf,
      entry + DenialEntry.records,
      first,
      readU16(buf, entry + DenialEntry.length),
    )
  }

  #put(
    query: ParsedQuery,
    reply: Uint8Array,
    limit: number,
    buf: Uint8Array,
    start: number,
    first: number,
    length: number,
  ): boolean {
    const denials = this.#denials!
    const originAt = HEADER_LENGTH + query.qnameLength - this.#origin.length
    const end = denials.put(reply, this.#at, limit, originAt, buf, start, first, length)
    if (end < 0) return false
    this.#at = end
    this.#authority += denials.written
    return true
  }
}

/** Copies a fragment and moves its compression pointers, whose places the list at `list` of `buf` tells. */
function copyMoved(
  buf: Uint8Array,
  from: number,
  length: number,
  reply: Uint8Array,
  at: number,
  list: number,
  pointers: number,
  shift: number,
): void {
  copyOctets(buf, from, length, reply, at)
  for (let i = 0; i < pointers; i++) movePointer(reply, at + readU16(buf, list + 2 * i), shift)
}

/** RFC 1035 4.1.4: the low 14 bits of a pointer are its target. */
function movePointer(reply: Uint8Array, at: number, shift: number): void {
  const moved = ((reply[at]! << 8) | reply[at + 1]!) + shift
  reply[at] = moved >>> 8
  reply[at + 1] = moved
}

function putU16(reply: Uint8Array, at: number, value: number): void {
  reply[at] = value >>> 8
  reply[at + 1] = value
}
