import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeMessage } from '../../test/interop/message.ts'
import { ODD_MESSAGES } from '../../test/interop/odd-messages.ts'
import { Random } from '../../test/zones/random.ts'
import { base32HexToText, nameFromText } from '../wire/index.ts'
import { MemoryZone } from '../zone/index.ts'
import { ask } from './ask.fixture.ts'
import { TLD_ZONE } from './cases.fixture.ts'
import { SIGNED_CASES } from './cases-signed.fixture.ts'
import { TRUNCATION_CASES, WIDE_ZONE } from './cases-truncation.fixture.ts'
import { nsec3Hash } from './nsec3-hash.ts'
import { Responder } from './responder.ts'
import { PLAIN_CASES } from './suite.fixture.ts'
import { Transport } from './transport.ts'
import { recordsOf } from './zone.fixture.ts'
import { ZoneTable } from './zones.ts'

const MUTATED = 180_000
const MADE = 20_000

const APEX = '@ 3600 SOA ns hostmaster 1 1800 900 604800 300\n@ 3600 NS ns\nns 3600 A 192.0.2.1\n'
const NSEC = `${APEX}@ 300 NSEC ns SOA NS NSEC\nns 300 NSEC @ A NSEC\n`

function nsec3Text(): string {
  const apexHash = nsec3Hash(nameFromText('zzz.'), { algorithm: 1, iterations: 0, salt: new Uint8Array(0) })
  const label = base32HexToText(apexHash, 0, apexHash.length)
  return `${APEX}@ 0 NSEC3PARAM 1 0 0 -\n${label} 300 NSEC3 1 1 0 - ${label} SOA NS NSEC3PARAM\n`
}

/** Zones of every kind; the origins are near each other, so that a changed octet leads from one into another. */
function responder(): Responder {
  const zones = { 'zz.': TLD_ZONE, 'yz.': NSEC, 'zzz.': nsec3Text(), 'z.zz.': WIDE_ZONE.replaceAll('zz.', 'z.zz.') }
  const entries = Object.entries(zones).map(([name, text]) => {
    const origin = nameFromText(name)
    return { origin, state: 'ready' as const, view: new MemoryZone(origin, recordsOf(name, text)) }
  })
  const onFault = (fault: unknown) => {
    throw fault
  }
  const chaos = { versionBind: 'zonecut', idServer: 'edge-7' }
  return new Responder({ zones: new ZoneTable(entries), nsid: new Uint8Array(128), chaos, tcpIdleTimeout: 1, onFault })
}

const server = responder()
const reply = new Uint8Array(65_535)
/** Holds a query, then the reply in its place, as over UDP. */
const packet = new Uint8Array(65_535)

/** Throws unless the message gets no reply or a proper one: whole, within the limit, and not answered in its turn. */
function check(message: Uint8Array, transport: Transport): void {
  const length = server.answer(message, message.length, reply, transport)
  const isQuery = message.length >= 12 && (message[2]! & 0x80) === 0
  if (length > 0 !== isQuery) throw new Error(isQuery ? 'no reply to a query' : 'a reply to what is no query')
  if (length === 0) return
  const octets = reply.slice(0, length)
  packet.set(message)
  const lengthInPlace = server.answer(packet, message.length, packet, transport)
  if (Buffer.compare(packet.subarray(0, lengthInPlace), octets) !== 0) throw new Error('another reply in its place')
  const decoded = decodeMessage(octets)
  if (!decoded.qr || octets[0] !== message[0] || octets[1] !== message[1]) throw new Error('not a reply to this query')
  if (transport === Transport.Udp && length > (decoded.edns === undefined ? 512 : 1232)) throw new Error('too long')
  if (server.answer(octets, length, reply, transport) !== 0) throw new Error('a reply to a reply')
}

const CORPUS: readonly Uint8Array[] = [
  ...[...PLAIN_CASES, ...SIGNED_CASES, ...TRUNCATION_CASES].flatMap(({ ask: words }) => [
    ask(words).wire,
    ask(`${words} +dnssec`).wire,
  ]),
  ...ODD_MESSAGES.map(({ wire }) => new Uint8Array(wire)),
]

/** Offset of the question's type; past the end when there is no name. */
function typeOffset(octets: readonly number[]): number {
  let at = 12
  while (at < octets.length && octets[at]! > 0) at += octets[at]! + 1
  return at + 1
}

type Mutation = (octets: number[], random: Random) => void

