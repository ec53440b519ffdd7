import { RRType } from '../../iana/index.ts'
import { type Name, octetText } from '../../wire/index.ts'
import { isSignedAt } from '../../zone/checks/index.ts'
import {
  NSEC3_OPT_OUT,
  Nsec3,
  type RRset,
  type RRsetChange,
  sameData,
  writeNsec3Hash,
  Zonemd,
  type ZoneNode,
  type ZoneView,
} from '../../zone/index.ts'
import {
  type ChainEdit,
  editChain,
  HashCollisionError,
  NSEC3_HASH_LENGTH,
  nsec3ChainOf,
  nsec3Owner,
  nsec3Rdata,
  nsecChainOf,
  nsecRdata,
  PLAIN_NSEC3,
} from '../denial/index.ts'
import { affectedNames, Nsec3Bitmaps, nsecBitmapOf } from './affected-names.ts'
import { zonemdRdatas } from './apex.ts'
import { changedDigests } from './changed-digest.ts'
import { ChangedZone, type Standing, UnfitChangeError } from './changed-zone.ts'
import { denialTtlOf, type SigningContext } from './context.ts'
import { nextSerial, soaSerial, withSerial } from './serial.ts'
import { SignedChanges } from './signed-changes.ts'
import { signaturesFor } from './zone-keys.ts'

/** The zone is not signed in the way that its policy asks for, so that no change can keep it so: sign all of it anew. */
export class OtherDenialError extends Error {
  override readonly name = 'OtherDenialError'
}

/**
 * Signs changes to a signed zone: what changed, the records of its chain that this touches, and the SOA record with the
 * next serial. Nothing else is signed or linked anew, whatever the size of the zone; only a ZONEMD digest is made over all
 * of it (RFC 8976 3.3).
 *
 * @param view the zone as it is, signed
 * @param changes to its data; signatures in them are not looked at. The keys (DNSKEY, CDS, CDNSKEY) are data here
 * @param renewed changes that are signed already and go with the others, see `renewals`
 * @returns every RRset that is to be other than in the view, signed; none when the changes change nothing, and the zone
 *   {@link showsDigests}
 * @throws UnfitChangeError, OtherDenialError, BrokenChainError, HashCollisionError
 */
export function signChanges(
  view: ZoneView,
  changes: readonly RRsetChange[],
  context: SigningContext,
  renewed: readonly RRsetChange[] = [],
): RRsetChange[] {
  checkDenial(view, context)
  const zone = new ChangedZone(view, changes)
  const soa = zone.node(view.origin)?.rrsets.find(({ type }) => type === RRType.SOA)
  if (soa?.rdatas.length !== 1) throw new UnfitChangeError(view.origin, 'a zone has exactly one SOA record')

  const result = new SignedChanges(view)
  for (const { owner, type, rrset } of renewed) result.put(owner, type, rrset)
  const names = affectedNames(zone).map((name): AffectedName => {
    const node = zone.node(name)
    const atApex = name.length === view.origin.length
    return { name, node: atApex ? withMadeTypes(node!, view, context) : node, standing: zone.standing(name) }
  })
  for (const affected of names) signData(zone, affected, context, result)
  const ttl = denialTtlOf(soa, context.denialTtl)
  if (context.denial === 'nsec') linkNsec(view, names, ttl, context, result)
  else linkNsec3(zone, names, ttl, context, result)
  if (result.isEmpty && showsDigests(view, context)) return []

  const serial =
    context.serial === 'keep' ? soaSerial(soa.rdatas[0]!) : nextSerial(view.serial, context.serial, context.now)
  const numbered = { ...soa, rdatas: [withSerial(soa.rdatas[0]!, serial)] }
  if (serial !== view.serial || zone.isChanged(view.origin, RRType.SOA)) {
    result.put(view.origin, RRType.SOA, signed(view.origin, numbered, context))
  }
  if (context.zonemd.length > 0) {
    const rdatas = zonemdRdatas(serial, context.zonemd, changedDigests(view, result.list(), context.zonemd))
    const zonemd = { type: RRType.ZONEMD, ttl: soa.ttl, rdatas, signatures: [] }
    result.put(view.origin, RRType.ZONEMD, signed(view.origin, zonemd, context))
  }
  return result.list()
}

