import type { Name } from '../wire/index.ts'
import type { ZoneFindings } from '../zone/checks/index.ts'
import type { ZoneNode } from '../zone/index.ts'
import type { ParseResult } from '../zonefile/index.ts'
import type { ProgressReporter } from './progress.ts'
import { parseInto, RecordStage, type StageObserver } from './record-stage.ts'

/** Where a load has the nodes from that it stores. Its methods are called in this order, each once. */
export interface NodeSource {
  /** Reads the file. */
  read(): ParseResult
  /** Records that will be gone through; known when the file is read. */
  readonly records: number
  /** Judges the zone before any of it is stored: errors found keep it from being loaded. */
  prepare(): ZoneFindings | undefined
  /** NSEC3 records that will come, or somewhat more; known after {@link prepare}. */
  readonly nsec3Records: number
  /** Gives the nodes out in canonical order, the apex first. A node and its key are valid during the call only. */
  give(visit: (node: ZoneNode, key: Uint8Array) => void): Promise<void>
  /** Frees what is held, also when the load is broken off. */
  dispose(): void
}

export interface FileNodesOptions {
  readonly origin: Name
  readonly file: string
  readonly reporter: ProgressReporter
  /** Told what can be seen only of single records. */
  readonly observer: StageObserver
  /** Beginning of the names of folders for what does not fit into memory. */
  readonly folder: string
  /** Octets of records kept in memory. */
  readonly memory: number | undefined
}

/** The nodes of a zone file, as they are. */
export class FileNodes implements NodeSource {
  readonly #options: FileNodesOptions
  readonly #stage: RecordStage

  constructor(options: FileNodesOptions) {
    this.#options = options
    this.#stage = new RecordStage(options.origin, options.observer, `${options.folder}-records`, options.memory)
  }

  read(): ParseResult {
    const { origin, file, reporter } = this.#options
    return parseInto(this.#stage, origin, file, reporter)
  }

  get records(): number {
    return this.#stage.records
  }

  /** The nodes are checked on their way into the store: to go through them twice would only take longer. */
  prepare(): undefined {}

  get nsec3Records(): number {
    return this.#stage.nsec3Records
  }

  give(visit: (node: ZoneNode, key: Uint8Array) => void): Promise<void> {
    const { reporter } = this.#options
    const { records } = this
    reporter.enter('store', records)
    this.#stage.drain((node, key) => {
      visit(node, key)
      reporter.step(node, records)
    })
    return Promise.resolve()
  }

  dispose(): void {
    this.#stage.dispose()
  }
}
