import { RRType } from '../../iana/index.ts'
import { compareNames, type Name } from '../../wire/index.ts'
import { isSignedAt, NodeContext, Place } from '../../zone/checks/index.ts'
import { compareOctets, type RRset, ZoneDigest, type ZoneNode } from '../../zone/index.ts'
import {
  type ChainFeeder,
  Nsec3Chain,
  Nsec3Feeder,
  Nsec3Names,
  NsecChain,
  NsecFeeder,
  nsec3Owner,
  PLAIN_NSEC3,
} from '../denial/index.ts'
import { apexToSign, isMadeBySigning, type PublishedKeys, zonemdRdatas } from './apex.ts'
import { denialTtlOf, type SigningContext } from './context.ts'
import { soaSerial } from './serial.ts'
import { signaturesFor } from './zone-keys.ts'

/**
 * Signs a whole zone that is held in memory. The road for files, and for zones of any size, is `pipeline/sign.ts`.
 * @param nodes in canonical order (RFC 4034 6.1), the apex first; what earlier signing made is left out
 * @returns the nodes of the signed zone in canonical order, those of NSEC3 records among them
 * @throws ApexError, HashCollisionError
 */
export function signZone(nodes: Iterable<ZoneNode>, context: SigningContext, published: PublishedKeys): ZoneNode[] {
  const { origin } = context
  const unsigned: ZoneNode[] = []
  for (const { owner, rrsets } of nodes) {
    const atApex = owner.length === origin.length
    const data = rrsets.filter(({ type }) => !isMadeBySigning(type, atApex))
    if (atApex) unsigned.push(apexToSign({ owner, rrsets: data }, context, published))
    else if (data.length > 0) unsigned.push({ owner, rrsets: data })
  }
  const soa = unsigned[0]!.rrsets.find(({ type }) => type === RRType.SOA)!
  const chained = addDenial(unsigned, context, denialTtlOf(soa, context.denialTtl))
  const place = new NodeContext(origin)
  const signed = chained.map((node) => {
    place.enter(node)
    return signNode(node, place.place, context)
  })
  return context.zonemd.length === 0 ? signed : withDigest(signed, context, soaSerial(soa.rdatas[0]!))
}

/** The node with signatures on the RRsets that are to have them (RFC 4035 2.2). */
export function signNode({ owner, rrsets }: ZoneNode, place: number, context: SigningContext): ZoneNode {
  const signed = rrsets.map((rrset): RRset => {
    const signatures = isSignedAt(place, rrset.type)
      ? signaturesFor(context.keys, owner, rrset, context.schedule, context.now)
      : []
    return { ...rrset, signatures }
  })
  return { owner, rrsets: signed }
}

function addDenial(nodes: readonly ZoneNode[], context: SigningContext, ttl: number): ZoneNode[] {
  const { origin, denial } = context
  const added = new Map<ZoneNode | Name, ZoneNode>()
  const rrsetOf = (type: number, rdata: Uint8Array): RRset => ({ type, ttl, rdatas: [rdata], signatures: [] })
  if (denial === 'nsec') {
    // The record of a node comes when the next node is entered.
    const waiting: ZoneNode[] = []
    const chain = new NsecChain(origin, (rdata) => {
      const node = waiting.shift()!
      added.set(node, withRRset(node, rrsetOf(RRType.NSEC, rdata)))
    })
    feed(nodes, origin, new NsecFeeder(chain), (node) => waiting.push(node))
    return nodes.map((node) => added.get(node) ?? node)
  }
  const parameters = context.nsec3 ?? PLAIN_NSEC3
  const optOut = denial === 'nsec3-opt-out'
  const items: Uint8Array[] = []
  const names = new Nsec3Names(parameters, (buf, start, end) => items.push(buf.slice(start, end)))
  feed(nodes, origin, new Nsec3Feeder(origin, names, optOut), () => {})
  const hashed: ZoneNode[] = []
  const chain = new Nsec3Chain(parameters, optOut, (hash, rdata) =>
    hashed.push({ owner: nsec3Owner(hash, origin), rrsets: [rrsetOf(RRType.NSEC3, rdata)] }),
  )
  items.sort((a, b) => compareOctets(a, 0, a.length, b, 0, b.length))
  for (const item of items) chain.item(item, 0, item.length)
  chain.finish()
  return merge(nodes, hashed)
}

function feed(
  nodes: readonly ZoneNode[],
  origin: Name,
  feeder: ChainFeeder,
  onChained: (node: ZoneNode) => void,
): void {
  const context = new NodeContext(origin)
  for (const node of nodes) {
    context.enter(node)
    const { place } = context
    if (place === Place.APEX || place === Place.AUTHORITATIVE || place === Place.CUT) onChained(node)
    feeder.node(context)
  }
  feeder.finish()
}

function withRRset(node: ZoneNode, rrset: RRset): ZoneNode {
  const others = node.rrsets.filter(({ type }) => type !== rrset.type)
  return { owner: node.owner, rrsets: [...others, rrset].sort((a, b) => a.type - b.type) }
}

/** Two sequences in canonical order as one; a name that is also the owner of an NSEC3 record becomes one node. */
function merge(nodes: readonly ZoneNode[], hashed: readonly ZoneNode[]): ZoneNode[] {
  const merged: ZoneNode[] = []
  let next = 0
  for (const node of nodes) {
    while (next < hashed.length && compareNames(hashed[next]!.owner, node.owner) < 0) merged.push(hashed[next++]!)
    const same = next < hashed.length && compareNames(hashed[next]!.owner, node.owner) === 0
    merged.push(same ? withRRset(node, hashed[next++]!.rrsets[0]!) : node)
  }
  return merged.concat(hashed.slice(next))
}

function withDigest(signed: ZoneNode[], context: SigningContext, serial: number): ZoneNode[] {
  const digests = new Map<number, Uint8Array>()
  for (const hash of context.zonemd) {
    const digest = new ZoneDigest(context.origin, hash)
    for (const node of signed) digest.node(node)
    digests.set(hash, digest.digest())
  }
  const [apex, ...others] = signed
  const { ttl } = apex!.rrsets.find(({ type }) => type === RRType.ZONEMD)!
  const zonemd = { type: RRType.ZONEMD, ttl, rdatas: zonemdRdatas(serial, context.zonemd, digests), signatures: [] }
  const signatures = signaturesFor(context.keys, context.origin, zonemd, context.schedule, context.now)
  return [withRRset(apex!, { ...zonemd, signatures }), ...others]
}
