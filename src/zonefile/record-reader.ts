import { classFromText, classToText, isMetaType, RRClass, RRType, typeFromOctets, typeToText } from '../iana/index.ts'
import { parseName, parseRdata } from '../wire/index.ts'
import { ZoneFileFault } from './problem.ts'
import type { Scanner } from './scanner.ts'
import { MAX_TTL, parseTtl, TTL_TOO_LARGE } from './ttl.ts'
import type { ParsedRecord } from './types.ts'

const OWNER_AT = 0
const RDATA_AT = 256
const MAX_RDATA = 0xffff
/** Room for an owner, the longest rdata, and what the field parsers may write beyond before they look. */
const BUFFER_OCTETS = 128 * 1024

const DOLLAR = 0x24

/** Whether the record at hand has an owner: none so far in this file, one, or one that is faulty. */
const OwnerState = { None: 0, Known: 1, Faulty: 2 } as const
type OwnerState = (typeof OwnerState)[keyof typeof OwnerState]

/** What one record's text turned out to be. */
export const Outcome = { Nothing: 0, Record: 1, Directive: 2 } as const
export type Outcome = (typeof Outcome)[keyof typeof Outcome]

/** The owner that records may leave out; put aside while an included file is read. */
export interface OwnerMemory {
  readonly owner: Uint8Array
  readonly state: OwnerState
}

/** A record whose octets are all in the buffer that the parser reuses for each record. */
export function reusedRecord(): ParsedRecord {
  return {
    buf: new Uint8Array(BUFFER_OCTETS),
    ownerStart: OWNER_AT,
    ownerLength: 0,
    type: 0,
    klass: RRClass.IN,
    ttl: 0,
    rdataStart: RDATA_AT,
    rdataLength: 0,
    line: 0,
    file: '',
  }
}

/** Reads records, one at a time, and keeps what a record may leave out for the ones after it (RFC 1035 5.1). */
export class RecordReader {
  /** The record read last. */
  readonly record: ParsedRecord = reusedRecord()
  /** From $TTL (RFC 2308 4) or a first SOA record's minimum, in seconds; -1 while there is none. */
  defaultTtl = -1
  /** What the record at hand says: seconds, or -1 when it leaves the TTL out. */
  explicitTtl = -1
  /** The type code that the record at hand has. */
  type = 0

  /** The last TTL stated by a record, or -1. */
  #lastTtl = -1
  /** For records before anything else gives a TTL, or -1. */
  readonly #fallbackTtl: number
  #ownerState: OwnerState = OwnerState.None

  constructor(fallbackTtl: number) {
    this.#fallbackTtl = fallbackTtl
  }

  /**
   * Reads the record that the scanner has begun. Of a directive it reads the first token only. While the scanner is
   * starved the outcome is void, and nothing is remembered.
   * @throws ZoneFileFault, NameError, RdataError: the record is faulty, at the scanner's current token
   */
  read(scanner: Scanner): Outcome {
    const inherits = scanner.beginsBlank
    if (!scanner.next()) return Outcome.Nothing
    const record = this.record
    if (!inherits) {
      if (scanner.buf[scanner.start] === DOLLAR && !scanner.quoted) return Outcome.Directive
      this.#ownerState = OwnerState.Faulty
      if (scanner.quoted) scanner.fail('an owner name without quotes')
      const { buf, start, end, origin } = scanner
      record.ownerLength = parseName(buf, start, end, origin, record.buf, OWNER_AT) - OWNER_AT
      this.#ownerState = OwnerState.Known
      if (!scanner.next()) scanner.fail('a TTL, a class or a record type')
    } else if (this.#ownerState === OwnerState.None) {
      scanner.fail('an owner name in the first column, since no record before this one gives it an owner')
    }
    this.readTtlClassType(scanner)
    this.readRdata(scanner, record)
    if (scanner.starved) return Outcome.Nothing
    record.ttl = this.completeTtl(record)
    record.line = scanner.recordLine
    return this.#ownerState === OwnerState.Known ? Outcome.Record : Outcome.Nothing
  }

