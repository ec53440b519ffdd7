import { RRType } from '../iana/index.ts'
import { ExternalSorter } from '../store/index.ts'
import { canonicalizeRdata, LOWER, lowerName, type Name } from '../wire/index.ts'
import { compareOctets, MAX_KEY_LENGTH, nameOfKey, type RRset, writeSortKey, type ZoneNode } from '../zone/index.ts'
import { type ParsedRecord, type ParseResult, parseZoneFile } from '../zonefile/index.ts'
import type { ProgressReporter } from './progress.ts'

/**
 * Records in the order they come → nodes in canonical order. Each record becomes one octet string that sorts where it
 * belongs: sort key of the owner, 0x00 (which ends the key, since no label begins with it), type covered (2), 0 for
 * data or 1 for its signature, rdata in canonical form; then TTL (4) and line (4).
 */

const FIXED = 1 + 2 + 1 + 4 + 4
const OFFSET_OF_LINE = 4
const OFFSET_OF_TTL = 8

/** What the staged records show only before they are made into RRsets. */
export interface StageObserver {
  /** A record does not lie in the zone; it is left out. */
  outOfZone(owner: Name, type: number, line: number): void
  /** The same record was given more than once; it is kept once. */
  duplicate(owner: Name, type: number, line: number): void
  /** The records of an RRset have different TTLs (RFC 2181 5.2), or its signatures another; the least is used. */
  differingTtls(owner: Name, type: number, ttls: readonly number[], line: number): void
}

export class RecordStage {
  readonly #origin: Name
  readonly #observer: StageObserver
  readonly #sorter: ExternalSorter
  records = 0
  /** Of them, NSEC3 records. */
  nsec3Records = 0

  /**
   * @param folder for the files of runs that do not fit into memory
   * @param memory octets of records kept in memory
   */
  constructor(origin: Name, observer: StageObserver, folder: string, memory?: number) {
    this.#origin = lowerName(origin)
    this.#observer = observer
    this.#sorter = new ExternalSorter({ folder, ...(memory === undefined ? {} : { memory }) })
  }

