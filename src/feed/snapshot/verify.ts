import { RRType } from '../../iana/index.ts'
import { type Name, nameToText } from '../../wire/index.ts'
import { compareOctets, nameOfKey, type RRset, sameData, sortKey, type ZoneNode } from '../../zone/index.ts'
import type { DomainObject, HostObject, RegistryObject } from '../object.ts'
import {
  concat,
  dueKey,
  Prefix,
  readDueKey,
  readRecordKey,
  readUserKey,
  refOf,
  startsWith,
  userKey,
  usersPrefix,
} from '../objects/keys.ts'
import { addressesOf, dsOf, nsOf, publishedHosts } from '../objects/projection.ts'
import { decodeRecord, type ObjectRecord } from '../objects/record.ts'
import type { FeedReader } from '../reader.ts'
import type { FeedSettings } from '../settings.ts'
import { nodesOf } from './lines.ts'

/** A place where a zone is not what its objects make it. */
export type ProjectionDifference =
  /** An RRset that delegates, or a host's addresses: as the objects have it, and as the store does. */
  | {
      readonly kind: 'rrset'
      readonly owner: Name
      readonly type: number
      readonly expected: RRset | undefined
      readonly found: RRset | undefined
    }
  /** What is kept so that objects are found again, in words; the next change of them may go wrong. */
  | { readonly kind: 'index'; readonly name: string; readonly problem: string }

/** How much was compared. */
export interface ProjectionCounts {
  domains: number
  hosts: number
  /** Changes that wait for their time. */
  pending: number
}

type Ttl = FeedSettings['ttl']

/**
 * Rebuilds what a zone shows of its objects, and compares it with the zone: first the records in canonical order, then the
 * lists that are kept beside them. Neither objects nor records are held: it takes the same memory for any zone.
 * @param ttl what objects have that name none; undefined where it is not known: whatever the zone has is right then
 * @returns lastly, how much was compared
 */
export function* verifyProjection(
  reader: FeedReader,
  ttl: Ttl | undefined,
): Generator<ProjectionDifference, ProjectionCounts> {
  const counts = { domains: 0, hosts: 0, pending: 0 }
  yield* verifyRecords(reader, ttl, counts)
  yield* verifyUsers(reader)
  yield* verifyDue(reader, counts)
  return counts
}

const DELEGATION = ['NS', 'DS'] as const
const ADDRESSES = ['A', 'AAAA'] as const

function* verifyRecords(
  reader: FeedReader,
  ttl: Ttl | undefined,
  counts: ProjectionCounts,
): Generator<ProjectionDifference> {
  const { origin } = reader
  const nodes = new Ordered<ZoneNode>(nodesOf(reader), ({ owner }) => sortKey(owner, origin))
  const domains = new Ordered(recordsIn<DomainObject>(reader, Prefix.domains), ({ order }) => order)
  const hosts = new Ordered(recordsIn<HostObject>(reader, Prefix.hosts), ({ order }) => order)
  let cut: Uint8Array | undefined
  for (;;) {
    const key = least(nodes.key, domains.key, hosts.key)
    if (key === undefined) return
    const node = nodes.takeAt(key)
    const domain = domains.takeAt(key)
    const host = hosts.takeAt(key)
    if (domain !== undefined) counts.domains++
    if (host !== undefined) counts.hosts++
    // The apex is the operator's own; a host outside the zone shows nothing.
    if (key.length === 0 || key[0] === 0) continue
    const owner = node?.owner ?? nameOfKey(key, 0, key.length, origin)
    const isBelowCut = cut !== undefined && startsWith(key, cut)
    // What a delegation hides is told of only where an object asks for it.
    if (!isBelowCut || domain !== undefined) {
      for (const mnemonic of DELEGATION) {
        const found = find(node, mnemonic)
        const of = mnemonic === 'NS' ? nsOf : dsOf
        yield* compare(owner, mnemonic, of(domain?.live ?? null, ttlFor(ttl, mnemonic, found)), found)
      }
    }
    if (!isBelowCut && find(node, 'NS') !== undefined) cut = key
    const live = host?.live ?? null
    // Away from delegations the addresses of a name that is no host are the operator's own.
    if (live === null && !isBelowCut && cut !== key) continue
    for (const mnemonic of ADDRESSES) {
      const found = find(node, mnemonic)
      const isShown = live !== null && isUsed(reader, live)
      const expected = isShown ? addressesOf(live, mnemonic, ttlFor(ttl, mnemonic, found)) : undefined
      yield* compare(owner, mnemonic, expected, found)
    }
  }
}

const ANY_TTL: Ttl = { NS: 0, DS: 0, A: 0, AAAA: 0 }

function ttlFor(ttl: Ttl | undefined, type: keyof Ttl, found: RRset | undefined): Ttl {
  return ttl ?? { ...ANY_TTL, [type]: found?.ttl ?? 0 }
}

function* compare(
  owner: Name,
  mnemonic: keyof Ttl,
  expected: RRset | undefined,
  found: RRset | undefined,
): Generator<ProjectionDifference> {
  if (expected === undefined ? found === undefined : found !== undefined && sameData(expected, found)) return
  yield { kind: 'rrset', owner, type: RRType[mnemonic], expected, found }
}