/** Whether the zone has the ZONEMD records that are asked for, by their hash algorithms, and no others. */
export function showsDigests(view: ZoneView, { zonemd }: SigningContext): boolean {
  const shown = view.node(view.origin)?.rrsets.find(({ type }) => type === RRType.ZONEMD)?.rdatas ?? []
  return shown.length === zonemd.length && shown.every((rdata) => zonemd.includes(Zonemd.hash(rdata)))
}

/** A name that changes may touch, as they leave it. */
interface AffectedName {
  readonly name: Name
  /** Undefined for an empty non-terminal, and for what is no name of the zone any more. */
  readonly node: ZoneNode | undefined
  readonly standing: Standing
}

/**
 * Adding to a chain of one kind does not make one of the other.
 * @throws OtherDenialError when the zone does not deny as is asked for
 */
export function checkDenial(view: ZoneView, { denial }: Pick<SigningContext, 'denial'>): void {
  const kind = denial === 'nsec' ? 'nsec' : 'nsec3'
  if (view.denial !== kind) {
    throw new OtherDenialError(`the zone is signed with ${view.denial}, where ${denial} is asked for`)
  }
  if (kind === 'nsec') return
  const first = nsec3RRset(view, hashOf(view, view.origin))?.rdatas[0]
  if (first === undefined) throw new OtherDenialError('the zone’s chain has no record for its apex')
  const flags = Nsec3.flags(first)
  if (((flags & NSEC3_OPT_OUT) !== 0) !== (denial === 'nsec3-opt-out')) {
    throw new OtherDenialError(`the zone’s chain does not have the Opt-Out flag as ${denial} asks for`)
  }
}

/** The apex with the RRsets that signing makes besides signatures and NSEC, since the chain lists them. */
function withMadeTypes(apex: ZoneNode, view: ZoneView, { denial, zonemd }: SigningContext): ZoneNode {
  const rrsets = [...apex.rrsets]
  const param = view.node(view.origin)?.rrsets.find(({ type }) => type === RRType.NSEC3PARAM)
  if (denial !== 'nsec' && param !== undefined) rrsets.push(param)
  if (zonemd.length > 0) rrsets.push({ type: RRType.ZONEMD, ttl: 0, rdatas: [], signatures: [] })
  return { owner: apex.owner, rrsets: rrsets.sort((a, b) => a.type - b.type) }
}

function signed(owner: Name, rrset: RRset, context: SigningContext): RRset {
  return { ...rrset, signatures: signaturesFor(context.keys, owner, rrset, context.schedule, context.now) }
}

/** Signs what changed at a name, takes signatures off what is no longer the zone's own, and signs what has become so. */
function signData(
  zone: ChangedZone,
  { name, node, standing }: AffectedName,
  context: SigningContext,
  result: SignedChanges,
): void {
  const { view } = zone
  const kept = new Set<number>()
  for (const rrset of node?.rrsets ?? []) {
    const { type } = rrset
    kept.add(type)
    // Made at the end, over all the rest.
    if (type === RRType.ZONEMD && rrset.rdatas.length === 0) continue
    const mustSign = isSignedAt(standing, type)
    const isSigned = rrset.signatures.length > 0
    if (!zone.isChanged(name, type)) {
      if (mustSign !== isSigned) result.put(name, type, mustSign ? signed(name, rrset, context) : bare(rrset))
      continue
    }
    const before = view.node(name)?.rrsets.find((candidate) => candidate.type === type)
    if (before !== undefined && sameData(before, rrset) && mustSign === before.signatures.length > 0) continue
    result.put(name, type, mustSign ? signed(name, rrset, context) : bare(rrset))
  }
  for (const { type } of view.node(name)?.rrsets ?? []) {
    // The chain is linked by itself.
    if (!kept.has(type) && type !== RRType.NSEC) result.put(name, type, undefined)
  }
}