  /**
   * Reads TTL and class, in either order and each if there, and the type, from the current token on (RFC 1035 5.1).
   * @throws ZoneFileFault
   */
  readTtlClassType(scanner: Scanner): void {
    this.explicitTtl = -1
    let classGiven = false
    for (;;) {
      const { buf, start, end } = scanner
      const first = buf[start]!
      if (scanner.quoted) scanner.fail('a TTL, a class or a record type without quotes')
      if (first >= 0x30 && first <= 0x39) {
        if (this.explicitTtl !== -1) scanner.fail('a class or a record type, since the TTL is given already')
        this.explicitTtl = readTtl(scanner)
      } else if (end - start === 2 && (first | 0x20) === 0x69 && (buf[start + 1]! | 0x20) === 0x6e) {
        if (classGiven) scanner.fail('a TTL or a record type, since the class is given already')
        classGiven = true
      } else {
        const type = typeFromOctets(buf, start, end)
        if (type !== -1) {
          if (isMetaType(type)) scanner.fail(`a type that a zone can hold (${typeToText(type)} is for queries only)`)
          this.type = type
          return
        }
        const klass = classFromText(String.fromCharCode(...buf.subarray(start, Math.min(end, start + 12))))
        if (klass === undefined) scanner.fail('a TTL, a class or a record type')
        if (klass !== RRClass.IN) scanner.fail(`class IN, the only one served (not ${classToText(klass)})`)
        if (classGiven) scanner.fail('a TTL or a record type, since the class is given already')
        classGiven = true
      }
      if (!scanner.next()) scanner.fail('a record type')
    }
  }

  /**
   * Reads the rdata of the type at hand into `record`, which takes the type too.
   * @throws ZoneFileFault, NameError, RdataError
   */
  readRdata(scanner: Scanner, record: ParsedRecord): void {
    const type = this.type
    scanner.keepsQuotedValues = type === RRType.SVCB || type === RRType.HTTPS
    const end = parseRdata(type, scanner, record.buf, RDATA_AT)
    if (end - RDATA_AT > MAX_RDATA) throw new ZoneFileFault('at most 65535 octets of rdata', `${end - RDATA_AT} octets`)
    record.type = type
    record.rdataLength = end - RDATA_AT
  }

  /**
   * The TTL of a record whose rdata has been read: the one it states; else $TTL's (RFC 2308 4); else the one stated last
   * (RFC 1035 5.1); else, for a first SOA record, its minimum, which then stands as if $TTL had said it, as in BIND.
   * (NSD takes 3600 s instead of the last two.)
   * @returns seconds
   * @throws ZoneFileFault when nothing gives a TTL
   */
  completeTtl(record: ParsedRecord): number {
    if (this.explicitTtl !== -1) {
      this.#lastTtl = this.explicitTtl
      return this.explicitTtl
    }
    if (this.defaultTtl !== -1) return this.defaultTtl
    if (this.#lastTtl !== -1) return this.#lastTtl
    if (record.type === RRType.SOA) {
      this.defaultTtl = soaMinimum(record)
      return this.defaultTtl
    }
    if (this.#fallbackTtl !== -1) return this.#fallbackTtl
    throw new ZoneFileFault('a TTL, or a $TTL directive before this record', '', 'no TTL given, and none before it')
  }

  /** Puts the owner aside: an included file starts without one. */
  suspendOwner(): OwnerMemory {
    const { buf, ownerLength } = this.record
    const memory = { owner: buf.slice(OWNER_AT, OWNER_AT + ownerLength), state: this.#ownerState }
    this.#ownerState = OwnerState.None
    return memory
  }

  /** Takes up the owner from before an included file, whatever owners stand in there. */
  resumeOwner(memory: OwnerMemory): void {
    this.record.buf.set(memory.owner, OWNER_AT)
    this.record.ownerLength = memory.owner.length
    this.#ownerState = memory.state
  }
}

/**
 * Reads the current token as a TTL.
 * @returns seconds
 * @throws ZoneFileFault
 */
export function readTtl(scanner: Scanner): number {
  const ttl = parseTtl(scanner.buf, scanner.start, scanner.end)
  if (ttl >= 0) return ttl
  if (ttl === TTL_TOO_LARGE) scanner.fail(`a TTL of at most ${MAX_TTL} seconds (RFC 2181 8)`)
  scanner.fail('a TTL in seconds, or with units such as 1h30m')
}

/** RFC 1035 3.3.13: the last 32 bits; RFC 2181 8 allows a TTL 31 of them, and reads more as 0. */
function soaMinimum({ buf, rdataStart, rdataLength }: ParsedRecord): number {
  const at = rdataStart + rdataLength - 4
  const minimum = new DataView(buf.buffer, buf.byteOffset).getUint32(at)
  return minimum > MAX_TTL ? 0 : minimum
}