function find(node: ZoneNode | undefined, mnemonic: keyof Ttl): RRset | undefined {
  return node?.rrsets.find(({ type }) => type === RRType[mnemonic])
}

/** Asks the index, which {@link verifyUsers} compares with the objects. */
function isUsed(reader: FeedReader, { name }: HostObject): boolean {
  for (const _ of reader.states(usersPrefix(refOf(name, reader.origin)))) return true
  return false
}

/** Which published domains, and whether the apex, name hosts of the zone. */
function* verifyUsers(reader: FeedReader): Generator<ProjectionDifference> {
  const { origin } = reader
  const apexHosts = apexNameservers(reader)
  const named = function* (hosts: readonly string[], user: Uint8Array, name: string): Generator<ProjectionDifference> {
    for (const text of hosts) {
      const host = refOf(text, origin)
      if (!host.inZone || reader.state(userKey(host, user)) !== undefined) continue
      yield { kind: 'index', name, problem: `it names the host ${text}, and the list of that host's users lacks it` }
    }
  }
  yield* named(apexHosts, new Uint8Array(0), nameToText(origin))
  for (const { live, order } of recordsIn<DomainObject>(reader, Prefix.domains)) {
    if (live !== null) yield* named(publishedHosts(live), order, live.name)
  }
  for (const { key } of reader.states(Prefix.users)) {
    const { host, user } = readUserKey(key, origin)
    const text = nameToText(host)
    const record = user.length === 0 ? undefined : reader.state(concat(Prefix.domains, user))
    const hosts = user.length === 0 ? apexHosts : record === undefined ? [] : publishedHosts(domainIn(record).live)
    if (hosts.includes(text)) continue
    const name = nameToText(nameOfKey(user, 0, user.length, origin))
    yield {
      kind: 'index',
      name,
      problem: `it does not name the host ${text}, and the list of that host's users has it`,
    }
  }
}

function apexNameservers(reader: FeedReader): string[] {
  return find(reader.node(reader.origin), 'NS')?.rdatas.map((rdata) => nameToText(rdata)) ?? []
}

function domainIn(value: Uint8Array): ObjectRecord<DomainObject> {
  return decodeRecord<DomainObject>(value)
}

/** Which changes wait for their time, and until when. */
function* verifyDue(reader: FeedReader, counts: ProjectionCounts): Generator<ProjectionDifference> {
  const nameOf = (key: Uint8Array) => readRecordKey(key, reader.origin).text
  for (const prefix of [Prefix.domains, Prefix.hosts, Prefix.rrsets]) {
    for (const { key, value } of reader.states(prefix)) {
      const { next } = decodeRecord<RegistryObject>(value)
      if (next === undefined) continue
      counts.pending++
      if (reader.state(dueKey(next.at, key)) !== undefined) continue
      const problem = `its change at ${new Date(next.at).toISOString()} is not on the list of what comes due`
      yield { kind: 'index', name: nameOf(key), problem }
    }
  }
  for (const { key } of reader.states(Prefix.due)) {
    const { at, record } = readDueKey(key)
    const value = reader.state(record)
    if (value !== undefined && decodeRecord<RegistryObject>(value).next?.at === at) continue
    const problem = `no change of it waits for ${new Date(at).toISOString()}, and the list of what comes due has one`
    yield { kind: 'index', name: nameOf(record), problem }
  }
}

interface StoredRecord<T extends RegistryObject> extends ObjectRecord<T> {
  /** Its key without the prefix. */
  readonly order: Uint8Array
}

function* recordsIn<T extends RegistryObject>(reader: FeedReader, prefix: Uint8Array): Generator<StoredRecord<T>> {
  for (const { key, value } of reader.states(prefix)) {
    yield { ...decodeRecord<T>(value), order: key.subarray(prefix.length) }
  }
}

/** Items in ascending order of their keys, of which the next is looked at before it is taken. */
class Ordered<T> {
  readonly #items: Iterator<T>
  readonly #keyOf: (item: T) => Uint8Array
  #next: T | undefined
  /** Of the next item; undefined at the end. */
  key: Uint8Array | undefined

  constructor(items: Iterator<T>, keyOf: (item: T) => Uint8Array) {
    this.#items = items
    this.#keyOf = keyOf
    this.#advance()
  }

  /** The next item if it has this key. */
  takeAt(key: Uint8Array): T | undefined {
    if (this.key === undefined || compareKeys(this.key, key) !== 0) return undefined
    const item = this.#next
    this.#advance()
    return item
  }

  #advance(): void {
    const { done, value } = this.#items.next()
    this.#next = done ? undefined : value
    this.key = this.#next === undefined ? undefined : this.#keyOf(this.#next)
  }
}

function least(...keys: readonly (Uint8Array | undefined)[]): Uint8Array | undefined {
  let found: Uint8Array | undefined
  for (const key of keys) {
    if (key !== undefined && (found === undefined || compareKeys(key, found) < 0)) found = key
  }
  return found
}

function compareKeys(a: Uint8Array, b: Uint8Array): number {
  return compareOctets(a, 0, a.length, b, 0, b.length)
}