  /** Takes a record. */
  add(record: ParsedRecord): void {
    const { buf, ownerStart, ownerLength, type, rdataStart, rdataLength, ttl, line } = record
    if (!isInZone(buf, ownerStart, ownerLength, this.#origin)) {
      this.#observer.outOfZone(buf.slice(ownerStart, ownerStart + ownerLength), type, line)
      return
    }
    this.#sorter.reserve(MAX_KEY_LENGTH + FIXED + rdataLength)
    const { arena, position } = this.#sorter
    let at = writeSortKey(buf, ownerStart, this.#origin.length, ownerLength, arena, position)
    arena[at++] = 0
    const isSignature = type === RRType.RRSIG
    arena[at++] = isSignature ? buf[rdataStart]! : type >>> 8
    arena[at++] = isSignature ? buf[rdataStart + 1]! : type
    arena[at++] = isSignature ? 1 : 0
    const rdataAt = at
    if (rdataLength > 64) arena.set(buf.subarray(rdataStart, rdataStart + rdataLength), at)
    else for (let i = 0; i < rdataLength; i++) arena[at + i] = buf[rdataStart + i]!
    at += rdataLength
    canonicalizeRdata(type, arena, rdataAt, at)
    for (const value of [ttl, line]) {
      arena[at++] = value >>> 24
      arena[at++] = value >>> 16
      arena[at++] = value >>> 8
      arena[at++] = value
    }
    this.#sorter.commit(at - position)
    this.records++
    if (type === RRType.NSEC3) this.nsec3Records++
  }

  /**
   * Calls `visit` with each node in canonical order. The node and its key are valid during the call only. The stage is
   * empty afterwards.
   */
  drain(visit: (node: ZoneNode, key: Uint8Array) => void): void {
    const assembler = new NodeAssembler(this.#origin, this.#observer, visit)
    this.#sorter.drain((buf, start, end) => assembler.add(buf, start, end))
    assembler.finish()
  }

  dispose(): void {
    this.#sorter.dispose()
  }
}

/** Whether the name lies at or below the origin, which is in lower case; label by label, without allocation. */
function isInZone(buf: Uint8Array, start: number, length: number, origin: Name): boolean {
  const end = start + length
  let at = start
  while (end - at > origin.length) at += buf[at]! + 1
  if (end - at !== origin.length) return false
  for (let i = 0; i < origin.length; i++) if (LOWER[buf[at + i]!] !== origin[i]) return false
  return true
}

interface StagedRecord {
  readonly start: number
  readonly end: number
  readonly type: number
  readonly isSignature: boolean
  readonly ttl: number
  readonly line: number
}

/** Gathers the records of one owner, which come one after the other, and makes the node of them. */
class NodeAssembler {
  readonly #origin: Name
  readonly #observer: StageObserver
  readonly #visit: (node: ZoneNode, key: Uint8Array) => void
  /** Key and rdata of the node at hand: what the sorter shows does not stay. */
  #octets: Uint8Array = new Uint8Array(1 << 16)
  #used = 0
  #keyLength = -1
  #records: StagedRecord[] = []

  constructor(origin: Name, observer: StageObserver, visit: (node: ZoneNode, key: Uint8Array) => void) {
    this.#origin = origin
    this.#observer = observer
    this.#visit = visit
  }

  add(buf: Uint8Array, start: number, end: number): void {
    const keyEnd = endOfKey(buf, start)
    if (this.#keyLength < 0 || compareOctets(buf, start, keyEnd, this.#octets, 0, this.#keyLength) !== 0) {
      this.finish()
      this.#keyLength = keyEnd - start
      this.#used = 0
      this.#append(buf, start, keyEnd)
    }
    const rdataStart = this.#used
    this.#append(buf, keyEnd + 4, end - OFFSET_OF_TTL)
    this.#records.push({
      start: rdataStart,
      end: this.#used,
      type: (buf[keyEnd + 1]! << 8) | buf[keyEnd + 2]!,
      isSignature: buf[keyEnd + 3] === 1,
      ttl: bigEndian(buf, end - OFFSET_OF_TTL),
      line: bigEndian(buf, end - OFFSET_OF_LINE),
    })
  }

  /** Hands the node at hand over. */
  finish(): void {
    if (this.#keyLength < 0) return
    const owner = nameOfKey(this.#octets, 0, this.#keyLength, this.#origin)
    const rrsets: RRset[] = []
    const records = this.#records
    for (let from = 0; from < records.length; ) {
      const { type } = records[from]!
      let to = from
      while (to < records.length && records[to]!.type === type) to++
      this.#addRRsets(owner, type, from, to, rrsets)
      from = to
    }
    rrsets.sort((a, b) => a.type - b.type)
    this.#visit({ owner, rrsets }, this.#octets.subarray(0, this.#keyLength))
    this.#records = []
    this.#keyLength = -1
  }

  /** Makes the RRset of the records from `from` up to `to`: data first, then signatures that cover it. */
  #addRRsets(owner: Name, type: number, from: number, to: number, rrsets: RRset[]): void {
    let firstSignature = from
    while (firstSignature < to && !this.#records[firstSignature]!.isSignature) firstSignature++
    const rdatas = this.#rdatas(owner, type, from, firstSignature)
    const signatures = this.#rdatas(owner, RRType.RRSIG, firstSignature, to)
    if (rdatas.length > 0) {
      const ttl = this.#ttl(owner, type, from, firstSignature)
      // RFC 4034 3: an RRSIG has the TTL of the RRset it covers.
      if (signatures.length > 0) this.#ttl(owner, RRType.RRSIG, firstSignature, to, ttl)
      rrsets.push({ type, ttl, rdatas, signatures })
    } else {
      // Signatures that cover nothing stand as records of their own: the checks name them.
      const ttl = this.#ttl(owner, RRType.RRSIG, firstSignature, to)
      const orphans = rrsets.findIndex((rrset) => rrset.type === RRType.RRSIG)
      if (orphans >= 0) signatures.unshift(...rrsets.splice(orphans, 1)[0]!.rdatas)
      rrsets.push({ type: RRType.RRSIG, ttl, rdatas: signatures, signatures: [] })
    }
  }

  /** The rdata of some records in canonical order, each once. */
  #rdatas(owner: Name, type: number, from: number, to: number): Uint8Array[] {
    const octets = this.#octets
    const records = this.#records.slice(from, to)
    const compare = (a: StagedRecord, b: StagedRecord) => compareOctets(octets, a.start, a.end, octets, b.start, b.end)
    // What follows the rdata in a sort string may have put a longer rdata before the shorter one it begins with.
    for (let i = 1; i < records.length; i++) {
      if (compare(records[i - 1]!, records[i]!) > 0) {
        records.sort(compare)
        break
      }
    }
    const rdatas: Uint8Array[] = []
    for (let i = 0; i < records.length; i++) {
      const record = records[i]!
      if (i > 0 && compare(records[i - 1]!, record) === 0) this.#observer.duplicate(owner, type, record.line)
      else rdatas.push(octets.subarray(record.start, record.end))
    }
    return rdatas
  }

  /** The least TTL of some records; says so when they differ, or are not the one expected. */
  #ttl(owner: Name, type: number, from: number, to: number, expected?: number): number {
    const first = this.#records[from]!
    const common = expected ?? first.ttl
    let least = first.ttl
    let differing = false
    for (let i = from; i < to; i++) {
      const { ttl } = this.#records[i]!
      if (ttl !== common) differing = true
      if (ttl < least) least = ttl
    }
    if (differing) {
      const ttls = this.#records.slice(from, to).map((record) => record.ttl)
      this.#observer.differingTtls(owner, type, [...new Set([common, ...ttls])], first.line)
    }
    return least
  }

  #append(buf: Uint8Array, start: number, end: number): void {
    const length = end - start
    if (this.#used + length > this.#octets.length) {
      const grown = new Uint8Array(Math.max(this.#octets.length * 2, this.#used + length))
      grown.set(this.#octets.subarray(0, this.#used))
      this.#octets = grown
    }
    const octets = this.#octets
    let at = this.#used
    if (length > 64) octets.set(buf.subarray(start, end), at)
    else for (let i = start; i < end; i++) octets[at++] = buf[i]!
    this.#used += length
  }
}

/** Where the sort key that begins at `start` ends: at a 0x00 in the place of a label. */
export function endOfKey(buf: Uint8Array, start: number): number {
  let at = start
  while (buf[at] !== 0) {
    while (buf[at] !== 0) at++
    at++
  }
  return at
}

function bigEndian(buf: Uint8Array, at: number): number {
  return ((buf[at]! << 24) | (buf[at + 1]! << 16) | (buf[at + 2]! << 8) | buf[at + 3]!) >>> 0
}

/**
 * Reads a zone file into a stage.
 * @param keep tells which records are wanted; all of them when absent
 */
export function parseInto(
  stage: RecordStage,
  origin: Name,
  file: string,
  reporter: ProgressReporter,
  keep?: (record: ParsedRecord) => boolean,
): ParseResult {
  return parseZoneFile(file, {
    origin,
    file,
    onRecord: keep === undefined ? (record) => stage.add(record) : (record) => void (keep(record) && stage.add(record)),
    onProgress: (bytes, total) => reporter.reportBytes(stage.records, bytes, total),
  })
}
