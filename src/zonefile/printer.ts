import { canonicalizeRdata, checkRdata, type Name, RdataError, rdataToText } from '../wire/index.ts'
import { OctetWriter } from './octet-writer.ts'
import { rdataWriter } from './rdata-octets.ts'

const TAB = 0x09
const NEWLINE = 0x0a
const CLASS_IN = Uint8Array.of(TAB, 0x69, 0x6e, TAB)

/** An owner of 255 octets as \DDD each, TTL, class, type, and the fields of rdata that do not grow with its length. */
const LINE_OCTETS = 4096
const START_OCTETS = 64 * 1024

/** A name that is to be printed is malformed. */
export class PrintError extends Error {
  override readonly name = 'PrintError'
}

/**
 * Writes records as the lines of a canonical zone file into one buffer, without strings for the types that fill a
 * registry's zone. The form is that of ICANN's zone file access (Registry Agreement, Specification 4, 2.1.4): owner,
 * TTL, class, type and rdata with one tab between them, names fully qualified, all but the rdata in lower case. Names
 * in rdata are lower-cased where canonical form does so (RFC 4034 6.2): others are under signatures as they are.
 */
export class RecordPrinter {
  readonly #writer: OctetWriter
  // Where what stands before the rdata of the last record begins, where its owner ends, and where it ends.
  #headAt = 0
  #ownerEnd = 0
  #headEnd = 0
  #type = 0

  /** @param capacity octets of text to make room for; it grows when more are written */
  constructor(capacity: number = START_OCTETS) {
    this.#writer = new OctetWriter(capacity)
  }

  /** Octets of text written since the begin or the last `clear`. */
  get length(): number {
    return this.#writer.length
  }

  /** The text written so far: a view, valid until the next `record` or `clear`. */
  get text(): Uint8Array {
    return this.#writer.buf.subarray(0, this.#writer.length)
  }

  /** Forgets the text, and keeps its room. */
  clear(): void {
    this.#writer.length = 0
  }

  /**
   * Appends one record and a newline.
   * @param owner holds the owner name in wire form at `ownerStart`
   * @param ttl seconds
   * @param rdata holds the uncompressed rdata from `rdataStart` up to `rdataEnd`; malformed rdata is written as `\#`
   * @throws PrintError when the owner is malformed; nothing is appended then
   */
  record(
    owner: Uint8Array,
    ownerStart: number,
    ttl: number,
    type: number,
    rdata: Uint8Array,
    rdataStart: number = 0,
    rdataEnd: number = rdata.length,
  ): void {
    const writer = this.#writer
    writer.reserve(LINE_OCTETS + 4 * (rdataEnd - rdataStart))
    const headAt = writer.length
    if (writer.name(owner, ownerStart, owner.length) === -1) throw new PrintError('malformed owner name')
    this.#headAt = headAt
    this.#ownerEnd = writer.length
    this.#recordOf(ttl, type, rdata, rdataStart, rdataEnd)
  }

  /** As {@link record}, for one with the owner of the record before, which was appended since the last `clear`. */
  recordOfOwner(
    ttl: number,
    type: number,
    rdata: Uint8Array,
    rdataStart: number = 0,
    rdataEnd: number = rdata.length,
  ): void {
    const writer = this.#writer
    writer.reserve(LINE_OCTETS + 4 * (rdataEnd - rdataStart))
    const headAt = writer.length
    writer.again(this.#headAt, this.#ownerEnd)
    this.#headAt = headAt
    this.#ownerEnd = writer.length
    this.#recordOf(ttl, type, rdata, rdataStart, rdataEnd)
  }

  /** As {@link record}, for one with owner, TTL and type of the record before, which was appended since the last `clear`. */
  recordOfRRset(rdata: Uint8Array, rdataStart: number = 0, rdataEnd: number = rdata.length): void {
    const writer = this.#writer
    writer.reserve(LINE_OCTETS + 4 * (rdataEnd - rdataStart))
    writer.again(this.#headAt, this.#headEnd)
    this.#rdata(rdata, rdataStart, rdataEnd)
  }

  #recordOf(ttl: number, type: number, rdata: Uint8Array, rdataStart: number, rdataEnd: number): void {
    const writer = this.#writer
    writer.octet(TAB)
    writer.decimal(ttl)
    writer.octets(CLASS_IN)
    writer.lowerType(type)
    writer.octet(TAB)
    this.#headEnd = writer.length
    this.#type = type
    this.#rdata(rdata, rdataStart, rdataEnd)
  }

  #rdata(rdata: Uint8Array, start: number, end: number): void {
    const writer = this.#writer
    const at = writer.length
    const write = rdataWriter(this.#type)
    if (write === undefined || !write(writer, rdata, start, end)) {
      writer.length = at
      writer.text(generalText(this.#type, rdata.slice(start, end)))
    }
    writer.reserve(1)
    writer.octet(NEWLINE)
  }
}

function isWellFormed(type: number, rdata: Uint8Array): boolean {
  try {
    checkRdata(type, rdata)
    return true
  } catch (error) {
    if (error instanceof RdataError) return false
    throw error
  }
}

/** @param rdata is brought into canonical form */
function generalText(type: number, rdata: Uint8Array): string {
  if (isWellFormed(type, rdata)) canonicalizeRdata(type, rdata, 0, rdata.length)
  return rdataToText(type, rdata)
}

const linePrinter = new RecordPrinter()

/**
 * One record as a line of a canonical zone file, without its newline: see {@link RecordPrinter}.
 * @param ttl seconds
 * @param rdata uncompressed wire form; when malformed it is written as `\#` (RFC 3597 5)
 * @throws PrintError when the owner is malformed
 */
export function printRecord(owner: Name, ttl: number, type: number, rdata: Uint8Array): string {
  linePrinter.clear()
  linePrinter.record(owner, 0, ttl, type, rdata)
  return Buffer.from(linePrinter.text.subarray(0, -1)).toString('latin1')
}
