import { RRType, typeToText } from '../../iana/index.ts'
import { nameToText, parentOf } from '../../wire/index.ts'
import type { HostObject, RegistryObject, RRsetObject } from '../object.ts'
import { FeedRefusal } from '../outcome.ts'
import type { Draft } from './draft.ts'
import { Prefix, type Ref, recordKey, rrsetKey } from './keys.ts'
import { isAddress, typeFault } from './own-rrsets.ts'
import { ownRRset } from './projection.ts'
import { isNothing } from './record.ts'
import { APEX_USER } from './users.ts'

/*
 * What keeps the zone sound whatever the registry says, and can't be switched off: a name has one owner, a delegation hides
 * nothing, and CNAME and DNAME stand as the DNS has them. Each throws FeedRefusal where it does not hold.
 */

/** An object stands where its kind may: hosts anywhere, the rest in the zone, and the apex is nobody's. */
export function needPlace(draft: Draft, { kind, name }: RegistryObject, ref: Ref): void {
  if (kind !== 'host' && !ref.inZone) refuse('out-of-zone', `${name} is not in the zone ${draft.zone}`)
  if (kind !== 'rrset' && draft.isApex(ref)) refuse('apex', `${name} is the zone itself: send its records as rrset`)
}

/** No other object, and no RRset of the operator's own, keeps a domain from being made. */
export function needFree(draft: Draft, ref: Ref): void {
  const key = recordKey(Prefix.domains, ref)
  const below = draft.domains.someUnder(key, ref.text, key)
  if (below !== undefined) refuse('overlap', `${ref.text} lies above the domain ${below}`)
  needNoDomainAbove(draft, ref)
  needNoDnameAbove(draft, ref)
  const waiting = draft.waiting.someUnder(recordKey(Prefix.rrsets, ref), ref.text)
  if (waiting !== undefined) {
    refuse('overlap', `an rrset at ${waiting} waits for its time at or below ${ref.text}: delete it first`)
  }
  for (const { owner, text } of draft.own.ownersAtOrBelow(ref.name, ref.text)) {
    const [type] = draft.ownTypes(owner, text)
    if (type === undefined) continue
    refuse('overlap', `the operator's own ${typeToText(type)} at ${text} lies at or below ${ref.text}: delete it first`)
  }
}

/** No record of the operator's own keeps a host from being made. */
export function needHostName(draft: Draft, ref: Ref): void {
  if (!ref.inZone) return
  needNoDnameAbove(draft, ref)
  // Without the type: only what waits at this very name.
  const waiting = draft.waiting.someUnder(rrsetKey(ref, 0).subarray(0, -2), ref.text)
  if (waiting !== undefined) refuse('overlap', `an rrset at ${ref.text} waits for its time: delete it first`)
  for (const type of draft.ownTypes(ref.name, ref.text)) {
    // The registry knows better what the addresses of a nameserver are.
    if (isAddress(type) ? draft.users.isUsed(ref) : type !== RRType.CNAME) continue
    refuse('overlap', `the operator's own ${typeToText(type)} stands at ${ref.text}: delete it first, in the same tx`)
  }
}

/** The operator may have the RRset, or have none any more where the object is undefined. */
export function needOwnRRset(draft: Draft, ref: Ref, object: RRsetObject | undefined, type: number): void {
  const atApex = draft.isApex(ref)
  const fault = typeFault(type, atApex, object === undefined)
  if (fault !== undefined) refuse('type', `${typeToText(type)} at ${ref.text}: ${fault}`)
  if (!atApex) needNotOfFeed(draft, ref, object === undefined, type)
  if (object === undefined) return
  const { rdatas } = ownRRset(object)
  const isSingle = type === RRType.SOA || type === RRType.CNAME || type === RRType.DNAME
  if (rdatas.length === 0 || (isSingle && rdatas.length > 1)) {
    refuse(
      'unfit',
      `${object.type} at ${ref.text} has ${rdatas.length} records, and needs ${isSingle ? 'one' : 'some'}`,
    )
  }
  if (atApex) return
  const others = draft.ownTypes(ref.name, ref.text).filter((other) => other !== type)
  // RFC 2181 10.1: an alias has no other data; proofs and signatures are not the feed's.
  const isAlias = type === RRType.CNAME
  if (isAlias ? others.length > 0 : others.includes(RRType.CNAME)) {
    const other = typeToText(isAlias ? others[0]! : RRType.CNAME)
    refuse('unfit', `${object.type} at ${ref.text}: the name has ${other}, and CNAME stands alone (RFC 2181 10.1)`)
  }
  needNoDnameAbove(draft, ref)
  if (type === RRType.DNAME) needNothingBelow(draft, ref)
}

