import { RRType, typeFromText, typeToText } from '../../iana/index.ts'
import { type Name, nameToText, parentOf, RdataError } from '../../wire/index.ts'
import { type RRset, type RRsetChange, sameData, type ZoneNode } from '../../zone/index.ts'
import type { FeedEvent } from '../event/event.ts'
import type { DomainObject, HostObject, RegistryObject, RRsetObject } from '../object.ts'
import { FeedRefusal } from '../outcome.ts'
import type { FeedReader, StateEntry } from '../reader.ts'
import { admit } from '../rules/index.ts'
import type { FeedSettings } from '../settings.ts'
import { DueList } from './due.ts'
import { Prefix, type RecordKind, type Ref, readRecordKey, recordKey, refOf, refOfName, rrsetKey } from './keys.ts'
import { isAddress, OwnRRsets, typeFault } from './own-rrsets.ts'
import { addressesOf, dsOf, nsOf, ownRRset, publishedHosts } from './projection.ts'
import { isNothing, latest, type ObjectRecord } from './record.ts'
import { RecordTable, type Row } from './table.ts'
import { HostUsers } from './users.ts'

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

/** What a snapshot says in place of events: nobody's leave is asked. */
export type Restoration = Pick<FeedEvent, 'op' | 'object' | 'publishAt'>

const APPLIED: Verdict = { kind: 'applied' }
const APEX_USER = new Uint8Array(0)
const ADDRESS_TYPES = ['A', 'AAAA'] as const

/**
 * Takes events over the registry as the last commit left it. Nothing is written: `finish` says what is to be. What an
 * event costs depends neither on the size of the zone nor on how many domains name a host.
 */
export class FeedBatch {
  readonly #reader: FeedReader
  readonly #settings: FeedSettings
  readonly #now: number
  readonly #domains: RecordTable<DomainObject>
  readonly #hosts: RecordTable<HostObject>
  readonly #waiting: RecordTable<RRsetObject>
  readonly #users: HostUsers
  readonly #due: DueList
  readonly #own: OwnRRsets
  readonly #refs = new Map<string, Ref>()
  readonly #touchedDomains = new Map<string, { readonly ref: Ref; readonly row: Row<DomainObject> }>()
  readonly #touchedHosts = new Map<string, Ref>()

  /** @param now milliseconds since 1970: what is to be seen later waits */
  constructor(reader: FeedReader, settings: FeedSettings, now: number) {
    this.#reader = reader
    this.#settings = settings
    this.#now = now
    this.#domains = new RecordTable(reader)
    this.#hosts = new RecordTable(reader)
    this.#waiting = new RecordTable(reader)
    this.#users = new HostUsers(reader)
    this.#due = new DueList(reader)
    this.#own = new OwnRRsets(reader)
  }

  /** @throws FeedRefusal when the event can't be taken; then nothing is changed */
  apply(event: FeedEvent): Verdict {
    return this.#take(event, event, event.seq)
  }

  /**
   * Takes what a snapshot says of an object: what keeps the zone sound is checked, the registry's rules are not.
   * @param seq of the snapshot
   * @throws FeedRefusal
   */
  restore(restoration: Restoration, seq: number): Verdict {
    return this.#take(restoration, undefined, seq)
  }

