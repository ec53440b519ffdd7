import { basename } from 'node:path'
import { receiveMessageOnPort } from 'node:worker_threads'
import { CompiledAnswers, ZoneTable } from '../answer/index.ts'
import { currentVersion, openZone, type ZoneSnapshot } from '../store/index.ts'
import { nameToText } from '../wire/index.ts'
import { GenerationCell, type ThreadData, type ZoneAssignment, type ZonesMessage } from './messages.ts'

interface OpenZone {
  readonly version: string
  readonly snapshot: ZoneSnapshot
  readonly fast: CompiledAnswers
}

/**
 * The zone versions that one thread answers from. A new list is taken up between two messages: what changed is opened, or
 * followed to its last update, then the table is replaced, then what is no longer used is closed, so each answer comes
 * from one version and one update.
 */
export class ThreadZones {
  readonly #data: ThreadData
  readonly #generations: Int32Array
  readonly #report: (assignment: ZoneAssignment, error: unknown) => void
  #generation = -1
  #open = new Map<string, OpenZone>()
  #table: ZoneTable

  /** @param report is told of each zone that cannot be opened; its last good version is answered from, if any */
  constructor(data: ThreadData, report: (assignment: ZoneAssignment, error: unknown) => void) {
    this.#data = data
    this.#generations = new Int32Array(data.generations)
    this.#report = report
    this.#table = this.#replace(data.zones)
  }

  get table(): ZoneTable {
    return this.#table
  }

  /** The new table when the main thread has announced one; undefined otherwise. Called between messages: one atomic read. */
  readonly takeUp = (): ZoneTable | undefined => {
    if (Atomics.load(this.#generations, GenerationCell.Newest) === this.#generation) return undefined
    let newest: ZonesMessage | undefined
    for (;;) {
      const received = receiveMessageOnPort(this.#data.port)
      if (received === undefined) break
      newest = received.message as ZonesMessage
    }
    if (newest === undefined || newest.generation === this.#generation) return undefined
    this.#table = this.#replace(newest)
    return this.#table
  }

  close(): void {
    for (const { snapshot } of this.#open.values()) snapshot.close()
    this.#open.clear()
  }

  #replace({ generation, zones }: ZonesMessage): ZoneTable {
    const before = this.#open
    const after = new Map<string, OpenZone>()
    for (const assignment of zones) {
      const key = nameToText(assignment.origin)
      const open = this.#openZone(assignment, before.get(key))
      if (open !== undefined) after.set(key, open)
    }
    const table = new ZoneTable(
      zones.map(({ origin, expired }) => {
        const open = after.get(nameToText(origin))
        if (expired) return { origin, state: 'expired', view: undefined }
        return open === undefined
          ? { origin, state: 'failed', view: undefined }
          : { origin, state: 'ready', view: open.snapshot, fast: open.fast }
      }),
    )
    for (const [key, { snapshot }] of before) if (after.get(key)?.snapshot !== snapshot) snapshot.close()
    this.#open = after
    this.#generation = generation
    Atomics.store(this.#generations, this.#data.slot, generation)
    Atomics.notify(this.#generations, this.#data.slot)
    return table
  }

  #openZone(assignment: ZoneAssignment, before: OpenZone | undefined): OpenZone | undefined {
    const { version, revision } = assignment
    const isOpen = version === undefined || version === before?.version
    if (isOpen && (before === undefined || before.snapshot.info.revision >= revision)) return before
    let snapshot: ZoneSnapshot | undefined
    try {
      snapshot = this.#look(assignment, before)
      const name = basename(snapshot.path)
      const fast = name === before?.version ? before.fast.renewed(snapshot) : new CompiledAnswers(snapshot)
      return { version: name, snapshot, fast }
    } catch (error) {
      snapshot?.close()
      this.#report(assignment, error)
      return before
    }
  }

  /** A load may have switched, and removed the version before, since the list was made: what is opened is what counts. */
  #look({ origin, version }: ZoneAssignment, before: OpenZone | undefined): ZoneSnapshot {
    const { dataDir } = this.#data
    if (version !== before?.version) return openZone(dataDir, origin)
    try {
      return before!.snapshot.newest()
    } catch (error) {
      if (currentVersion(dataDir, origin) === version) throw error
      return openZone(dataDir, origin)
    }
  }
}