/** RFC 5732 3.2.2: a host that a published domain names is not to be deleted. */
export function needUnused(draft: Draft, ref: Ref): void {
  if (draft.users.isUsed(ref)) refuse('in-use', `${ref.text} is named by a published domain (RFC 5732 3.2.2)`)
}

/** RFC 1034 4.2.1: a nameserver of the zone itself that lies in the zone keeps an address there when a host changes. */
export function needNameservers(draft: Draft, ref: Ref, host: HostObject | null): void {
  if (!ref.inZone || !draft.users.has(ref, APEX_USER)) return
  if (host === null || host.addrs.length === 0) refuseUnaddressed(ref)
}

/** The same when an RRset of the operator's own changes. */
export function needOwnNameservers(draft: Draft, ref: Ref, object: RRsetObject | undefined, type: number): void {
  if (draft.isApex(ref)) {
    if (type !== RRType.NS || object === undefined) return
    for (const rdata of ownRRset(object).rdatas) {
      const host = draft.ref(nameToText(rdata))
      if (host.inZone && !hasAddress(draft, host)) refuseUnaddressed(host)
    }
  } else if (object === undefined && isAddress(type) && draft.users.has(ref, APEX_USER)) {
    if (!draft.ownTypes(ref.name, ref.text).some((other) => isAddress(other) && other !== type)) refuseUnaddressed(ref)
  }
}

function hasAddress(draft: Draft, ref: Ref): boolean {
  const { live } = draft.host(ref).now
  return live === null ? draft.ownTypes(ref.name, ref.text).some(isAddress) : live.addrs.length > 0
}

function refuseUnaddressed({ text }: Ref): never {
  const advice = 'send its addresses first, or name others at the apex'
  refuse('unfit', `${text}, a nameserver of the zone itself, would have no address (RFC 1034 4.2.1): ${advice}`)
}

/** The name does not belong to a domain, nor to a host whose addresses the feed publishes. */
function needNotOfFeed(draft: Draft, ref: Ref, isDeletion: boolean, type: number): void {
  if (!isNothing(draft.domain(ref).now)) {
    refuse('overlap', `${ref.text} is a domain of the registry: its records are the domain's`)
  }
  needNoDomainAbove(draft, ref)
  if (!isNothing(draft.host(ref).now) && (!isDeletion || isAddress(type))) {
    refuse('overlap', `${ref.text} is a host of the registry: its addresses come from the host`)
  }
}

function needNoDomainAbove(draft: Draft, ref: Ref): void {
  for (const above of ancestors(draft, ref)) {
    if (isNothing(draft.domain(above).now)) continue
    refuse('overlap', `${ref.text} lies below the domain ${above.text}`)
  }
}

/** RFC 6672 2.4: nothing stands below a DNAME. */
function needNoDnameAbove(draft: Draft, ref: Ref): void {
  for (const above of ancestors(draft, ref)) {
    if (draft.own.rrset(above.name, above.text, RRType.DNAME) === undefined) continue
    refuse('unfit', `${ref.text} lies below ${above.text}, which has DNAME (RFC 6672 2.4)`)
  }
}

function needNothingBelow(draft: Draft, ref: Ref): void {
  const key = recordKey(Prefix.domains, ref)
  const domain = draft.domains.someUnder(key, ref.text, key)
  if (domain !== undefined) refuse('unfit', `DNAME at ${ref.text}: the domain ${domain} lies below (RFC 6672 2.4)`)
  const host = recordKey(Prefix.hosts, ref)
  const below = draft.hosts.someUnder(host, ref.text, host)
  if (below !== undefined) refuse('unfit', `DNAME at ${ref.text}: the host ${below} lies below (RFC 6672 2.4)`)
  for (const { owner, text } of draft.own.ownersAtOrBelow(ref.name, ref.text)) {
    if (owner.length === ref.name.length || draft.ownTypes(owner, text).length === 0) continue
    refuse('unfit', `DNAME at ${ref.text}: ${text} lies below (RFC 6672 2.4)`)
  }
}

/** The names between the apex and a name, without both. */
function* ancestors(draft: Draft, ref: Ref): Generator<Ref> {
  const { origin } = draft
  if (ref.name.length === origin.length) return
  for (let name = parentOf(ref.name)!; name.length > origin.length; name = parentOf(name)!) {
    yield draft.ref(nameToText(name))
  }
}

function refuse(reason: ConstructorParameters<typeof FeedRefusal>[0], text: string): never {
  throw new FeedRefusal(reason, text)
}
