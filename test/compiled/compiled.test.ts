import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask } from '../../src/answer/ask.fixture.ts'
import { CompiledAnswers, type FastPath, Responder, ZoneTable } from '../../src/answer/index.ts'
import { type Reply, readReply } from '../../src/answer/reply-text.fixture.ts'
import { describeAnswers } from '../../src/answer/suite.fixture.ts'
import { recordsOf, signedText } from '../../src/answer/zone.fixture.ts'
import { Rcode, RRType } from '../../src/iana/index.ts'
import { Transport } from '../../src/net/index.ts'
import { loadZone } from '../../src/pipeline/index.ts'
import { hashOctets, nameHash, openZone, type SnapshotOptions, type ZoneSnapshot } from '../../src/store/index.ts'
import { type Name, nameFromText, nameToText } from '../../src/wire/index.ts'
import { MemoryZone, type ZoneView } from '../../src/zone/index.ts'
import { printRecord } from '../../src/zonefile/index.ts'
import { describeWithTools } from '../peers/suite.ts'
import { generateZone } from '../zones/generate.ts'
import { Random } from '../zones/random.ts'
import type { Signing } from '../zones/sign.ts'

const data = mkdtempSync(join(tmpdir(), 'zonecut-compiled-'))
const snapshots: ZoneSnapshot[] = []
let loads = 0

afterAll(() => {
  for (const snapshot of snapshots) snapshot.close()
  rmSync(data, { recursive: true })
})

/** Loads a zone's text into a store of its own, as `zonecut load` does, and opens it. */
async function stored(origin: Name, text: string, options?: SnapshotOptions): Promise<ZoneSnapshot> {
  const dataDir = join(data, String(++loads))
  const file = join(data, `${loads}.zone`)
  writeFileSync(file, text, 'latin1')
  // Little memory, so that sorting on disk is tested as well.
  const result = await loadZone({ dataDir, origin, file, memory: 1 << 16 })
  expect(result.problems).toEqual([])
  expect(result.findings.findings.filter(({ severity }) => severity === 'error')).toEqual([])
  const snapshot = openZone(dataDir, origin, options)
  snapshots.push(snapshot)
  return snapshot
}

function responder(view: ZoneView, fast?: FastPath): Responder {
  const onFault = (fault: unknown) => {
    throw fault
  }
  return new Responder({ zones: new ZoneTable([{ origin: view.origin, state: 'ready', view, fast }]), onFault })
}

for (const method of ['pages', 'lmdb'] as const) {
  describeAnswers(`the store and its compiled answers, read through ${method}`, async (origin, records) => {
    const lines = records.map(({ owner, ttl, type, rdata }) => printRecord(owner, ttl, type, rdata))
    const snapshot = await stored(origin, `${lines.join('\n')}\n`, { method })
    return responder(snapshot, new CompiledAnswers(snapshot))
  })
}

const ORIGIN = 'zz.'
const QUERIES = 12_000
const TYPES = ['A', 'AAAA', 'NS', 'DS', 'SOA', 'MX', 'TXT', 'DNSKEY', 'NSEC', 'CNAME', 'ANY', 'RRSIG'] as const

interface Asked {
  readonly wire: Uint8Array
  readonly transport: Transport
  readonly text: string
}

/** A query for a name of the zone, near one, below one, or for none at all. */
function randomQuery(random: Random, names: readonly Name[]): Asked {
  let labels = [...labelsOf(random.pick(names))]
  if (random.chance(0.4)) labels.unshift(randomLabel(random))
  if (random.chance(0.2)) labels.unshift(randomLabel(random))
  if (random.chance(0.2) && labels.length > 1) labels.shift()
  if (random.chance(0.15)) labels = [randomLabel(random), ...labelsOf(nameFromText(ORIGIN))]
  const octets = labels.flatMap((label) => [label.length, ...label])
  const qname = octets.length > 254 ? nameFromText(ORIGIN) : Uint8Array.from([...octets, 0])
  if (random.chance(0.3)) flipCase(random, qname)
  const type = random.pick(TYPES)
  const payload = random.pick([0, 512, 700, 1232, 4096])
  const dnssec = payload > 0 && random.chance(0.7)
  const transport = random.chance(0.1) ? Transport.Tcp : Transport.Udp
  const wire = Buffer.concat([
    Uint8Array.of(7, 7, random.below(2), 0, 0, 1, 0, 0, 0, 0, 0, payload > 0 ? 1 : 0),
    qname,
    Uint8Array.of(RRType[type] >> 8, RRType[type], 0, 1),
    payload > 0 ? Uint8Array.of(0, 0, 41, payload >> 8, payload, 0, 0, dnssec ? 0x80 : 0, 0, 0, 0) : new Uint8Array(0),
  ])
  const words = [nameToText(qname), type, payload, dnssec ? 'do' : '', transport === Transport.Tcp ? 'tcp' : '']
  return { wire, transport, text: words.join(' ') }
}

