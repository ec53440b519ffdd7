import {
  type Claim,
  ClaimJudge,
  FeedRefusal,
  type FeedSettings,
  isRecordKey,
  mergeRecords,
  parseSnapshotHead,
  parseSnapshotLine,
  type SnapshotHead,
  snapshotParts,
} from '../../../feed/index.ts'
import { ExternalSorter } from '../../../store/index.ts'
import type { Name } from '../../../wire/index.ts'
import type { RRset, ZoneNode } from '../../../zone/index.ts'
import type { ParseResult } from '../../../zonefile/index.ts'
import type { ProgressReporter } from '../../progress.ts'
import { endOfKey, RecordStage, type StageObserver } from '../../record-stage.ts'
import type { UnsignedData } from '../../zone-data.ts'
import { LISTED, SnapshotError, type SnapshotProblem } from './error.ts'
import { fileLines } from './read-lines.ts'

/** Octets of each of the three sorted lists that stay in memory. */
const MEMORY = 64 << 20

export interface SnapshotStageOptions {
  readonly origin: Name
  readonly file: string
  /** What objects have that name none. */
  readonly ttl: FeedSettings['ttl']
  readonly reporter: ProgressReporter
  readonly observer: StageObserver
  /** Beginning of the names of folders for what does not fit into memory. */
  readonly folder: string
}

/**
 * A snapshot document on its way into a store: its lines, in any order, become records of the zone, and what is kept of the objects,
 * each sorted, in bounded memory.
 */
export class SnapshotStage implements UnsignedData {
  readonly #options: SnapshotStageOptions
  readonly #records: RecordStage
  readonly #claims: ExternalSorter
  readonly #state: ExternalSorter
  readonly #problems: SnapshotProblem[] = []
  objects = 0

  constructor(options: SnapshotStageOptions) {
    const { origin, observer, folder } = options
    this.#options = options
    this.#records = new RecordStage(origin, observer, `${folder}-records`, MEMORY)
    this.#claims = new ExternalSorter({ folder: `${folder}-claims`, memory: MEMORY })
    this.#state = new ExternalSorter({ folder: `${folder}-objects`, memory: MEMORY })
  }

  /**
   * Reads the document and judges it.
   * @param onDelegation told of each name that the zone will delegate, in canonical order
   * @throws SnapshotError listing what is wrong
   */
  async take(onDelegation: (key: Uint8Array) => void): Promise<SnapshotHead> {
    const head = await this.#readLines()
    this.#refuseIfFaulty()
    this.#judge(onDelegation)
    this.#refuseIfFaulty()
    return head
  }

  /** Adds to what is kept. */
  keep(key: Uint8Array, value: Uint8Array, line = 0): void {
    // Key, 0x00, value, line (4), length of the key (2). No key goes on with 0x00 where another ends, so that items sort as
    // their keys do.
    const item = Buffer.concat([key, Uint8Array.of(0), value, Buffer.alloc(6)])
    item.writeUInt32BE(line, item.length - 6)
    item.writeUInt16BE(key.length, item.length - 2)
    this.#state.add(item, 0, item.length)
  }

