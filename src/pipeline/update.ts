import { RRType } from '../iana/index.ts'
import {
  DenialSlots,
  denialBits,
  FullLoadNeededError,
  HostIndex,
  type NodeChange,
  OwnerBlocks,
  type StatePut,
  siblingHosts,
  type Tables,
  WritableZone,
  type ZoneInfo,
  type ZoneSnapshot,
  type ZoneWork,
} from '../store/index.ts'
import { type Name, nameToText, octetText } from '../wire/index.ts'
import { type JournalSettings, nameOfKey, type RRset, type RRsetChange } from '../zone/index.ts'
import { ENTRY_OVERHEAD } from './build.ts'
import { apexFacts, type Chain } from './chain.ts'
import { EntryUpdate } from './entry-update.ts'
import { replacementsOf } from './replacements.ts'
import { sortChanges } from './sorted-changes.ts'

/** What else changes in the transaction of an update. */
export interface UpdateOptions {
  /** Kept with the zone: keys, cursor of a feed. Where it tells of the zone as it will be, it is asked for at the end. */
  readonly state?: readonly StatePut[] | ((info: ZoneInfo) => readonly StatePut[])
  /** Seconds since 1970 from which the zone may no longer be served; as it was when absent. */
  readonly expiresAt?: number | undefined
  /** Why, for the zone's history, in a word: `feed`, `keys`, `renewal`. `update` when absent. */
  readonly cause?: string
  /** The first and the last event of a feed that the changes come of. */
  readonly seqs?: { readonly first: number; readonly last: number }
  /** `checkFit` was asked about these changes, and has nothing against them. */
  readonly isFit?: true
}

/** An update that is on the disk. */
export interface UpdateResult {
  readonly serial: number
  /** Which update since the zone was loaded this was, from 1 on: answering threads go on to it. */
  readonly revision: number
  /** What is known of the zone now. */
  readonly info: ZoneInfo
  /** Numbers of the buckets and denial slots that were written anew; undefined when that may be all of them. */
  readonly changedBuckets: readonly number[] | undefined
  readonly changedDenials: readonly number[] | undefined
}

/** NSEC3 records per slot of the denial table, on average, from which on they are spread over more slots. */
const FULL_SLOT = 64

/**
 * Keeps a zone's store open and makes updates to it: each changes records, compiled answers and whatever is kept with them
 * in one transaction. What signs or checks a change comes before; nothing is judged here.
 */
export class ZoneUpdater {
  readonly #zone: WritableZone

  private constructor(zone: WritableZone) {
    this.#zone = zone
  }

  /**
   * Opens the version of a zone that is served; no other process can load or update the zone until `close`.
   * @param journal how far back changes are kept
   * @throws StoreError when the zone was never loaded, its store can't be used, or another process writes to it
   */
  static open(dataDir: string, origin: Name, journal?: JournalSettings | 'off'): ZoneUpdater {
    return new ZoneUpdater(WritableZone.open(dataDir, origin, journal))
  }

  /** Name of the version in the data folder. */
  get version(): string {
    return this.#zone.version
  }

  get info(): ZoneInfo {
    return this.#zone.info
  }

  /** The zone as the last update left it; valid until the next one. */
  get snapshot(): ZoneSnapshot {
    return this.#zone.snapshot
  }

  /**
   * Makes an update. When this returns it is on the disk; when it throws, nothing has changed.
   * @param changes in any order; of several to one RRset the last counts
   * @throws FullLoadNeededError when the zone would change the way it denies, or lose its SOA; StoreError when the store
   *   can't be written, or was replaced by a full load; ZoneContentError for a change outside the zone
   */
  apply(changes: Iterable<RRsetChange>, options: UpdateOptions = {}): UpdateResult {
    let work: ZoneWork | undefined
    const { snapshot } = this.#zone
    const info = this.#zone.commit((tables, before) => {
      const update = new Update(this.#zone.path, this.#zone.origin, tables, snapshot, before)
      work = update.run(changes, options)
      return work
    })
    return {
      serial: info.serial,
      revision: info.revision,
      info,
      changedBuckets: work?.changes?.buckets,
      changedDenials: work?.changes?.denials,
    }
  }

  close(): Promise<void> {
    return this.#zone.close()
  }
}

/** One update, within its transaction. */
class Update {
  readonly #path: string
  readonly #origin: Name
  readonly #tables: Tables
  /** The tables as they were. */
  readonly #was: ZoneSnapshot
  readonly #before: ZoneInfo

  constructor(path: string, origin: Name, tables: Tables, was: ZoneSnapshot, before: ZoneInfo) {
    this.#path = path
    this.#origin = origin
    this.#tables = tables
    this.#was = was
    this.#before = before
  }