function labelsOf(name: Name): Uint8Array[] {
  const labels: Uint8Array[] = []
  for (let at = 0; name[at] !== 0; at += name[at]! + 1) labels.push(name.slice(at + 1, at + 1 + name[at]!))
  return labels
}

function randomLabel(random: Random): Uint8Array {
  if (random.chance(0.1)) return Uint8Array.of(0x2a)
  return Uint8Array.from({ length: random.pick([1, 3, 8, 63]) }, () =>
    random.chance(0.05) ? random.below(256) : 0x61 + random.below(26),
  )
}

function flipCase(random: Random, name: Name): void {
  for (let at = 0; name[at] !== 0; at += name[at]! + 1) {
    for (let i = at + 1; i <= at + name[at]!; i++) {
      const octet = name[i]! | 0x20
      if (octet >= 0x61 && octet <= 0x7a && random.chance(0.5)) name[i] = name[i]! ^ 0x20
    }
  }
}

/** What must be the same: all of the reply, but letter case where a name points into the question or does not. */
function comparable(reply: Reply | undefined) {
  if (!reply) return undefined
  const section = (records: Reply['answer']) =>
    records.map(({ owner, type, ttl, rdata }) =>
      [nameToText(owner).toLowerCase(), type, ttl, Buffer.from(rdata).toString('latin1').toLowerCase()].join(' '),
    )
  const { id, flags, rcode, question, answer, authority, additional, opt } = reply
  return {
    id,
    flags,
    rcode,
    question,
    answer: section(answer),
    authority: section(authority),
    additional: section(additional),
    opt: opt && [opt.klass, opt.ttl, Buffer.from(opt.rdata).toString('hex')],
  }
}

function describeEquality(title: string, text: () => string): void {
  describe(title, () => {
    let snapshot: ZoneSnapshot
    let model: MemoryZone
    beforeAll(async () => {
      const zone = text()
      snapshot = await stored(nameFromText(ORIGIN), zone)
      model = new MemoryZone(nameFromText(ORIGIN), recordsOf(ORIGIN, zone))
    })

    test('the store holds the nodes that the model holds', () => {
      const nodes = [...snapshot.nodes()].map(({ node }) => node)
      expect(nodes).toEqual(model.nodes.map(({ owner, rrsets }) => ({ owner: new Uint8Array(owner), rrsets })))
    })

    test(`${QUERIES} queries get the same answer compiled, from the store, and from the model`, () => {
      const fast = new CompiledAnswers(snapshot)
      let compiledAnswers = 0
      const counting: FastPath = {
        answer(query, reply, limit) {
          const length = fast.answer(query, reply, limit)
          if (length > 0) compiledAnswers++
          return length
        },
      }
      const servers = [responder(snapshot, counting), responder(snapshot), responder(model)]
      const batched = responder(snapshot, fast)
      const batch: Asked[] = []
      const expected: ReturnType<typeof comparable>[] = []
      const random = new Random(11)
      const names = model.nodes.map(({ owner }) => owner)
      const buffer = new Uint8Array(65_535)
      for (let i = 0; i < QUERIES; i++) {
        const { wire, transport, text } = randomQuery(random, names)
        const replies = servers.map((server) => {
          const length = server.answer(wire, wire.length, buffer, transport)
          return comparable(readReply(buffer.subarray(0, length)))
        })
        expect(replies[0], `compiled: ${text}`).toEqual(replies[2])
        expect(replies[1], `stored: ${text}`).toEqual(replies[2])
        if (transport !== Transport.Udp) continue
        batch.push({ wire, transport, text })
        expected.push(replies[2])
        if (batch.length < 64) continue
        const lengths = Uint16Array.from(batch, (asked) => asked.wire.length)
        // As a UDP listener does it: each reply is written over its query.
        const packets = batch.map(({ wire }) => {
          const packet = new Uint8Array(4096)
          packet.set(wire)
          return packet
        })
        batched.readAhead(packets, lengths, 0, batch.length)
        for (const [slot, { text }] of batch.entries()) {
          const packet = packets[slot]!
          const reply = readReply(packet.subarray(0, batched.answerAhead(slot, packet)))
          expect(comparable(reply), `read ahead: ${text}`).toEqual(expected[slot])
        }
        batch.length = expected.length = 0
      }
      // A comparison of the general path with itself would prove nothing.
      expect(compiledAnswers).toBeGreaterThan(QUERIES / 5)
    })
  })
}