  /**
   * Makes the changes whose time has come.
   * @param most how many at most
   */
  applyDue(most: number): readonly DueChange[] {
    const made: DueChange[] = []
    if (most <= 0) return made
    for (const { at, record } of this.#due.until(this.#now)) {
      this.#due.set(at, record, undefined)
      const { kind, text, type } = readRecordKey(record, this.#reader.origin)
      const next = this.#makeDue(kind, this.#ref(text), type, at)
      if (next === undefined) continue
      made.push({ kind, name: text, type: kind === 'rrset' ? typeToText(type) : undefined, ...next })
      if (made.length >= most) break
    }
    return made
  }

  /** When the next change comes due, milliseconds since 1970; undefined when none waits. */
  nextDue(): number | undefined {
    return this.#due.next()
  }

  finish(): BatchResult {
    const { NS, DS } = RRType
    const changes: RRsetChange[] = []
    let published = 0
    let withdrawn = 0
    const { ttl } = this.#settings
    for (const { ref, row } of this.#touchedDomains.values()) {
      const node = this.#reader.node(ref.name)
      const had = find(node, NS) !== undefined
      const ns = nsOf(row.now.live, ttl)
      if (had && ns === undefined) withdrawn++
      if (!had && ns !== undefined) published++
      add(changes, ref.name, NS, node, ns)
      add(changes, ref.name, DS, node, dsOf(row.now.live, ttl))
    }
    for (const { owner, text, type, rrset } of this.#own.changes()) {
      if (isAddress(type) && this.#hostLives(text)) continue
      add(changes, owner, type, this.#reader.node(owner), rrset)
    }
    for (const ref of this.#users.touched()) this.#touchedHosts.set(ref.text, ref)
    for (const ref of this.#touchedHosts.values()) this.#addGlue(changes, ref)
    const tables = [this.#domains, this.#hosts, this.#waiting, this.#users, this.#due]
    return { changes, state: tables.flatMap((table) => [...table.changes()]), published, withdrawn }
  }

  #addGlue(changes: RRsetChange[], ref: Ref): void {
    const { before, now } = this.#hosts.row(recordKey(Prefix.hosts, ref))
    if (before.live === null && now.live === null) return
    const host = now.live !== null && this.#users.isUsed(ref) ? now.live : undefined
    const node = this.#reader.node(ref.name)
    for (const mnemonic of ADDRESS_TYPES) {
      const type = RRType[mnemonic]
      // Where the host is gone the name may be the operator's again.
      if (now.live === null && this.#own.touched(ref.text, type)) continue
      add(changes, ref.name, type, node, host && addressesOf(host, mnemonic, this.#settings.ttl))
    }
  }

  #hostLives(text: string): boolean {
    return this.#hosts.row(recordKey(Prefix.hosts, this.#ref(text))).now.live !== null
  }

  /** @param event undefined for what no rule is asked about */
  #take({ op, object, publishAt }: Restoration, event: FeedEvent | undefined, seq: number): Verdict {
    const ref = this.#ref(object.name)
    if (object.kind !== 'host' && !ref.inZone) refuse('out-of-zone', `${object.name} is not in the zone ${this.#zone}`)
    if (object.kind !== 'rrset' && ref.name.length === this.#reader.origin.length && ref.inZone) {
      refuse('apex', `${object.name} is the zone itself: send its records as rrset`)
    }
    switch (object.kind) {
      case 'domain': {
        const row = this.#domains.row(recordKey(Prefix.domains, ref))
        if (op === 'delete' && isNothing(row.now)) return APPLIED
        this.#ask(event, latest(row.now), ref)
        const wanted = op === 'delete' ? null : object
        if (wanted !== null && isNothing(row.now)) this.#needFree(ref)
        const until = this.#until(event, publishAt, row.now)
        if (until > this.#now) return this.#wait(this.#domains, row, wanted, until, seq, ref.name)
        this.#setDomain(ref, row, wanted)
        return APPLIED
      }
      case 'host': {
        const row = this.#hosts.row(recordKey(Prefix.hosts, ref))
        if (op === 'delete' && isNothing(row.now)) return APPLIED
        this.#ask(event, latest(row.now), ref)
        const wanted = op === 'delete' ? null : object
        if (wanted !== null && row.now.live === null) this.#needHostName(ref)
        const until = this.#until(event, publishAt, row.now)
        if (until > this.#now) return this.#wait(this.#hosts, row, wanted, until, seq)
        this.#setHost(ref, row, wanted)
        return APPLIED
      }
      case 'rrset':
        return this.#takeRRset(ref, op === 'delete' ? undefined : object, typeOf(object), publishAt, event, seq)
    }
  }

  #takeRRset(
    ref: Ref,
    object: RRsetObject | undefined,
    type: number,
    publishAt: number | undefined,
    event: FeedEvent | undefined,
    seq: number,
  ): Verdict {
    this.#ask(event, null, ref)
    this.#needOwnRRset(ref, object, type)
    const row = this.#waiting.row(rrsetKey(ref, type))
    const until = publishAt ?? 0
    if (until > this.#now) return this.#wait(this.#waiting, row, object ?? null, until, seq, ref.name)
    this.#replace(this.#waiting, row, { live: null }, ref.name)
    this.#setOwn(ref, type, object)
    return APPLIED
  }

  /** Makes a change that waited under a record's key. @returns undefined when it does not wait for this time any more */
  #makeDue(kind: RecordKind, ref: Ref, type: number, at: number): Pick<DueChange, 'seq' | 'refusal'> | undefined {
    switch (kind) {
      case 'domain': {
        const row = this.#domains.row(recordKey(Prefix.domains, ref))
        return this.#due1(row, at, (object) => this.#setDomain(ref, row, object))
      }
      case 'host': {
        const row = this.#hosts.row(recordKey(Prefix.hosts, ref))
        return this.#due1(row, at, (object) => {
          try {
            if (object !== null && row.now.live === null) this.#needHostName(ref)
            if (object === null && this.#settings.rules.linkedHosts && this.#users.isUsed(ref)) {
              refuse('in-use', `${ref.text} is named by a published domain (RFC 5732 3.2.2)`)
            }
          } catch (error) {
            this.#replace(this.#hosts, row, { live: row.now.live })
            throw error
          }
          this.#setHost(ref, row, object)
        })
      }
      case 'rrset': {
        const row = this.#waiting.row(rrsetKey(ref, type))
        return this.#due1(row, at, (object) => {
          this.#replace(this.#waiting, row, { live: null }, ref.name)
          this.#needOwnRRset(ref, object ?? undefined, type)
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

  #ask(event: FeedEvent | undefined, current: RegistryObject | null, ref: Ref): void {
    if (event === undefined) return
    admit(this.#settings.rules, {
      event,
      origin: this.#reader.origin,
      current,
      isUsed: () => this.#users.isUsed(ref),
    })
  }

  /**
   * When a change is to be seen. The publication delay is for domains that are not there yet; an application that is
   * sent again does not wait anew.
   */
  #until(event: FeedEvent | undefined, publishAt: number | undefined, record: ObjectRecord<RegistryObject>): number {
    if (publishAt !== undefined) return publishAt
    const delay = this.#settings.rules.publicationDelay
    if (event === undefined || event.object.kind !== 'domain' || event.op === 'delete') return 0
    if (delay === undefined || record.live !== null) return 0
    return Math.min(event.at + delay * 1000, record.next?.at ?? Number.POSITIVE_INFINITY)
  }

  #wait<T extends RegistryObject>(
    table: RecordTable<T>,
    row: Row<T>,
    object: T | null,
    at: number,
    seq: number,
    owner?: Name,
  ): Verdict {
    this.#replace(table, row, { live: row.now.live, next: { object, at, seq } }, owner)
    return { kind: 'pending', until: at }
  }

  /** Puts a record in the place of another, and what it waits for into the list. */
  #replace<T extends RegistryObject>(table: RecordTable<T>, row: Row<T>, record: ObjectRecord<T>, owner?: Name): void {
    if (row.now.next !== undefined) this.#due.set(row.now.next.at, row.key, undefined)
    if (record.next !== undefined) this.#due.set(record.next.at, row.key, record.next.seq)
    table.put(row, record, owner)
  }

  #setDomain(ref: Ref, row: Row<DomainObject>, object: DomainObject | null): void {
    this.#changeUsers(publishedHosts(row.now.live), publishedHosts(object), ref.order)
    this.#replace(this.#domains, row, { live: object }, ref.name)
    this.#touchedDomains.set(ref.text, { ref, row })
  }

  #setHost(ref: Ref, row: Row<HostObject>, object: HostObject | null): void {
    this.#replace(this.#hosts, row, { live: object })
    if (!ref.inZone) return
    this.#touchedHosts.set(ref.text, ref)
    // The addresses are the host's from now on.
    if (object === null) return
    for (const mnemonic of ADDRESS_TYPES) {
      if (this.#own.touched(ref.text, RRType[mnemonic])) this.#own.set(ref.name, ref.text, RRType[mnemonic], undefined)
    }
  }

  #setOwn(ref: Ref, type: number, object: RRsetObject | undefined): void {
    let rrset = object && readOwn(object)
    if (type === RRType.SOA) rrset = this.#withSerial(rrset!)
    if (type === RRType.NS) {
      const before = this.#own.rrset(ref.name, ref.text, type)
      this.#changeUsers(before?.rdatas.map(nameToText) ?? [], rrset!.rdatas.map(nameToText), APEX_USER)
    }
    this.#own.set(ref.name, ref.text, type, rrset)
  }

  #changeUsers(before: readonly string[], after: readonly string[], user: Uint8Array): void {
    for (const text of before) if (!after.includes(text)) this.#setUser(text, user, false)
    for (const text of after) if (!before.includes(text)) this.#setUser(text, user, true)
  }