function bare(rrset: RRset): RRset {
  return { ...rrset, signatures: [] }
}

function linkNsec(
  view: ZoneView,
  names: readonly AffectedName[],
  ttl: number,
  context: SigningContext,
  result: SignedChanges,
): void {
  const edits = names.map(({ name, node, standing }): ChainEdit<Name> => {
    const was = view.node(name)?.rrsets.some(({ type }) => type === RRType.NSEC) ?? false
    return { position: name, was, bitmap: nsecBitmapOf(node, standing) }
  })
  for (const { position, record } of editChain(nsecChainOf(view), edits)) {
    if (record === undefined) {
      result.put(position, RRType.NSEC, undefined)
      continue
    }
    const rdatas = [nsecRdata(record.next, record.bitmap)]
    const before = view.node(position)?.rrsets.find(({ type }) => type === RRType.NSEC)
    const nsec = { type: RRType.NSEC, ttl, rdatas, signatures: [] }
    if (before === undefined || !sameData(before, nsec))
      result.put(position, RRType.NSEC, signed(position, nsec, context))
  }
}

function linkNsec3(
  zone: ChangedZone,
  names: readonly AffectedName[],
  ttl: number,
  context: SigningContext,
  result: SignedChanges,
): void {
  const { view } = zone
  const optOut = context.denial === 'nsec3-opt-out'
  const hashes = new Map(names.map(({ name }) => [octetText(name), hashOf(view, name)]))
  const hashAt = (name: Name) => hashes.get(octetText(name))!
  const bitmaps = new Nsec3Bitmaps(zone, optOut, (name) => view.nsec3Matching(hashAt(name)) !== undefined)
  const edits: ChainEdit<Uint8Array>[] = []
  const seen = new Set<string>()
  const edit = ({ name, node, standing }: AffectedName) => {
    const position = hashAt(name)
    const was = view.nsec3Matching(position) !== undefined
    const bitmap = bitmaps.of(name, node, standing)
    const key = octetText(position)
    // RFC 5155 7.1: a hash that is there already can only be another name's, if the name is new.
    const isNew = view.node(name) === undefined && !view.hasBelow(name)
    if (bitmap !== undefined && ((was && isNew) || seen.has(key))) throw new HashCollisionError(position)
    // A name that neither was nor is to be in the chain says nothing about the record of a name with its hash.
    if (bitmap === undefined && isNew) return
    seen.add(key)
    edits.push({ position, was, bitmap })
  }
  // Empty non-terminals depend on the names below them.
  for (const affected of names) if (affected.node !== undefined) edit(affected)
  for (const affected of names) if (affected.node === undefined) edit(affected)

  const parameters = view.nsec3 ?? PLAIN_NSEC3
  for (const { position, record } of editChain(nsec3ChainOf(view), edits)) {
    const owner = nsec3Owner(position, view.origin)
    const before = nsec3RRset(view, position)
    if (record === undefined) {
      result.replace(owner, RRType.NSEC3, undefined, before)
      continue
    }
    const rdatas = [nsec3Rdata(parameters, optOut, record.next, record.bitmap)]
    const nsec3 = { type: RRType.NSEC3, ttl, rdatas, signatures: [] }
    if (before === undefined || !sameData(before, nsec3)) {
      result.replace(owner, RRType.NSEC3, signed(owner, nsec3, context), before)
    }
  }
}

function nsec3RRset(view: ZoneView, hash: Uint8Array): RRset | undefined {
  return view.nsec3Matching(hash)?.rrsets.find(({ type }) => type === RRType.NSEC3)
}

function hashOf(view: ZoneView, name: Name): Uint8Array {
  const { iterations, salt } = view.nsec3 ?? PLAIN_NSEC3
  const hash = new Uint8Array(NSEC3_HASH_LENGTH)
  writeNsec3Hash(name, iterations, salt, hash, 0)
  return hash
}
