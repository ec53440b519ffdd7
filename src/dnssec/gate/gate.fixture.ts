import type { Random } from '../../../test/zones/random.ts'
import { DnssecAlgorithm, RRType } from '../../iana/index.ts'
import { compareNames, type Name, nameFromText, nameToText, rdataFromText } from '../../wire/index.ts'
import type { MemoryZone, RRset, RRsetChange, ZoneNode } from '../../zone/index.ts'
import type { SigningKey } from '../keystore/index.ts'
import { type SigningContext, signaturesFor, signChanges, signZone } from '../sign/index.ts'
import { ModelZone } from '../sign/model-zone.fixture.ts'
import { contextOf, makeKeys, NOW, nodesOf, publishedOf, TLD } from '../sign/sign.fixture.ts'
import { checkChanges, type GateOptions, GateRefusal, type GateReport } from './index.ts'

export const ZZ = nameFromText('zz.')
export const DENIALS = ['nsec', 'nsec3', 'nsec3-opt-out'] as const
export const DS = '1 13 2 571242425051c1ccd17f9acae01f5057ca02135e92b1d3f28ede0d7ac3baea9e'
export const OPTIONS: GateOptions = { now: NOW, ds: [], earlyKeys: [] }

/** KSK and ZSK. */
export const keys: readonly SigningKey[] = makeKeys('zz.', true, DnssecAlgorithm.ED25519)

export function rrsetOf(type: number, ...texts: string[]): RRset {
  const rdatas = texts.map((text) => rdataFromText(type, text, ZZ)).sort(Buffer.compare)
  return { type, ttl: 3600, rdatas, signatures: [] }
}

export const set = (owner: string, type: number, ...texts: string[]): RRsetChange => ({
  owner: nameFromText(owner, ZZ),
  type,
  rrset: texts.length === 0 ? undefined : rrsetOf(type, ...texts),
})

const tableKey = (owner: Name, type: number) => `${nameToText(owner)} ${type}`

/** A signed zone, changed by the signer and shown to the gate. */
export class GatedZone {
  readonly context: SigningContext
  readonly model: ModelZone
  readonly #table = new Map<string, RRsetChange>()

  constructor(context: Partial<SigningContext> = {}, text: string = TLD, zoneKeys: readonly SigningKey[] = keys) {
    this.context = contextOf(zoneKeys, context)
    const nodes = [...signZone(nodesOf(text, 'zz.'), this.context, publishedOf(zoneKeys))]
    this.model = new ModelZone(ZZ, nodes)
    for (const { owner, rrsets } of nodes) {
      for (const rrset of rrsets) this.#table.set(tableKey(owner, rrset.type), { owner, type: rrset.type, rrset })
    }
  }

  apply(changes: readonly RRsetChange[]): void {
    this.model.apply(changes)
    for (const change of changes) this.#table.set(tableKey(change.owner, change.type), change)
  }

  /** All nodes, NSEC3 owners too, as changes would leave them. */
  nodesAfter(changes: readonly RRsetChange[]): ZoneNode[] {
    const table = new Map(this.#table)
    for (const change of changes) table.set(tableKey(change.owner, change.type), change)
    const sorted = [...table.values()].sort((a, b) => compareNames(a.owner, b.owner) || a.type - b.type)
    const nodes: { owner: Name; rrsets: RRset[] }[] = []
    for (const { owner, rrset } of sorted) {
      if (rrset === undefined) continue
      const last = nodes.at(-1)
      if (last !== undefined && compareNames(last.owner, owner) === 0) last.rrsets.push(rrset)
      else nodes.push({ owner, rrsets: [rrset] })
    }
    return nodes
  }

  /** Every RRset of the zone, as changes that would make it what it is. */
  rrsets(): RRsetChange[] {
    return [...this.#table.values()].filter(({ rrset }) => rrset !== undefined)
  }

  view(): MemoryZone {
    return this.model.view()
  }

  sign(...changes: RRsetChange[]): RRsetChange[] {
    return signChanges(this.view(), changes, this.context)
  }

  check(changes: readonly RRsetChange[], options: Partial<GateOptions> = {}): GateReport {
    return checkChanges(this.view(), changes, { ...OPTIONS, ...options })
  }

  /** What the gate says against the changes. */
  refusal(changes: readonly RRsetChange[], options: Partial<GateOptions> = {}): GateRefusal {
    try {
      this.check(changes, options)
    } catch (error) {
      if (error instanceof GateRefusal) return error
      throw error
    }
    throw new Error('the gate let it pass')
  }

  /** The change with other data, signed with the keys of the zone. */
  resigned({ owner, type, rrset }: RRsetChange, changes: Partial<RRset>): RRsetChange {
    const { schedule, now } = this.context
    const changed = { ...rrset!, ...changes }
    return {
      owner,
      type,
      rrset: { ...changed, signatures: signaturesFor(this.context.keys, owner, changed, schedule, now) },
    }
  }
}

const LABELS = ['a', 'b', 'c', 'd', '*', 'e1', 'e2', 'e3']

/** One random edit: of a delegation, a DS, a host, other data, or what hides names below it. */
export function randomEdit(random: Random, model: ModelZone): RRsetChange[] {
  const depth = random.pick([1, 1, 2, 2, 3])
  const owner = Array.from({ length: depth }, () => random.pick(LABELS)).join('.')
  const name: Name = nameFromText(owner, ZZ)
  const toggle = (type: number, text: string) => [
    set(owner, type, ...(model.rrset(name, type) === undefined ? [text] : [])),
  ]
  switch (random.below(9)) {
    case 0:
    case 1:
      return toggle(RRType.NS, `ns${random.below(5)}.example.`)
    case 2:
    case 3:
      if (model.rrset(name, RRType.NS) === undefined) {
        return [set(owner, RRType.NS, 'ns.example.'), set(owner, RRType.DS, DS)]
      }
      return toggle(RRType.DS, DS)
    case 4:
      return toggle(RRType.A, `192.0.2.${random.below(256)}`)
    case 5:
      return [RRType.NS, RRType.DS, RRType.A, RRType.TXT, RRType.DNAME].map((type) => set(owner, type))
    case 6:
      return toggle(RRType.TXT, `t${random.below(9)}`)
    case 7:
      return toggle(RRType.DNAME, 'example.')
    default:
      return [set('@', RRType.TXT, `t${random.below(9)}`)]
  }
}