test('delegations of hundreds of nameservers keep every pointer (more than 255 were once counted in an octet)', async () => {
  const lines = ['zz. 60 SOA ns.example. host.example. 1 2 3 4 5', 'zz. 60 NS ns.example.']
  const sizes = [100, 120, 127, 128, 200, 255, 256, 400]
  const domainOf = (size: number) => `${'d'.repeat(40)}${size}.zz.`
  for (const size of sizes) {
    for (let i = 0; i < size; i++) {
      const nameserver = `${'n'.repeat(50)}${i}.${domainOf(size)}`
      lines.push(`${domainOf(size)} 60 NS ${nameserver}`, `${nameserver} 60 A 192.0.2.1`)
    }
  }
  const text = `${lines.join('\n')}\n`
  const snapshot = await stored(nameFromText(ORIGIN), text)
  const model = responder(new MemoryZone(nameFromText(ORIGIN), recordsOf(ORIGIN, text)))
  const compiled = responder(snapshot, new CompiledAnswers(snapshot))
  const buffer = new Uint8Array(65_535)
  for (const size of sizes) {
    for (const prefix of ['', 'www.', `${'p'.repeat(60)}.${'q'.repeat(60)}.`]) {
      const { wire, transport } = ask(`${prefix}${domainOf(size)} A +tcp`)
      const [expected, got] = [model, compiled].map((server) =>
        comparable(readReply(buffer.subarray(0, server.answer(wire, wire.length, buffer, transport)))),
      )
      expect(got, `${size} nameservers, ${prefix}`).toEqual(expected)
    }
  }
})

test('a missing name with the tag of one that exists is read ahead as missing, and so is the other way round', async () => {
  const lines = ['zz. 60 SOA ns.example. host.example. 1 2 3 4 5', 'zz. 60 NS ns.example.', 'one.zz. 60 NS ns.example.']
  const snapshot = await stored(nameFromText(ORIGIN), `${lines.join('\n')}\n`)
  const { buckets, hashSeed } = snapshot.info
  expect(buckets).toBe(1)
  const tagOf = (label: string): number => {
    const name = nameFromText(`${label}.`)
    hashOctets(name, 0, name.length - 1, hashSeed)
    return nameHash.tag & 0xffff
  }
  const wanted = tagOf('one')
  let number = 0
  while (tagOf(`n${number}`) !== wanted) number++

  const server = responder(snapshot, new CompiledAnswers(snapshot))
  const batch = [`n${number}.zz. A`, 'one.zz. A', `www.n${number}.zz. A`, 'www.one.zz. A'].map((text) => ask(text).wire)
  server.readAhead(
    batch,
    Uint16Array.from(batch, ({ length }) => length),
    0,
    batch.length,
  )
  const buffer = new Uint8Array(4096)
  const rcodes = batch.map((_, slot) => readReply(buffer.subarray(0, server.answerAhead(slot, buffer))).rcode)
  expect(rcodes).toEqual([Rcode.NXDOMAIN, Rcode.NOERROR, Rcode.NXDOMAIN, Rcode.NOERROR])
})

for (const seed of [1, 2, 3]) {
  describeEquality(
    `generated zone ${seed}, unsigned`,
    () => generateZone({ origin: ORIGIN, seed, delegations: 400 }).text,
  )
}
for (const signing of ['nsec', 'nsec3', 'nsec3-opt-out'] satisfies Signing[]) {
  describeWithTools(`generated zone, ${signing}`, ['dnssec-keygen', 'dnssec-signzone'], () => {
    for (const seed of [4, 5]) {
      describeEquality(`of seed ${seed}`, () =>
        signedText(ORIGIN, generateZone({ origin: ORIGIN, seed, delegations: 300 }).text, signing),
      )
    }
  })
}
