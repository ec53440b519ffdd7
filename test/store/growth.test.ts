import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ask } from '../../src/answer/ask.fixture.ts'
import { CompiledAnswers, Responder, ZoneTable } from '../../src/answer/index.ts'
import { type Reply, readReply } from '../../src/answer/reply-text.fixture.ts'
import { Rcode, RRType } from '../../src/iana/index.ts'
import { ZoneUpdater } from '../../src/pipeline/index.ts'
import { openZone, type ZoneSnapshot } from '../../src/store/index.ts'
import { compareNames, nameFromText, rdataFromText } from '../../src/wire/index.ts'
import type { RRset, RRsetChange, ZoneNode } from '../../src/zone/index.ts'
import { Random } from '../zones/random.ts'
import { buildStore, entriesOf } from './scratch-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'zonecut-growth-'))
afterAll(() => rmSync(folder, { recursive: true }))

const origin = nameFromText('zz.')
const BASE32HEX = '0123456789abcdefghijklmnopqrstuv'

function rrset(type: number, ...texts: string[]): RRset {
  return { type, ttl: 3600, rdatas: texts.map((text) => rdataFromText(type, text)), signatures: [] }
}

function change(owner: string, set: RRset): RRsetChange {
  return { owner: nameFromText(owner), type: set.type, rrset: set }
}

/** An NSEC3 record with a hash of its own for each number: what matters is how they spread. */
function denial(number: number): RRsetChange {
  const hash = createHash('sha1').update(`${number}`).digest()
  const bits = [...hash].map((octet) => octet.toString(2).padStart(8, '0')).join('')
  const label = bits.match(/.{5}/g)!.map((five) => BASE32HEX[Number.parseInt(five, 2)]!)
  return change(`${label.join('')}.zz.`, rrset(RRType.NSEC3, `1 1 0 - ${label.join('')} NS DS`))
}

const apex: RRsetChange[] = [
  change('zz.', rrset(RRType.SOA, 'ns.example. host.example. 1 2 3 4 5')),
  change('zz.', rrset(RRType.NS, 'ns.example.')),
  change('zz.', rrset(RRType.NSEC3PARAM, '1 0 0 -')),
]

/** Changes that only add RRsets, as the nodes they make. */
function nodesOf(changes: readonly RRsetChange[]): ZoneNode[] {
  const nodes = new Map<string, { owner: ZoneNode['owner']; rrsets: RRset[] }>()
  for (const { owner, rrset: added } of changes) {
    const key = Buffer.from(owner).toString('latin1')
    const node = nodes.get(key) ?? { owner, rrsets: [] }
    node.rrsets.push(added!)
    nodes.set(key, node)
  }
  for (const { rrsets } of nodes.values()) rrsets.sort((a, b) => a.type - b.type)
  return [...nodes.values()].sort((a, b) => compareNames(a.owner, b.owner))
}

test('a zone that grows a thousandfold by updates has the entries, and about the buckets, of one loaded at that size', async () => {
  const random = new Random(3)
  const dataDir = join(folder, 'grown')
  const all = [...apex, denial(-1)]
  await buildStore(dataDir, origin, nodesOf(all))
  const updater = ZoneUpdater.open(dataDir, origin)
  let snapshot = openZone(dataDir, origin)
  expect(snapshot.info.denialBits).toBe(0)
  let fast = new CompiledAnswers(snapshot)
  const buffer = new Uint8Array(65_535)
  const reply = (view: ZoneSnapshot, words: string, compiled?: CompiledAnswers): Reply => {
    const zones = new ZoneTable([{ origin, state: 'ready', view, fast: compiled }])
    const { wire, transport } = ask(words)
    const length = new Responder({ zones }).answer(wire, wire.length, buffer, transport)
    return readReply(buffer.slice(0, length))
  }
  let names = 0
  const bits = new Set<number>()
  for (let step = 0; step < 40; step++) {
    const added: RRsetChange[] = []
    for (let i = 0; i < 25 * (step + 1); i++) {
      const number = names++
      added.push(change(`name${number}.zz.`, rrset(RRType.NS, `ns1.name${number}.zz.`, 'ns2.elsewhere.example.')))
      added.push(change(`ns1.name${number}.zz.`, rrset(RRType.A, '192.0.2.1')))
      added.push(denial(number))
    }
    all.push(...added)
    const before = updater.info.buckets
    updater.apply(added)
    // No update rewrites the zone: splits go along with what is added.
    expect(updater.info.buckets - before).toBeLessThan(8 + added.length)
    bits.add(updater.info.denialBits)
    const later = snapshot.newest()
    fast = fast.renewed(later)
    snapshot.close()
    snapshot = later
    for (let i = 0; i < 40; i++) {
      const words = `www.name${random.below(Math.round(names * 1.1))}.zz. A${random.chance(0.5) ? ' +dnssec' : ''}`
      const got = reply(snapshot, words, fast)
      expect(got, words).toEqual(reply(snapshot, words))
      expect(got.rcode).toBe(Number(/\d+/.exec(words)![0]) < names ? Rcode.NOERROR : Rcode.NXDOMAIN)
    }
  }
  expect(bits.size).toBeGreaterThan(3)
  const scratchDir = join(folder, 'scratch')
  await buildStore(scratchDir, origin, nodesOf(all))
  const scratch = openZone(scratchDir, origin)
  expect(entriesOf(snapshot)).toEqual(entriesOf(scratch))
  expect([...snapshot.denialNodes()]).toEqual([...scratch.denialNodes()])
  expect(snapshot.info.buckets).toBe(scratch.info.buckets)
  for (const each of [snapshot, scratch]) each.close()
  await updater.close()
}, 60_000)

test('an empty zone takes in thousands of names at once (they once went into one bucket), and loses them again', async () => {
  const dataDir = join(folder, 'sudden')
  await buildStore(dataDir, origin, nodesOf(apex))
  const updater = ZoneUpdater.open(dataDir, origin)
  const before = openZone(dataDir, origin)
  const names = Array.from({ length: 15_000 }, (_, i) => `name${i}-of-some-length.zz.`)
  const added = names.map((name) => change(name, rrset(RRType.NS, 'ns1.elsewhere.example.', 'ns2.elsewhere.example.')))
  expect(updater.apply(added).info.delegations).toBe(names.length)
  const scratchDir = join(folder, 'sudden-scratch')
  await buildStore(scratchDir, origin, nodesOf([...apex, ...added]))
  const scratch = openZone(scratchDir, origin)
  const after = before.newest()
  expect(entriesOf(after)).toEqual(entriesOf(scratch))
  expect(after.info.buckets).toBe(scratch.info.buckets)
  updater.apply(added.map(({ owner, type }) => ({ owner, type, rrset: undefined })))
  const last = after.newest()
  expect(entriesOf(last)).toEqual([])
  expect([...last.nodes()].map(({ node }) => node)).toEqual(nodesOf(apex))
  expect(last.info).toMatchObject({ entries: 0, delegations: 0, owners: 1, entryOctets: before.info.entryOctets })
  for (const each of [before, after, last, scratch]) each.close()
  await updater.close()
}, 60_000)
