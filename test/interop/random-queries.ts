import type { Random } from '../zones/random.ts'
import { TYPE } from './message.ts'
import { labelsToWire, lowerOctets, textName, wireName, wireToLabels } from './name.ts'
import { type ComparedQuery, compareQuery, type Manner } from './query.ts'
import type { ZoneNames } from './zone-names.ts'

const COMMON = ['A', 'AAAA', 'NS', 'SOA', 'MX', 'TXT', 'DS', 'DNSKEY', 'CNAME', 'PTR', 'SRV', 'HTTPS'] as const
const RARE = [
  'NSEC',
  'NSEC3',
  'NSEC3PARAM',
  'RRSIG',
  'ANY',
  'CAA',
  'CDS',
  'DNAME',
  'TLSA',
  'NAPTR',
  'HINFO',
  'LOC',
  'ZONEMD',
] as const
const ODD_TYPES = [0, 25, 24, 30, 65280, 65535]

function randomLabel(random: Random): Uint8Array {
  if (random.chance(0.1)) return Uint8Array.from({ length: random.pick([1, 3, 63]) }, () => random.below(256))
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789-_'
  const text = Array.from(
    { length: random.pick([1, 2, 3, 5, 8, 12, 30, 63]) },
    () => letters[random.below(letters.length)],
  ).join('')
  return Buffer.from(text, 'latin1')
}

function below(random: Random, base: string, labels = random.pick([1, 1, 2, 4])): Uint8Array[] {
  return [...Array.from({ length: labels }, () => randomLabel(random)), ...wireToLabels(wireName(base))]
}

/** A name one octet away from one that exists: just before it, just after it, or beside it. */
function nearMiss(random: Random, base: string): Uint8Array[] {
  const labels = wireToLabels(wireName(base))
  const first = labels[0]
  if (first === undefined) return labels
  const at = random.below(first.length)
  const changed = random.pick([
    Buffer.concat([first.subarray(0, at), Buffer.from('x'), first.subarray(at + 1)]),
    Buffer.concat([first, Buffer.from('0')]),
    Buffer.concat([first, Buffer.from([0])]),
    first.length > 1 ? first.subarray(0, -1) : Buffer.from('0'),
  ])
  return [changed.subarray(0, 63), ...labels.slice(1)]
}

type NameKind = (random: Random) => Uint8Array[]

function nameKinds(names: ZoneNames): NameKind[] {
  const labels = (name: string) => wireToLabels(wireName(name))
  const parent = (name: string) => name.slice(name.search(/(?<!\\)\./) + 1) || '.'
  const kinds: NameKind[] = [
    () => labels(names.origin),
    (random) => below(random, names.origin),
    (random) => below(random, random.pick(names.authoritative)),
    (random) => labels(random.pick(names.authoritative)),
    (random) => nearMiss(random, random.pick(names.authoritative)),
  ]
  const add = (pool: readonly string[], ...more: ((random: Random, name: string) => Uint8Array[])[]) => {
    if (pool.length > 0) for (const kind of more) kinds.push((random) => kind(random, random.pick(pool)))
  }
  const itself = (_: Random, name: string) => labels(name)
  const under = (random: Random, name: string) => below(random, name)
  add(names.cuts, itself, itself, under, nearMiss)
  add(names.secureCuts, itself, under)
  add(names.glue, itself, (random, name) => below(random, random.chance(0.5) ? name : parent(name), 1))
  add(names.emptyNonTerminals, itself, under)
  add(
    names.wildcards,
    itself,
    (random, name) => below(random, parent(name)),
    (random, name) => below(random, name, 1),
  )
  add(names.aliases, itself, under)
  add(names.hashed, itself)
  if (names.origin !== '.') add([parent(names.origin)], (random, name) => below(random, name, 1))
  return kinds
}

function randomManner(random: Random): Manner {
  const payload = random.pick([undefined, undefined, 512, 512, 1232, 1232, 4096])
  let flags = random.chance(0.3) ? 0x100 : 0
  if (random.chance(0.1)) flags |= random.pick([0x10, 0x20])
  const transport = random.chance(0.15) ? 'tcp' : 'udp'
  if (payload === undefined) return { transport, flags }
  return { transport, flags, payload, dnssecOk: random.chance(0.6) }
}

function mixCase(random: Random, label: Uint8Array): Uint8Array {
  return label.map((octet) => (/[a-zA-Z]/.test(String.fromCharCode(octet)) && random.chance(0.5) ? octet ^ 32 : octet))
}

/** Well-formed queries of all kinds for names in, near and outside a zone. */
export function randomQueries(names: ZoneNames, random: Random, count: number): ComparedQuery[] {
  const kinds = nameKinds(names)
  const queries: ComparedQuery[] = []
  while (queries.length < count) {
    let labels = random.pick(kinds)(random)
    while (labels.reduce((sum, label) => sum + label.length + 1, 1) > 255) labels = labels.slice(1)
    const known = [...(names.types.get(textOf(labels)) ?? [])].filter((type) => type in TYPE && type !== 'RRSIG')
    let type: number
    if (known.length > 0 && random.chance(0.4)) type = TYPE[random.pick(known) as keyof typeof TYPE]
    else if (random.chance(0.8)) type = TYPE[random.pick(COMMON)]
    else type = random.chance(0.8) ? TYPE[random.pick(RARE)] : random.pick(ODD_TYPES)
    if (random.chance(0.3)) labels = labels.map((label) => mixCase(random, label))
    queries.push(compareQuery(labelsToWire(labels), type, randomManner(random)))
  }
  return queries
}

function textOf(labels: readonly Uint8Array[]): string {
  return textName(lowerOctets(labelsToWire(labels)))
}

/** Queries for names of every length below each DNAME of a zone: replies that end at every point of a chain of aliases. */
export function redirectedQueries(names: ZoneNames): ComparedQuery[] {
  const owners = names.aliases.filter((owner) => names.types.get(owner)!.has('DNAME'))
  const queries: ComparedQuery[] = []
  for (const owner of owners) {
    const base = wireToLabels(wireName(owner))
    const room = 255 - labelsToWire(base).length
    for (let octets = 2; octets <= room; octets++) {
      const labels: Uint8Array[] = []
      for (let left = octets; left > 0; left -= labels.at(-1)!.length + 1) {
        // no label of one octet may be left over: it needs one for its length
        const length = Math.min(left, 64) - 1
        labels.push(Buffer.alloc(left - length - 1 === 1 ? length - 1 : length, 'x'))
      }
      for (const type of [TYPE.A, TYPE.ANY]) {
        for (const payload of [512, 1232]) {
          const manner: Manner = { transport: 'udp', payload, dnssecOk: true }
          queries.push(compareQuery(labelsToWire([...labels, ...base]), type, manner))
        }
      }
    }
  }
  return queries
}
