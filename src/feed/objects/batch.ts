import { RRType, typeToText } from '../../iana/index.ts'
import { isAtOrBelow, type Name, nameToText } from '../../wire/index.ts'
import { type RRset, type RRsetChange, sameData, type ZoneNode } from '../../zone/index.ts'
import type { FeedEvent } from '../event/event.ts'
import type { DomainObject, HostObject, RegistryObject, RRsetObject } from '../object.ts'
import { FeedRefusal } from '../outcome.ts'
import type { FeedReader, StateEntry } from '../reader.ts'
import { admit } from '../rules/index.ts'
import type { FeedSettings } from '../settings.ts'
import { Draft } from './draft.ts'
import { type RecordKind, type Ref, readRecordKey } from './keys.ts'
import { isAddress } from './own-rrsets.ts'
import { addressesOf, dsOf, nsOf, ownRRset, ownType, publishedHosts } from './projection.ts'
import { isNothing, latest, type ObjectRecord } from './record.ts'
import {
  needFree,
  needHostName,
  needNameservers,
  needOwnNameservers,
  needOwnRRset,
  needPlace,
  needUnused,
} from './soundness.ts'
import type { RecordTable, Row } from './table.ts'
import { APEX_USER } from './users.ts'

export type Verdict =
  | { readonly kind: 'applied' }
  /** Milliseconds since 1970. */
  | { readonly kind: 'pending'; readonly until: number }

/** A change that waited, and whose time has come. */
export interface DueChange {
  readonly kind: RecordKind
  readonly name: string
  /** Of an RRset, its mnemonic. */
  readonly type: string | undefined
  /** Of the event. */
  readonly seq: number
  /** Why it can't be made any more; it is given up. */
  readonly refusal: FeedRefusal | undefined
}

/** What is to be written, all in one transaction. */
export interface BatchResult {
  readonly changes: RRsetChange[]
  readonly state: StateEntry[]
  /** Delegations that appear. */
  readonly published: number
  /** Delegations that go. */
  readonly withdrawn: number
}

const APPLIED: Verdict = { kind: 'applied' }
const ADDRESS_TYPES = ['A', 'AAAA'] as const

/**
 * Takes events over the registry as the last commit left it. Nothing is written: `finish` says what is to be. What an
 * event costs depends neither on the size of the zone nor on how many domains name a host.
 */
export class FeedBatch {
  readonly #draft: Draft
  readonly #settings: FeedSettings
  readonly #now: number
  readonly #touchedDomains = new Map<string, { readonly ref: Ref; readonly row: Row<DomainObject> }>()
  readonly #touchedHosts = new Map<string, Ref>()

  /** @param now milliseconds since 1970: what is to be seen later waits */
  constructor(reader: FeedReader, settings: FeedSettings, now: number) {
    this.#draft = new Draft(reader)
    this.#settings = settings
    this.#now = now
  }

  /** @throws FeedRefusal when the event can't be taken; then nothing is changed */
  apply(event: FeedEvent): Verdict {
    return this.#take(event)
  }