/** They leave a message well-formed, if it was. */
const GENTLE: Mutation[] = [
  (octets, random) => {
    const labels: number[] = []
    for (let at = 12; at < typeOffset(octets) - 1; at += octets[at]! + 1) labels.push(at)
    if (labels.length === 0) return
    const at = random.pick(labels)
    octets[at + 1 + random.below(octets[at]!)] = random.pick([0x2a, 0x41, 0x61, 0x7a, random.below(256)])
  },
  (octets, random) => {
    const at = typeOffset(octets)
    if (at + 1 < octets.length) octets[at + 1] = random.pick([1, 2, 5, 6, 28, 39, 43, 46, 47, 255, random.below(256)])
  },
  (octets, random) => {
    const label = random.pick(['*', 'x', 'zz', 'wild'])
    octets.splice(12, 0, label.length, ...Buffer.from(label))
  },
  (octets) => {
    if (octets[12]! > 0 && octets[12]! < 64) octets.splice(12, octets[12]! + 1)
  },
  (octets, random) => {
    octets[random.below(4)] = random.below(128)
  },
]

const HARSH: Mutation[] = [
  (octets, random) => {
    octets[random.below(octets.length)]! ^= 1 << random.below(8)
  },
  (octets, random) => {
    octets[random.below(octets.length)] = random.pick([0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff, random.below(256)])
  },
  (octets, random) => {
    octets.length = random.below(octets.length + 1)
  },
  (octets, random) => {
    octets.splice(random.below(octets.length), random.below(4) + 1)
  },
  (octets, random) => {
    octets.splice(random.below(octets.length), 0, ...Array.from({ length: random.below(20) }, () => random.below(256)))
  },
  (octets, random) => {
    const other = random.pick(CORPUS)
    octets.splice(12 + random.below(octets.length), octets.length, ...other.subarray(12 + random.below(other.length)))
  },
]

function mutate(random: Random): Uint8Array {
  const octets = [...random.pick(CORPUS)]
  const mutations = random.chance(0.6) ? GENTLE : HARSH
  for (let i = random.below(4); i >= 0 && octets.length > 0; i--) random.pick(mutations)(octets, random)
  return Uint8Array.from(octets)
}

test(`${MUTATED} mutated packets`, { timeout: 120_000 }, () => {
  const seed = Number(process.env.ZONECUT_FUZZ_SEED ?? 1)
  const random = new Random(seed)
  for (let i = 0; i < MUTATED; i++) {
    const message = mutate(random)
    try {
      check(message, random.chance(0.1) ? Transport.Tcp : Transport.Udp)
    } catch (cause) {
      throw new Error(`packet ${i} of seed ${seed}: ${Buffer.from(message).toString('hex')}`, { cause })
    }
  }
})

const label = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('zz', 'yz', 'zzz', 'z', '*', 'wild', 'alias', 'dn', 'turn', 'in-domain', 'x'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 63 }) },
)

/** A query of a random name under one of the zones, with counts, types and options at random. */
const query = fc
  .record({
    head: fc.uint8Array({ minLength: 4, maxLength: 4 }),
    labels: fc.array(label, { maxLength: 12 }),
    origin: fc.constantFrom('zz', 'yz', 'zzz', 'z.zz', ''),
    type: fc.oneof(fc.constantFrom(1, 2, 5, 6, 39, 43, 46, 47, 50, 255), fc.nat(0xffff)),
    klass: fc.constantFrom(1, 1, 1, 3, 255),
    options: fc.option(fc.uint8Array({ maxLength: 30 })),
  })
  .map(({ head, labels, origin, type, klass, options }) => {
    const names = [...labels, ...origin.split('.')].filter((text) => text !== '')
    const name = names.flatMap((text) => [text.length, ...Buffer.from(text, 'latin1')])
    const opt = options === null ? [] : [0, 0, 41, 4, 208, 0, 0, 128, 0, 0, options.length, ...options]
    const counts = [0, 1, 0, 0, 0, 0, 0, options === null ? 0 : 1]
    return Uint8Array.from([...head, ...counts, ...name, 0, type >> 8, type & 255, 0, klass, ...opt])
  })

test(`${MADE} made packets`, { timeout: 120_000 }, () => {
  const transport = fc.constantFrom(Transport.Udp, Transport.Tcp)
  const message = fc.oneof({ weight: 4, arbitrary: query }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 600 }) })
  fc.assert(fc.property(message, transport, check), { numRuns: MADE })
  expect(CORPUS.length).toBeGreaterThan(100)
})
