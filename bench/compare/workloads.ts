import { RRType } from '../../src/iana/index.ts'
import type { Name } from '../../src/wire/index.ts'
import { Random } from '../../test/zones/random.ts'
import { LEAST_QUERIES } from '../load/queries.ts'
import { type Edns, QueryWriter } from '../load/query-set.ts'
import type { ZoneNames } from '../zone/names.ts'
import { zipfSampler } from './zipf.ts'

/** How queries are put: over UDP with a number in flight, at a fixed rate, or over TCP. */
export type Manner = 'udp' | 'udp-paced' | 'tcp-single' | 'tcp-pipelined'

export interface Workload {
  readonly name: string
  readonly title: string
  readonly manner: Manner
  /** The list of queries it asks; workloads of one list share it. */
  readonly list: ListName
  /** Whether it is part of a run that names no workloads. */
  readonly usual: boolean
}

export type ListName = keyof typeof LISTS

interface Source {
  readonly names: ZoneNames
  readonly writer: QueryWriter
  readonly random: Random
  /** How many queries the list gets. */
  readonly count: number
}

/** What resolvers offer since DNS flag day 2020. */
const DNSSEC_OK: Edns = { payload: 1232, dnssecOk: true }
const PLAIN: Edns = { payload: 1232, dnssecOk: false }
const NO_LABELS = new Uint8Array()
const WWW = Uint8Array.of(3, 0x77, 0x77, 0x77)
const ZIPF_EXPONENT = 1
const RANDOM_LABEL = 12

/** Places from 0 to `count`, each before any comes again, in random order. */
function inRandomOrder(count: number, random: Random): () => number {
  const order = Uint32Array.from({ length: count }, (_, place) => place)
  let next = count
  return () => {
    if (next === count) {
      for (let i = count - 1; i > 0; i--) {
        const other = random.below(i + 1)
        const kept = order[i]!
        order[i] = order[other]!
        order[other] = kept
      }
      next = 0
    }
    return order[next++]!
  }
}

function delegatedNames({ names, random }: Source, places?: readonly number[]): () => Name {
  const next = inRandomOrder(places?.length ?? names.delegated.count, random)
  return () => names.delegated.at(places === undefined ? next() : places[next()]!)
}

function randomLabel(random: Random): Uint8Array {
  const label = new Uint8Array(RANDOM_LABEL + 1)
  label[0] = RANDOM_LABEL
  for (let i = 1; i <= RANDOM_LABEL; i++) label[i] = 0x61 + random.below(26)
  return label
}

function referrals(source: Source, edns: Edns | undefined, places?: readonly number[]): void {
  if (places?.length === 0) return
  const next = delegatedNames(source, places)
  for (let i = 0; i < source.count; i++) source.writer.add(NO_LABELS, next(), RRType.A, edns)
}

function popularReferrals(source: Source): void {
  const { names, random, writer } = source
  const next = inRandomOrder(names.delegated.count, random)
  const byRank = Uint32Array.from({ length: names.delegated.count }, next)
  const rank = zipfSampler(byRank.length, ZIPF_EXPONENT, () => random.fraction())
  for (let i = 0; i < source.count; i++) {
    writer.add(NO_LABELS, names.delegated.at(byRank[rank()]!), RRType.A, DNSSEC_OK)
  }
}

function missingNames({ names, random, writer, count }: Source, edns: Edns | undefined): void {
  for (let i = 0; i < count; i++) writer.add(randomLabel(random), names.apex, RRType.A, edns)
}

function dsQueries(source: Source): void {
  const next = delegatedNames(source)
  for (let i = 0; i < source.count; i++) source.writer.add(NO_LABELS, next(), RRType.DS, DNSSEC_OK)
}

function apexQueries({ names, writer, count }: Source): void {
  const types = [RRType.DNSKEY, RRType.SOA, RRType.NS]
  for (let i = 0; i < count; i++) writer.add(NO_LABELS, names.apex, types[i % types.length]!, DNSSEC_OK)
}

