import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { CompiledAnswers, type FastPath, Responder, ZoneTable } from '../../src/answer/index.ts'
import { readReply } from '../../src/answer/reply-text.fixture.ts'
import { RRType } from '../../src/iana/index.ts'
import { Transport } from '../../src/net/index.ts'
import { ZoneUpdater } from '../../src/pipeline/index.ts'
import { openZone, type ZoneSnapshot } from '../../src/store/index.ts'
import { compareNames, nameToText } from '../../src/wire/index.ts'
import { MemoryZone, type ZoneNode, type ZoneView } from '../../src/zone/index.ts'
import { Random } from '../zones/random.ts'
import { type Chains, ORIGIN, RandomZone } from './random-zone.ts'
import { buildStore, entriesOf } from './scratch-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'zonecut-update-'))
let stores = 0
afterAll(() => rmSync(folder, { recursive: true }))

const TYPES = ['A', 'AAAA', 'NS', 'DS', 'SOA', 'MX', 'TXT', 'NSEC', 'CNAME', 'ANY', 'DNAME'] as const

/** All nodes of a model in canonical order, NSEC3 owners among them. */
function nodesOf(zone: RandomZone): ZoneNode[] {
  const nodes = new Map<string, { owner: ZoneNode['owner']; rrsets: ZoneNode['rrsets'][number][] }>()
  for (const { owner, rrset } of zone.rrsets) {
    const key = nameToText(owner)
    const node = nodes.get(key) ?? { owner, rrsets: [] }
    node.rrsets.push(rrset)
    nodes.set(key, node)
  }
  for (const { rrsets } of nodes.values()) rrsets.sort((a, b) => a.type - b.type)
  return [...nodes.values()].sort((a, b) => compareNames(a.owner, b.owner))
}

function responder(view: ZoneView, fast?: FastPath): Responder {
  return new Responder({ zones: new ZoneTable([{ origin: view.origin, state: 'ready', view, fast }]) })
}

function query(random: Random, zone: RandomZone): { wire: Uint8Array; text: string } {
  const type = random.pick(TYPES)
  const name = random.chance(0.1) ? ORIGIN : zone.name()
  const dnssec = random.chance(0.6)
  const wire = Buffer.concat([
    Uint8Array.of(7, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1),
    name,
    Uint8Array.of(RRType[type] >> 8, RRType[type], 0, 1),
    Uint8Array.of(0, 0, 41, 16, 0, 0, 0, dnssec ? 0x80 : 0, 0, 0, 0),
  ])
  return { wire, text: `${nameToText(name)} ${type} ${dnssec ? 'do' : ''}` }
}

/** Names in lower case: which letters a pointer leads to may differ. */
function comparable(reply: Uint8Array): string {
  const { answer, authority, additional, ...rest } = readReply(reply)
  const section = (records: typeof answer) =>
    records.map(({ owner, type, ttl, rdata }) => [nameToText(owner), type, ttl, Buffer.from(rdata).toString('hex')])
  return JSON.stringify([rest.flags, rest.rcode, section(answer), section(authority), section(additional)])
}

const buffer = new Uint8Array(65_535)

function answerOf(server: Responder, wire: Uint8Array): string {
  return comparable(buffer.subarray(0, server.answer(wire, wire.length, buffer, Transport.Udp)))
}

/** Asks the same of the compiled answers, singly and read ahead, of the general path, and of the model. */
function compareAnswers(random: Random, zone: RandomZone, snapshot: ZoneSnapshot, fast: CompiledAnswers): void {
  const model = responder(new MemoryZone(ORIGIN, zone.records))
  const general = responder(snapshot)
  const compiled = responder(snapshot, fast)
  const asked = Array.from({ length: 64 }, () => query(random, zone))
  const expected = asked.map(({ wire, text }) => {
    const answer = answerOf(model, wire)
    expect(answerOf(general, wire), `general: ${text}`).toBe(answer)
    expect(answerOf(compiled, wire), `compiled: ${text}`).toBe(answer)
    return answer
  })
  const wires = asked.map(({ wire }) => wire)
  compiled.readAhead(
    wires,
    Uint16Array.from(wires, (wire) => wire.length),
    0,
    wires.length,
  )
  for (const [slot, { text }] of asked.entries()) {
    const reply = buffer.subarray(0, compiled.answerAhead(slot, buffer))
    expect(comparable(reply), `read ahead: ${text}`).toBe(expected[slot])
  }
}

/** What is known of a zone but for when and how often it was written. */
function counts({
  serial,
  records,
  delegations,
  owners,
  signed,
  denial,
  denials,
  entries,
  entryOctets,
}: ZoneSnapshot['info']) {
  return { serial, records, delegations, owners, signed, denial, denials, entries, entryOctets }
}

const sections = (nodes: Iterable<ZoneNode>) =>
  [...nodes].map(({ owner, rrsets }) => [nameToText(owner), JSON.stringify(rrsets)])

async function compareWithScratch(zone: RandomZone, updated: ZoneSnapshot): Promise<void> {
  const dataDir = join(folder, `scratch${++stores}`)
  await buildStore(dataDir, ORIGIN, nodesOf(zone))
  const scratch = openZone(dataDir, ORIGIN)
  expect(sections([...updated.nodes()].map(({ node }) => node))).toEqual(
    sections([...scratch.nodes()].map(({ node }) => node)),
  )
  expect(sections(updated.denialNodes())).toEqual(sections(scratch.denialNodes()))
  expect(entriesOf(updated)).toEqual(entriesOf(scratch))
  expect(counts(updated.info)).toEqual(counts(scratch.info))
  scratch.close()
  rmSync(dataDir, { recursive: true })
}

describe.each<Chains>(['none', 'nsec', 'nsec3'])('updates of a random zone, denial %s', (chains) => {
  test.each([1, 2, 3, 4, 5, 6])('make of it what a store built from scratch is, seed %d', async (seed) => {
    const random = new Random(seed * 1000)
    const zone = new RandomZone(random, chains)
    const dataDir = join(folder, `updated${++stores}`)
    await buildStore(dataDir, ORIGIN, nodesOf(zone))
    const updater = ZoneUpdater.open(dataDir, ORIGIN)
    let snapshot = openZone(dataDir, ORIGIN)
    let fast = new CompiledAnswers(snapshot)
    for (let step = 1; step <= 60; step++) {
      const result = updater.apply(zone.step())
      expect(result.revision).toBe(step)
      // Now and then several updates are taken up at once.
      if (random.chance(0.3)) continue
      const later = snapshot.newest()
      fast = fast.renewed(later)
      snapshot.close()
      snapshot = later
      compareAnswers(random, zone, snapshot, fast)
      if (step % 6 === 0) await compareWithScratch(zone, snapshot)
    }
    const last = snapshot.newest()
    snapshot.close()
    await compareWithScratch(zone, last)
    last.close()
    await updater.close()
  })
})