  run(changes: Iterable<RRsetChange>, { state = [], cause = 'update', seqs, ...options }: UpdateOptions): ZoneWork {
    const before = this.#before
    const { nodes, denials } = sortChanges(changes, this.#origin, before.nsec3)
    const changed = new OwnerBlocks(this.#tables, this.#was.owners).apply(nodes)
    const slots = new DenialSlots(this.#tables, this.#was.denials)
    const bits = this.#spreadDenials(slots, denials.filter(({ rrset }) => rrset !== undefined).length)
    const denial = slots.apply(denials, bits)
    const records = changed.reduce((sum, change) => sum + growthOf(change), 0) + denial.records
    const owners = changed.reduce((sum, { before: was, after }) => sum + presence(after) - presence(was), 0)
    const growth = changed.reduce((sum, change) => sum + change.growth, 0)
    let info: ZoneInfo = {
      ...before,
      ...('expiresAt' in options ? { expiresAt: options.expiresAt } : {}),
      ...this.#apexFacts(changed),
      records: before.records + records,
      owners: before.owners + owners,
      denials: before.denials + denial.entries,
      denialBits: bits,
      entryOctets: before.entryOctets + growth + ENTRY_OVERHEAD * owners,
    }
    this.#indexHosts(changed)
    const entries = new EntryUpdate(this.#path, this.#tables, this.#was.buckets, info)
    entries.affectedBy(changed)
    const { written, ...counts } = entries.write()
    info = { ...info, ...counts }
    const isSpread = bits !== before.denialBits
    const replacements = replacementsOf(changed, denial.replaced, this.#origin)
    return {
      info,
      changes: isSpread ? undefined : { buckets: written, denials: denial.slots },
      state: typeof state === 'function' ? state(info) : state,
      journal: { cause, seqs, replacements },
    }
  }

  /** Spreads NSEC3 records over more slots when so many more would crowd them; returns the bits that choose one then. */
  #spreadDenials(slots: DenialSlots, added: number): number {
    const { denials, denialBits: bits } = this.#before
    if (denials + added <= FULL_SLOT * 2 ** bits) return bits
    const more = denialBits(denials + added)
    slots.spread(bits, more)
    return more
  }

  /** What a changed apex says of the zone; it must go on denying as it does. */
  #apexFacts(changed: readonly NodeChange[]): Pick<ZoneInfo, 'serial' | 'signed'> | undefined {
    const apex = changed.find(({ key }) => key.length === 0)
    if (apex === undefined) return undefined
    if (!apex.after.some(({ type }) => type === RRType.SOA)) throw this.#refuse('it would lose its SOA record')
    const { serial, signed, denial, chain } = apexFacts(apex.after)
    if (denial !== this.#before.denial) {
      throw this.#refuse(`its denial of existence would change from ${this.#before.denial} to ${denial}`)
    }
    if (!areSame(chain, this.#before.nsec3)) throw this.#refuse('the parameters of its NSEC3 chain would change')
    return { serial, signed }
  }

  #refuse(change: string): FullLoadNeededError {
    return new FullLoadNeededError(nameToText(this.#origin), change)
  }

  #indexHosts(changed: readonly NodeChange[]): void {
    const index = new HostIndex(this.#tables, this.#origin, this.#before.hashSeed)
    for (const { key, before, after } of changed) {
      if (key.length === 0) continue
      const owner = nameOfKey(key, 0, key.length, this.#origin)
      const was = hostsOf(owner, before, this.#origin)
      const is = hostsOf(owner, after, this.#origin)
      for (const [text, host] of was) if (!is.has(text)) index.remove(host, key)
      for (const [text, host] of is) if (!was.has(text)) index.add(host, key)
    }
  }
}

function hostsOf(owner: Name, rrsets: readonly RRset[], origin: Name): Map<string, Name> {
  const nameservers = rrsets.find(({ type }) => type === RRType.NS)?.rdatas ?? []
  return new Map(siblingHosts(owner, nameservers, origin).map((host) => [octetText(host), host]))
}

/** By how many records a node grew. */
function growthOf({ before, after }: NodeChange): number {
  return count(after) - count(before)
}

function count(rrsets: readonly RRset[]): number {
  return rrsets.reduce((sum, { rdatas, signatures }) => sum + rdatas.length + signatures.length, 0)
}

function presence(rrsets: readonly RRset[]): number {
  return rrsets.length > 0 ? 1 : 0
}

function areSame(a: Chain | undefined, b: Chain | undefined): boolean {
  return a?.algorithm === b?.algorithm && a?.iterations === b?.iterations && a?.salt === b?.salt
}
