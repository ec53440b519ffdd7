import { RRType } from '../../iana/index.ts'
import { type Name, nameToText } from '../../wire/index.ts'
import type { RRset } from '../../zone/index.ts'
import type { DomainObject, HostObject, RegistryObject, RRsetObject } from '../object.ts'
import { dueKey, Prefix, type Ref, readRecordKey, recordKey, refOf, rrsetKey, userKey } from '../objects/keys.ts'
import { typeFault } from '../objects/own-rrsets.ts'
import { dsOf, isPublished, nsOf, ownRRset, ownType, publishedHosts } from '../objects/projection.ts'
import { decodeRecord, encodeRecord, type ObjectRecord } from '../objects/record.ts'
import { USER_VALUE } from '../objects/users.ts'
import { FeedRefusal } from '../outcome.ts'
import type { FeedSettings } from '../settings.ts'
import { type Claim, ClaimKind, claimOfHost, claimOfType } from './claims.ts'
import type { SnapshotObject } from './line.ts'

/** What a line of a snapshot document makes; the lines may come in any order. */
export interface SnapshotParts {
  /** What is kept of it. Of an object with two lines each is a part: see {@link mergeRecords}. */
  readonly state: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[]
  /** What it asks of names of the zone. */
  readonly claims: readonly Claim[]
  /** What the zone shows whatever other lines say; addresses of hosts come of the claims. */
  readonly rrsets: readonly { readonly owner: Name; readonly rrset: RRset }[]
}

const APEX = new Uint8Array(0)

/**
 * @param origin lower case
 * @param seq of the snapshot
 * @throws FeedRefusal when the object can't be in the zone at all
 */
export function snapshotParts(
  { op, object, publishAt }: SnapshotObject,
  origin: Name,
  ttl: FeedSettings['ttl'],
  seq: number,
): SnapshotParts {
  const ref = refOf(object.name, origin)
  const atApex = ref.inZone && ref.name.length === origin.length
  if (atApex && object.kind !== 'rrset') {
    throw new FeedRefusal('apex', `${object.name} is the zone itself: its records are given as rrset`)
  }
  if (object.kind === 'rrset') checkType(object, atApex, op === 'delete')
  if (publishAt !== undefined) return partsToCome(op === 'delete' ? null : object, object, publishAt, ref, seq)
  switch (object.kind) {
    case 'domain':
      return partsOfDomain(object, ref, origin, ttl)
    case 'host':
      return partsOfHost(object, ref)
    case 'rrset':
      return partsOfOwn(object, ref, origin, atApex)
  }
}

function checkType(object: RRsetObject, atApex: boolean, isDeletion: boolean): void {
  const fault = typeFault(ownType(object), atApex, isDeletion)
  if (fault !== undefined) throw new FeedRefusal('type', `${object.type} at ${object.name}: ${fault}`)
}

function partsOfDomain(domain: DomainObject, ref: Ref, origin: Name, ttl: FeedSettings['ttl']): SnapshotParts {
  const hosts = publishedHosts(domain).map((text) => refOf(text, origin))
  const used = hosts.filter(({ inZone }) => inZone)
  const rrsets = [nsOf(domain, ttl), dsOf(domain, ttl)].filter((rrset) => rrset !== undefined)
  return {
    state: [
      record(recordKey(Prefix.domains, ref), { live: domain }),
      ...used.map((host) => ({ key: userKey(host, ref.order), value: USER_VALUE })),
    ],
    claims: [
      { key: ref.order, kind: isPublished(domain) ? ClaimKind.Delegation : ClaimKind.Domain, data: NO_DATA },
      ...used.map(claimOfUser),
    ],
    rrsets: rrsets.map((rrset) => ({ owner: ref.name, rrset })),
  }
}

function partsOfHost(host: HostObject, ref: Ref): SnapshotParts {
  return {
    state: [record(recordKey(Prefix.hosts, ref), { live: host })],
    claims: ref.inZone ? [claimOfHost(ref.order, host)] : [],
    rrsets: [],
  }
}

/** Of the operator's own RRsets the zone itself is the store. */
function partsOfOwn(object: RRsetObject, ref: Ref, origin: Name, atApex: boolean): SnapshotParts {
  const rrset = ownRRset(object)
  const used =
    atApex && rrset.type === RRType.NS
      ? rrset.rdatas.map((rdata) => refOf(nameToText(rdata), origin)).filter(({ inZone }) => inZone)
      : []
  return {
    state: used.map((host) => ({ key: userKey(host, APEX), value: USER_VALUE })),
    claims: [claimOfType(ref.order, ClaimKind.Own, rrset.type), ...used.map(claimOfUser)],
    rrsets: [{ owner: ref.name, rrset }],
  }
}

/** @param wanted null when it is to go */
function partsToCome(
  wanted: RegistryObject | null,
  object: RegistryObject,
  at: number,
  ref: Ref,
  seq: number,
): SnapshotParts {
  const key = keyOf(object, ref)
  const state = [
    record(key, { live: null, next: { object: wanted, at, seq } }),
    { key: dueKey(at, key), value: Buffer.from(String(seq)) },
  ]
  return { state, claims: ref.inZone ? [claimToCome(object, ref)] : [], rrsets: [] }
}

function keyOf(object: RegistryObject, ref: Ref): Uint8Array {
  if (object.kind === 'rrset') return rrsetKey(ref, ownType(object))
  return recordKey(object.kind === 'domain' ? Prefix.domains : Prefix.hosts, ref)
}

const NO_DATA = new Uint8Array(0)

function claimToCome(object: RegistryObject, { order: key }: Ref): Claim {
  if (object.kind === 'rrset') return claimOfType(key, ClaimKind.OwnToCome, ownType(object))
  return { key, kind: object.kind === 'domain' ? ClaimKind.DomainToCome : ClaimKind.HostToCome, data: NO_DATA }
}

function claimOfUser({ order: key }: Ref): Claim {
  return { key, kind: ClaimKind.User, data: NO_DATA }
}

function record(key: Uint8Array, of: ObjectRecord<RegistryObject>) {
  return { key, value: encodeRecord(of)! }
}

/**
 * Makes one of the two parts of what is kept under a key: what counts, and what is to come.
 * @throws FeedRefusal when they say the same of the object
 */
export function mergeRecords(key: Uint8Array, parts: readonly Uint8Array[], origin: Name): Uint8Array {
  const [first, second, ...more] = parts
  if (second === undefined) return first!
  const [a, b] = [first!, second].map((part) => decodeRecord<RegistryObject>(part))
  const isTwice =
    more.length > 0 || (a!.live !== null) === (b!.live !== null) || (a!.next !== undefined) === (b!.next !== undefined)
  if (isTwice) {
    const { kind, text } = readRecordKey(key, origin)
    throw new FeedRefusal('overlap', `the ${kind} ${text} is told of twice`)
  }
  return encodeRecord({ live: a!.live ?? b!.live, next: a!.next ?? b!.next })!
}

/** Whether a key is that of an object's record, of which {@link mergeRecords} makes one. */
export function isRecordKey(key: Uint8Array): boolean {
  // `feed/` and the letter of the table.
  return [Prefix.domains, Prefix.hosts, Prefix.rrsets].some((prefix) => prefix[5] === key[5])
}