  /**
   * Gives what is kept in ascending order of the keys, once.
   * @throws SnapshotError when an object is told of twice
   */
  drainKept(put: (key: Uint8Array, value: Uint8Array) => void): void {
    let key: Uint8Array | undefined
    let parts: Uint8Array[] = []
    let lastLine = 0
    const flush = () => {
      if (key === undefined) return
      // The other lists say the same each time.
      put(key, isRecordKey(key) ? this.#merged(key, parts, lastLine) : parts[0]!)
    }
    this.#state.drain((buf, start, end) => {
      const item = Buffer.from(buf.subarray(start, end))
      const length = item.readUInt16BE(item.length - 2)
      const itsKey = item.subarray(0, length)
      if (key === undefined || !itsKey.equals(key)) {
        flush()
        key = itsKey
        parts = []
      }
      parts.push(item.subarray(length + 1, -6))
      lastLine = Math.max(parts.length === 1 ? 0 : lastLine, item.readUInt32BE(item.length - 6))
    })
    flush()
  }

  #merged(key: Uint8Array, parts: readonly Uint8Array[], line: number): Uint8Array {
    try {
      return mergeRecords(key, parts, this.#options.origin)
    } catch (error) {
      if (error instanceof FeedRefusal) throw this.#errorOf([problemAt(line, error)])
      throw error
    }
  }

  /** All is read before a version is begun. */
  read(): ParseResult {
    return { records: this.records, bytes: 0, problems: [], truncatedProblems: false }
  }

  get records(): number {
    return this.#records.records
  }

  drain(visit: (node: ZoneNode, key: Uint8Array) => void): void {
    this.#records.drain(visit)
  }

  dispose(): void {
    this.#records.dispose()
    this.#claims.dispose()
    this.#state.dispose()
  }

  async #readLines(): Promise<SnapshotHead> {
    const { file, reporter, origin } = this.#options
    let head: SnapshotHead | undefined
    let told: number | undefined
    const onRead = (octets: number, total: number) => reporter.reportBytes(this.#records.records, octets, total)
    for await (const { text, fault, number } of fileLines(file, onRead)) {
      try {
        if (text === undefined) throw new FeedRefusal('too-long', fault ?? 'it could not be taken')
        if (told !== undefined) throw new FeedRefusal('schema', 'there is more after the end')
        if (head === undefined) head = readHead(text, origin)
        else told = this.#takeLine(text, number, head.seq)
      } catch (error) {
        if (!(error instanceof FeedRefusal)) throw error
        this.#problems.push(problemAt(number, error))
        // Without its head nothing of the document means anything.
        if (head === undefined || this.#problems.length >= LISTED) throw this.#errorOf(this.#problems)
      }
    }
    if (head === undefined) throw this.#errorOf([{ line: undefined, text: 'it is empty' }])
    if (told === undefined && this.#problems.length === 0) {
      throw this.#errorOf([
        { line: undefined, text: 'its last line, {"end":"snapshot",…}, is missing: it is not whole' },
      ])
    }
    if (told !== undefined && told !== this.objects && this.#problems.length === 0) {
      const text = `it has ${this.objects} lines of objects, and its end tells of ${told}: it is not whole`
      throw this.#errorOf([{ line: undefined, text }])
    }
    return head
  }

  /** @returns what the last line says, if this is it */
  #takeLine(text: string, number: number, seq: number): number | undefined {
    const { origin, ttl } = this.#options
    const line = parseSnapshotLine(text, origin)
    if (typeof line === 'number') return line
    this.objects++
    const { state, claims, rrsets } = snapshotParts(line, origin, ttl, seq)
    for (const { key, value } of state) this.keep(key, value, number)
    for (const claim of claims) this.#addClaim(claim, number)
    for (const { owner, rrset } of rrsets) this.#addRecords(owner, rrset, number)
    return undefined
  }

  /** Sort key, 0x00, kind (1), data, line (4): a key ends where a label would begin with 0x00. */
  #addClaim({ key, kind, data }: Claim, line: number): void {
    const item = Buffer.concat([key, Uint8Array.of(0, kind), data, Buffer.alloc(4)])
    item.writeUInt32BE(line, item.length - 4)
    this.#claims.add(item, 0, item.length)
  }

  #addRecords(owner: Name, { type, ttl, rdatas }: RRset, line: number): void {
    for (const rdata of rdatas) {
      const buf = Buffer.concat([owner, rdata])
      const at = { ownerStart: 0, ownerLength: owner.length, rdataStart: owner.length, rdataLength: rdata.length }
      this.#records.add({ buf, ...at, type, klass: 1, ttl, line, file: this.#options.file })
    }
  }

  #judge(onDelegation: (key: Uint8Array) => void): void {
    const judge = new ClaimJudge(this.#options.origin, this.#options.ttl, {
      glue: (owner, rrset) => this.#addRecords(owner, rrset, 0),
      delegation: onDelegation,
      problem: (line, refusal) => {
        if (this.#problems.length < LISTED) this.#problems.push(problemAt(line, refusal))
      },
    })
    this.#claims.drain((buf, start, end) => {
      const item = Buffer.from(buf.subarray(start, end))
      const keyEnd = endOfKey(item, 0)
      const kind = item[keyEnd + 1] as Claim['kind']
      judge.take(
        { key: item.subarray(0, keyEnd), kind, data: item.subarray(keyEnd + 2, -4) },
        item.readUInt32BE(item.length - 4),
      )
    })
    judge.finish()
  }

  #refuseIfFaulty(): void {
    if (this.#problems.length > 0) throw this.#errorOf(this.#problems)
  }

  #errorOf(problems: readonly SnapshotProblem[]): SnapshotError {
    return new SnapshotError(this.#options.file, problems)
  }
}

function problemAt(line: number, { reason, message }: FeedRefusal): SnapshotProblem {
  return { line, text: `${reason}: ${message}` }
}

/** What is no snapshot at all is not shown: it may be any file of the server's. */
function readHead(text: string, origin: Name): SnapshotHead {
  try {
    return parseSnapshotHead(text, origin)
  } catch (error) {
    if (!(error instanceof FeedRefusal) || error.reason === 'out-of-zone' || error.reason === 'version') throw error
    throw new FeedRefusal('schema', 'it is no snapshot document: its first line is no head (docs/feed.md)')
  }
}
