import { SocketAddress } from 'node:net'
import { RRType } from '../../iana/index.ts'
import { isAtOrBelow, type Name, nameToText, rdataToText } from '../../wire/index.ts'
import type { RRset, ZoneNode } from '../../zone/index.ts'
import type { DomainObject, DsData, HostObject, RegistryObject } from '../object.ts'
import type { StateEntry } from '../reader.ts'
import { Prefix, recordKey, refOf, userKey } from './keys.ts'
import { encodeRecord } from './record.ts'
import { USER_VALUE } from './users.ts'

const ADDRESSES = [RRType.A, RRType.AAAA] as const

/**
 * What a zone's own records say of its registry's objects: each delegation is a domain, each name with addresses at or below
 * one a host, with the TTLs of their records and without a sponsor. Everything else is the operator's own.
 * @param nodes in canonical order (RFC 4034 6.1), those of an NSEC3 chain left out
 */
export function* objectsOfZone(nodes: Iterable<ZoneNode>, origin: Name): Generator<RegistryObject> {
  let cut: Name | undefined
  for (const node of nodes) {
    if (node.owner.length === origin.length) continue
    const isBelow = cut !== undefined && isAtOrBelow(node.owner, cut)
    const ns = find(node, RRType.NS)
    // What stands below a cut hides nothing more (RFC 1034 4.2.1).
    if (ns !== undefined && !isBelow) {
      cut = node.owner
      yield domainOf(node, ns)
    }
    if ((isBelow || ns !== undefined) && ADDRESSES.some((type) => find(node, type) !== undefined)) yield hostOf(node)
  }
}

/** What is kept of an object that a zone's records told of, and of the hosts that it names. */
export function* entriesOf(object: RegistryObject, origin: Name): Generator<StateEntry> {
  if (object.kind === 'rrset') return
  const ref = refOf(object.name, origin)
  const prefix = object.kind === 'domain' ? Prefix.domains : Prefix.hosts
  yield { key: recordKey(prefix, ref), value: encodeRecord({ live: object }) }
  if (object.kind === 'domain') yield* usersOf(object.ns, ref.order, origin)
}

/** That the apex names its hosts. */
export function* entriesOfApex(apex: ZoneNode, origin: Name): Generator<StateEntry> {
  const hosts = find(apex, RRType.NS)?.rdatas.map((rdata) => nameToText(rdata)) ?? []
  yield* usersOf(hosts, new Uint8Array(0), origin)
}

function* usersOf(hosts: readonly string[], user: Uint8Array, origin: Name): Generator<StateEntry> {
  for (const text of hosts) {
    const host = refOf(text, origin)
    if (host.inZone) yield { key: userKey(host, user), value: USER_VALUE }
  }
}

function domainOf(node: ZoneNode, ns: RRset): DomainObject {
  const ds = find(node, RRType.DS)
  return {
    kind: 'domain',
    name: nameToText(node.owner),
    registrar: null,
    statuses: [],
    ns: ns.rdatas.map((rdata) => nameToText(rdata)),
    ds: ds?.rdatas.map(dsData) ?? [],
    ttl: { NS: ns.ttl, ...(ds === undefined ? {} : { DS: ds.ttl }) },
  }
}

/** RFC 4034 5.1. */
function dsData(rdata: Uint8Array): DsData {
  return {
    keyTag: (rdata[0]! << 8) | rdata[1]!,
    algorithm: rdata[2]!,
    digestType: rdata[3]!,
    digest: Buffer.from(rdata.subarray(4)).toString('hex').toUpperCase(),
  }
}

function hostOf(node: ZoneNode): HostObject {
  const [a, aaaa] = ADDRESSES.map((type) => find(node, type))
  return {
    kind: 'host',
    name: nameToText(node.owner),
    registrar: null,
    statuses: [],
    addrs: [
      ...(a?.rdatas ?? []).map((rdata) => rdataToText(RRType.A, rdata)),
      ...(aaaa?.rdatas ?? []).map((rdata) => addressText(rdataToText(RRType.AAAA, rdata))),
    ],
    ttl: { ...(a === undefined ? {} : { A: a.ttl }), ...(aaaa === undefined ? {} : { AAAA: aaaa.ttl }) },
  }
}

/** The one form of an IPv6 address that objects have. */
function addressText(address: string): string {
  return new SocketAddress({ address, family: 'ipv6' }).address
}

function find(node: ZoneNode, type: number): RRset | undefined {
  return node.rrsets.find((rrset) => rrset.type === type)
}
