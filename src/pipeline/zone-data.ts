import { isMadeBySigning } from '../dnssec/sign/index.ts'
import { RRType } from '../iana/index.ts'
import type { ZoneSnapshot } from '../store/index.ts'
import type { Name } from '../wire/index.ts'
import type { ZoneNode } from '../zone/index.ts'
import type { ParsedRecord, ParseResult } from '../zonefile/index.ts'
import type { ProgressReporter } from './progress.ts'
import { parseInto, RecordStage, type StageObserver } from './record-stage.ts'

/**
 * A zone's data as they were before any signing: without signatures, denial, keys and digest, and without what is asked of
 * the parent, which is made from the keys.
 */
export interface UnsignedData {
  read(): ParseResult
  /** Records that will be gone through, or somewhat more; known when all is read. */
  readonly records: number
  /** Gives the nodes out in canonical order, once. A node and its key are valid during the call only. */
  drain(visit: (node: ZoneNode, key: Uint8Array) => void): void
  /** Frees what is held. */
  dispose(): void
}

export interface FileDataOptions {
  readonly origin: Name
  readonly file: string
  readonly reporter: ProgressReporter
  /** Told what can be seen only of single records. */
  readonly observer: StageObserver
  /** For what does not fit into memory. */
  readonly folder: string
  /** Octets of records kept in memory. */
  readonly memory: number | undefined
}

/** The data in a zone file. */
export class FileData implements UnsignedData {
  readonly #options: FileDataOptions
  readonly #stage: RecordStage

  constructor(options: FileDataOptions) {
    this.#options = options
    this.#stage = new RecordStage(options.origin, options.observer, options.folder, options.memory)
  }

  read(): ParseResult {
    const { origin, file, reporter } = this.#options
    const keep = ({ type, ownerLength }: ParsedRecord) => isData(type, ownerLength === origin.length)
    return parseInto(this.#stage, origin, file, reporter, keep)
  }

  get records(): number {
    return this.#stage.records
  }

  drain(visit: (node: ZoneNode, key: Uint8Array) => void): void {
    this.#stage.drain(visit)
  }

  dispose(): void {
    this.#stage.dispose()
  }
}

/** The data of the version that a store holds. */
export class StoredData implements UnsignedData {
  readonly #snapshot: ZoneSnapshot

  /** @param snapshot the caller's to close, after this was disposed of */
  constructor(snapshot: ZoneSnapshot) {
    this.#snapshot = snapshot
  }

  /** There is nothing to read. */
  read(): ParseResult {
    return { records: this.records, bytes: 0, problems: [], truncatedProblems: false }
  }

  get records(): number {
    const { records, denials } = this.#snapshot.info
    // NSEC3 records, each with a signature, are not gone through.
    return records - 2 * denials
  }

  drain(visit: (node: ZoneNode, key: Uint8Array) => void): void {
    for (const { node, key } of this.#snapshot.nodes()) {
      const data = node.rrsets.filter(({ type }) => isData(type, key.length === 0))
      if (data.length === 0) continue
      visit({ owner: node.owner, rrsets: data.map((rrset) => ({ ...rrset, signatures: [] })) }, key)
    }
  }

  dispose(): void {}
}

function isData(type: number, atApex: boolean): boolean {
  // RFC 7344 3: what the parent is asked for stands at the apex.
  const isForParent = atApex && (type === RRType.CDS || type === RRType.CDNSKEY)
  return !isMadeBySigning(type, atApex) && !isForParent
}