  #setUser(text: string, user: Uint8Array, uses: boolean): void {
    const host = this.#ref(text)
    if (host.inZone) this.#users.set(host, user, uses)
  }

  /** The serial is the server's own. */
  #withSerial(soa: RRset): RRset {
    const current = find(this.#reader.node(this.#reader.origin), RRType.SOA)!.rdatas[0]!
    const rdata = soa.rdatas[0]!.slice()
    // Serial and four timers, of four octets each, end the rdata (RFC 1035 3.3.13).
    rdata.set(current.subarray(current.length - 20, current.length - 16), rdata.length - 20)
    return { ...soa, rdatas: [rdata] }
  }

  /** @throws FeedRefusal when other objects, or RRsets of the operator's own, keep a domain from being made here */
  #needFree(ref: Ref): void {
    const key = recordKey(Prefix.domains, ref)
    const below = this.#domains.someUnder(key, ref.text, key)
    if (below !== undefined) refuse('overlap', `${ref.text} lies above the domain ${below}`)
    this.#needNoDomainAbove(ref, 'overlap')
    this.#needNoDnameAbove(ref)
    const waiting = this.#waiting.someUnder(recordKey(Prefix.rrsets, ref), ref.text)
    if (waiting !== undefined) {
      refuse('overlap', `an rrset at ${waiting} waits for its time at or below ${ref.text}: delete it first`)
    }
    for (const { owner, text } of this.#own.ownersAtOrBelow(ref.name, ref.text)) {
      const [type] = this.#ownTypes(owner, text)
      if (type === undefined) continue
      refuse(
        'overlap',
        `the operator's own ${typeToText(type)} at ${text} lies at or below ${ref.text}: delete it first`,
      )
    }
  }

  /** @throws FeedRefusal when records of the operator's own keep a host from being made here */
  #needHostName(ref: Ref): void {
    if (!ref.inZone) return
    this.#needNoDnameAbove(ref)
    // Without the type: only what waits at this very name.
    const waiting = this.#waiting.someUnder(rrsetKey(ref, 0).subarray(0, -2), ref.text)
    if (waiting !== undefined) refuse('overlap', `an rrset at ${ref.text} waits for its time: delete it first`)
    for (const type of this.#ownTypes(ref.name, ref.text)) {
      // The registry knows better what the addresses of a nameserver are.
      if (isAddress(type) ? this.#users.isUsed(ref) : type !== RRType.CNAME) continue
      refuse('overlap', `the operator's own ${typeToText(type)} stands at ${ref.text}: delete it first, in the same tx`)
    }
  }

  #needOwnRRset(ref: Ref, object: RRsetObject | undefined, type: number): void {
    const atApex = ref.name.length === this.#reader.origin.length
    const fault = typeFault(type, atApex, object === undefined)
    if (fault !== undefined) refuse('type', `${typeToText(type)} at ${ref.text}: ${fault}`)
    if (!atApex) this.#needNotOfFeed(ref, object === undefined, type)
    if (object === undefined) return
    const { rdatas } = readOwn(object)
    const isSingle = type === RRType.SOA || type === RRType.CNAME || type === RRType.DNAME
    if (rdatas.length === 0 || (isSingle && rdatas.length > 1)) {
      refuse(
        'unfit',
        `${object.type} at ${ref.text} has ${rdatas.length} records, and needs ${isSingle ? 'one' : 'some'}`,
      )
    }
    if (atApex) return
    const others = this.#ownTypes(ref.name, ref.text).filter((other) => other !== type)
    // RFC 2181 10.1: an alias has no other data; proofs and signatures are not the feed's.
    const isAlias = type === RRType.CNAME
    if (isAlias ? others.length > 0 : others.includes(RRType.CNAME)) {
      const other = typeToText(isAlias ? others[0]! : RRType.CNAME)
      refuse('unfit', `${object.type} at ${ref.text}: the name has ${other}, and CNAME stands alone (RFC 2181 10.1)`)
    }
    this.#needNoDnameAbove(ref)
    if (type === RRType.DNAME) this.#needNothingBelow(ref)
  }

  /** @throws FeedRefusal when the name belongs to a domain, or to a host whose addresses the feed publishes */
  #needNotOfFeed(ref: Ref, isDeletion: boolean, type: number): void {
    const domain = this.#domains.row(recordKey(Prefix.domains, ref))
    if (!isNothing(domain.now))
      refuse('overlap', `${ref.text} is a domain of the registry: its records are the domain's`)
    this.#needNoDomainAbove(ref, 'overlap')
    const host = this.#hosts.row(recordKey(Prefix.hosts, ref))
    if (!isNothing(host.now) && (!isDeletion || isAddress(type))) {
      refuse('overlap', `${ref.text} is a host of the registry: its addresses come from the host`)
    }
  }

  #needNoDomainAbove(ref: Ref, reason: 'overlap'): void {
    for (const above of this.#ancestors(ref)) {
      if (isNothing(this.#domains.row(recordKey(Prefix.domains, above)).now)) continue
      refuse(reason, `${ref.text} lies below the domain ${above.text}`)
    }
  }

  /** RFC 6672 2.4: nothing stands below a DNAME. */
  #needNoDnameAbove(ref: Ref): void {
    for (const above of this.#ancestors(ref)) {
      if (this.#own.rrset(above.name, above.text, RRType.DNAME) === undefined) continue
      refuse('unfit', `${ref.text} lies below ${above.text}, which has DNAME (RFC 6672 2.4)`)
    }
  }

  #needNothingBelow(ref: Ref): void {
    const key = recordKey(Prefix.domains, ref)
    const domain = this.#domains.someUnder(key, ref.text, key)
    if (domain !== undefined) refuse('unfit', `DNAME at ${ref.text}: the domain ${domain} lies below (RFC 6672 2.4)`)
    const host = recordKey(Prefix.hosts, ref)
    const below = this.#hosts.someUnder(host, ref.text, host)
    if (below !== undefined) refuse('unfit', `DNAME at ${ref.text}: the host ${below} lies below (RFC 6672 2.4)`)
    for (const { owner, text } of this.#own.ownersAtOrBelow(ref.name, ref.text)) {
      if (owner.length === ref.name.length || this.#ownTypes(owner, text).length === 0) continue
      refuse('unfit', `DNAME at ${ref.text}: ${text} lies below (RFC 6672 2.4)`)
    }
  }

  #ownTypes(owner: Name, text: string): number[] {
    const hasHost = () => {
      const { before, now } = this.#hosts.row(recordKey(Prefix.hosts, refOfName(owner, this.#reader.origin, text)))
      return before.live !== null || now.live !== null
    }
    return this.#own.types(owner, text, hasHost)
  }

  /** The names between the apex and a name, without both. */
  *#ancestors(ref: Ref): Generator<Ref> {
    const { origin } = this.#reader
    if (ref.name.length === origin.length) return
    for (let name = parentOf(ref.name)!; name.length > origin.length; name = parentOf(name)!) {
      yield this.#ref(nameToText(name))
    }
  }

  #ref(text: string): Ref {
    let ref = this.#refs.get(text)
    if (ref === undefined) {
      ref = refOf(text, this.#reader.origin)
      this.#refs.set(text, ref)
    }
    return ref
  }

  get #zone(): string {
    return nameToText(this.#reader.origin)
  }
}

function refuse(reason: ConstructorParameters<typeof FeedRefusal>[0], text: string): never {
  throw new FeedRefusal(reason, text)
}

function typeOf({ type: text, name }: RRsetObject): number {
  return typeFromText(text) ?? refuse('type', `${name}: ${text} is no type known here`)
}

function readOwn(object: RRsetObject): RRset {
  try {
    return ownRRset(object)
  } catch (error) {
    if (!(error instanceof RdataError)) throw error
    refuse('schema', `${object.type} at ${object.name}: ${error.message}`)
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