  /**
   * Makes the changes whose time has come.
   * @param most how many at most
   */
  applyDue(most: number): readonly DueChange[] {
    const made: DueChange[] = []
    if (most <= 0) return made
    for (const { at, record } of this.#draft.due.until(this.#now)) {
      this.#draft.due.set(at, record, undefined)
      const { kind, text, type } = readRecordKey(record, this.#draft.origin)
      const next = this.#makeDue(kind, this.#draft.ref(text), type, at)
      if (next === undefined) continue
      made.push({ kind, name: text, type: kind === 'rrset' ? typeToText(type) : undefined, ...next })
      if (made.length >= most) break
    }
    return made
  }

  /** When the next change comes due, milliseconds since 1970; undefined when none waits. */
  nextDue(): number | undefined {
    return this.#draft.due.next()
  }

  finish(): BatchResult {
    const { NS, DS } = RRType
    const changes: RRsetChange[] = []
    let published = 0
    let withdrawn = 0
    const { ttl } = this.#settings
    for (const { ref, row } of this.#touchedDomains.values()) {
      const node = this.#draft.reader.node(ref.name)
      const had = find(node, NS) !== undefined
      const ns = nsOf(row.now.live, ttl)
      if (had && ns === undefined) {
        withdrawn++
        this.#touchHostsBelow(ref)
      }
      if (!had && ns !== undefined) published++
      add(changes, ref.name, NS, node, ns)
      add(changes, ref.name, DS, node, dsOf(row.now.live, ttl))
    }
    for (const { owner, text, type, rrset } of this.#draft.own.changes()) {
      if (isAddress(type) && this.#hostLives(text)) continue
      add(changes, owner, type, this.#draft.reader.node(owner), rrset)
    }
    for (const ref of this.#draft.users.touched()) this.#touchedHosts.set(ref.text, ref)
    for (const ref of this.#touchedHosts.values()) this.#addGlue(changes, ref)
    return { changes, state: this.#draft.state(), published, withdrawn }
  }

  /** Glue that no delegation named was hidden by the cut above it: without the cut the name would be answered with it. */
  #touchHostsBelow({ name: top }: Ref): void {
    const { reader } = this.#draft
    for (
      let node = reader.node(top) ?? reader.nodeAfter(top);
      node !== undefined;
      node = reader.nodeAfter(node.owner)
    ) {
      if (!isAtOrBelow(node.owner, top)) return
      const ref = this.#draft.ref(nameToText(node.owner))
      this.#touchedHosts.set(ref.text, ref)
    }
  }

  #addGlue(changes: RRsetChange[], ref: Ref): void {
    const { before, now } = this.#draft.host(ref)
    if (before.live === null && now.live === null) return
    const host = now.live !== null && this.#draft.users.isUsed(ref) ? now.live : undefined
    const node = this.#draft.reader.node(ref.name)
    for (const mnemonic of ADDRESS_TYPES) {
      const type = RRType[mnemonic]
      // Where the host is gone the name may be the operator's again.
      if (now.live === null && this.#draft.own.touched(ref.text, type)) continue
      add(changes, ref.name, type, node, host && addressesOf(host, mnemonic, this.#settings.ttl))
    }
  }

  #hostLives(text: string): boolean {
    return this.#draft.host(this.#draft.ref(text)).now.live !== null
  }

  #take(event: FeedEvent): Verdict {
    const { op, object, seq } = event
    const ref = this.#draft.ref(object.name)
    needPlace(this.#draft, object, ref)
    switch (object.kind) {
      case 'domain': {
        const row = this.#draft.domain(ref)
        if (op === 'delete' && isNothing(row.now)) return APPLIED
        this.#ask(event, latest(row.now), ref)
        const wanted = op === 'delete' ? null : object
        if (wanted !== null && isNothing(row.now)) needFree(this.#draft, ref)
        const until = this.#until(event, row.now)
        if (until > this.#now) return this.#wait(this.#draft.domains, row, wanted, until, seq, ref)
        this.#setDomain(ref, row, wanted)
        return APPLIED
      }
      case 'host': {
        const row = this.#draft.host(ref)
        if (op === 'delete' && isNothing(row.now)) return APPLIED
        this.#ask(event, latest(row.now), ref)
        const wanted = op === 'delete' ? null : object
        if (wanted !== null && row.now.live === null) needHostName(this.#draft, ref)
        const until = this.#until(event, row.now)
        if (until > this.#now) return this.#wait(this.#draft.hosts, row, wanted, until, seq, ref)
        needNameservers(this.#draft, ref, wanted)
        this.#setHost(ref, row, wanted)
        return APPLIED
      }
      case 'rrset':
        return this.#takeRRset(ref, op === 'delete' ? undefined : object, ownType(object), event)
    }
  }

  #takeRRset(ref: Ref, object: RRsetObject | undefined, type: number, event: FeedEvent): Verdict {
    this.#ask(event, null, ref)
    needOwnRRset(this.#draft, ref, object, type)
    const row = this.#draft.waitingRRset(ref, type)
    const until = event.publishAt ?? 0
    if (until > this.#now) return this.#wait(this.#draft.waiting, row, object ?? null, until, event.seq, ref)
    needOwnNameservers(this.#draft, ref, object, type)
    this.#replace(this.#draft.waiting, row, { live: null }, ref)
    this.#setOwn(ref, type, object)
    return APPLIED
  }

  /** Makes a change that waited under a record's key. @returns undefined when it does not wait for this time any more */
  #makeDue(kind: RecordKind, ref: Ref, type: number, at: number): Pick<DueChange, 'seq' | 'refusal'> | undefined {
    switch (kind) {
      case 'domain': {
        const row = this.#draft.domain(ref)
        return this.#due1(row, at, (object) => this.#setDomain(ref, row, object))
      }
      case 'host': {
        const row = this.#draft.host(ref)
        return this.#due1(row, at, (object) => {
          try {
            if (object !== null && row.now.live === null) needHostName(this.#draft, ref)
            if (object === null && this.#settings.rules.linkedHosts) needUnused(this.#draft, ref)
            needNameservers(this.#draft, ref, object)
          } catch (error) {
            this.#replace(this.#draft.hosts, row, { live: row.now.live }, ref)
            throw error
          }
          this.#setHost(ref, row, object)
        })
      }
      case 'rrset': {
        const row = this.#draft.waitingRRset(ref, type)
        return this.#due1(row, at, (object) => {
          this.#replace(this.#draft.waiting, row, { live: null }, ref)
          needOwnRRset(this.#draft, ref, object ?? undefined, type)
          needOwnNameservers(this.#draft, ref, object ?? undefined, type)
          this.#setOwn(ref, type, object ?? undefined)
        })
      }
    }
  }

  #due1<T extends RegistryObject>(
    row: Row<T>,
    at: number,
    make: (object: T | null) => void,
  ): Pick<DueChange, 'seq' | 'refusal'> | undefined {
    const { next } = row.now
    if (next === undefined || next.at !== at) return undefined
    try {
      make(next.object)
      return { seq: next.seq, refusal: undefined }
    } catch (error) {
      if (error instanceof FeedRefusal) return { seq: next.seq, refusal: error }
      throw error
    }
  }

  #ask(event: FeedEvent, current: RegistryObject | null, ref: Ref): void {
    admit(this.#settings.rules, {
      event,
      origin: this.#draft.origin,
      current,
      isUsed: () => this.#draft.users.isUsed(ref),
    })
  }

  /**
   * When a change is to be seen. The publication delay is for domains that are not there yet; an application that is
   * sent again does not wait anew.
   */
  #until({ op, object, at, publishAt }: FeedEvent, record: ObjectRecord<RegistryObject>): number {
    if (publishAt !== undefined) return publishAt
    const delay = this.#settings.rules.publicationDelay
    if (object.kind !== 'domain' || op === 'delete') return 0
    if (delay === undefined || record.live !== null) return 0
    return Math.min(at + delay * 1000, record.next?.at ?? Number.POSITIVE_INFINITY)
  }

  #wait<T extends RegistryObject>(
    table: RecordTable<T>,
    row: Row<T>,
    object: T | null,
    at: number,
    seq: number,
    ref: Ref,
  ): Verdict {
    this.#replace(table, row, { live: row.now.live, next: { object, at, seq } }, ref)
    return { kind: 'pending', until: at }
  }

  /** Puts a record in the place of another, and what it waits for into the list. */
  #replace<T extends RegistryObject>(table: RecordTable<T>, row: Row<T>, record: ObjectRecord<T>, ref: Ref): void {
    if (row.now.next !== undefined) this.#draft.due.set(row.now.next.at, row.key, undefined)
    if (record.next !== undefined) this.#draft.due.set(record.next.at, row.key, record.next.seq)
    table.put(row, record, ref.inZone ? ref.name : undefined)
  }

  #setDomain(ref: Ref, row: Row<DomainObject>, object: DomainObject | null): void {
    this.#changeUsers(publishedHosts(row.now.live), publishedHosts(object), ref.order)
    this.#replace(this.#draft.domains, row, { live: object }, ref)
    this.#touchedDomains.set(ref.text, { ref, row })
  }

  #setHost(ref: Ref, row: Row<HostObject>, object: HostObject | null): void {
    if (ref.inZone) {
      this.#touchedHosts.set(ref.text, ref)
      // The addresses are the host's from now on, also when it goes again.
      const own = object === null || row.now.live !== null ? [] : this.#draft.ownTypes(ref.name, ref.text)
      for (const type of own) if (isAddress(type)) this.#draft.own.set(ref.name, ref.text, type, undefined)
    }
    this.#replace(this.#draft.hosts, row, { live: object }, ref)
  }

  #setOwn(ref: Ref, type: number, object: RRsetObject | undefined): void {
    let rrset = object && ownRRset(object)
    if (type === RRType.SOA) rrset = this.#withSerial(rrset!)
    if (type === RRType.NS) {
      const before = this.#draft.own.rrset(ref.name, ref.text, type)
      this.#changeUsers(before?.rdatas.map(nameToText) ?? [], rrset!.rdatas.map(nameToText), APEX_USER)
    }
    this.#draft.own.set(ref.name, ref.text, type, rrset)
  }

  #changeUsers(before: readonly string[], after: readonly string[], user: Uint8Array): void {
    for (const text of before) if (!after.includes(text)) this.#setUser(text, user, false)
    for (const text of after) if (!before.includes(text)) this.#setUser(text, user, true)
  }

  #setUser(text: string, user: Uint8Array, uses: boolean): void {
    const host = this.#draft.ref(text)
    if (host.inZone) this.#draft.users.set(host, user, uses)
  }

  /** The serial is the server's own. */
  #withSerial(soa: RRset): RRset {
    const current = find(this.#draft.reader.node(this.#draft.origin), RRType.SOA)!.rdatas[0]!
    const rdata = soa.rdatas[0]!.slice()
    // Serial and four timers, of four octets each, end the rdata (RFC 1035 3.3.13).
    rdata.set(current.subarray(current.length - 20, current.length - 16), rdata.length - 20)
    return { ...soa, rdatas: [rdata] }
  }
}

function find(node: ZoneNode | undefined, type: number): RRset | undefined {
  return node?.rrsets.find((rrset) => rrset.type === type)
}

/** Adds what makes the RRset of a node what it is to be, unless it is so. */
function add(
  changes: RRsetChange[],
  owner: Name,
  type: number,
  node: ZoneNode | undefined,
  rrset: RRset | undefined,
): void {
  const was = find(node, type)
  if (was === rrset || (was !== undefined && rrset !== undefined && sameData(was, rrset))) return
  changes.push({ owner, type, rrset })
}