/** A TLD's day: 60 % referrals, 25 % names that do not exist, 10 % DS, 5 % others; 70 % with DO; letters in mixed case. */
function tldMix(source: Source): void {
  const { names, random, writer } = source
  const next = delegatedNames(source)
  const flip = () => random.below(4294967296)
  for (let i = 0; i < source.count; i++) {
    const share = random.fraction()
    const asked = random.fraction()
    const edns = asked < 0.7 ? DNSSEC_OK : asked < 0.85 ? PLAIN : undefined
    const below = random.chance(0.5) ? WWW : NO_LABELS
    if (share < 0.6) {
      const type = random.pick([RRType.A, RRType.A, RRType.A, RRType.AAAA, RRType.AAAA, RRType.NS, RRType.MX])
      writer.add(below, next(), type, edns, flip)
    } else if (share < 0.85) {
      writer.add(randomLabel(random), names.apex, random.pick([RRType.A, RRType.AAAA]), edns, flip)
    } else if (share < 0.95) {
      writer.add(NO_LABELS, next(), RRType.DS, edns, flip)
    } else {
      const type = random.pick([RRType.SOA, RRType.NS, RRType.DNSKEY, RRType.A, RRType.TXT])
      writer.add(NO_LABELS, names.apex, type, edns, flip)
    }
  }
}

const LISTS = {
  referral: (source: Source) => referrals(source, undefined),
  'referral-do': (source: Source) => referrals(source, DNSSEC_OK),
  'referral-do-signed': (source: Source) => referrals(source, DNSSEC_OK, source.names.signed),
  'referral-do-unsigned': (source: Source) => referrals(source, DNSSEC_OK, source.names.unsigned),
  'referral-do-zipf': popularReferrals,
  nxdomain: (source: Source) => missingNames(source, undefined),
  'nxdomain-do': (source: Source) => missingNames(source, DNSSEC_OK),
  ds: dsQueries,
  apex: apexQueries,
  mix: tldMix,
} as const

function over(
  manner: Manner,
  list: ListName,
  title: string,
  options: { name?: string; usual?: boolean } = {},
): Workload {
  return { name: options.name ?? list, title, manner, list, usual: options.usual ?? true }
}

/** Every workload, in the order in which they run. */
export const WORKLOADS: readonly Workload[] = [
  over('udp', 'referral', 'Referral, no EDNS'),
  over('udp', 'referral-do', 'Referral, DO, uniform over all names'),
  over('udp', 'referral-do-zipf', 'Referral, DO, names by Zipf'),
  over('udp', 'referral-do-signed', 'Referral, DO, delegations with DS', { usual: false }),
  over('udp', 'referral-do-unsigned', 'Referral, DO, delegations without DS', { usual: false }),
  over('udp', 'nxdomain', 'NXDOMAIN, no EDNS'),
  over('udp', 'nxdomain-do', 'NXDOMAIN, DO'),
  over('udp', 'ds', 'DS queries, DO'),
  over('udp', 'apex', 'Apex DNSKEY, SOA and NS, DO'),
  over('udp', 'mix', 'TLD mix'),
  over('udp-paced', 'mix', 'TLD mix, open loop', { name: 'open-loop' }),
  over('tcp-single', 'mix', 'TLD mix, TCP, one query a connection', { name: 'tcp' }),
  over('tcp-pipelined', 'mix', 'TLD mix, TCP, pipelined', { name: 'tcp-pipelined' }),
]

/**
 * The queries of a list, each after its length in two octets; none where the zone has no such names.
 * @param count how many queries; names that are drawn uniformly come each once before any comes again
 */
export function queryList(name: ListName, names: ZoneNames, count: number): Uint8Array {
  const writer = new QueryWriter()
  const seed = Object.keys(LISTS).indexOf(name) + 1
  LISTS[name]({ names, writer, random: new Random(seed), count: Math.max(count, LEAST_QUERIES) })
  return writer.octets
}
