import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import {
  DEFAULT_POLICY,
  KeySetFile,
  reportDs,
  requestAlgorithm,
  requestRollover,
  type SigningPolicy,
} from '../../dnssec/keys/index.ts'
import { dsOfKey, RrsigVerifier } from '../../dnssec/verify/index.ts'
import { DigestType, DnssecAlgorithm, RRType } from '../../iana/index.ts'
import { nameFromText, nameToText } from '../../wire/index.ts'
import { ZoneChecker } from '../../zone/checks/index.ts'
import { type RRset, Rrsig, sortKey, type ZoneNode } from '../../zone/index.ts'
import { loadZone } from '../load.ts'
import { changesFromText } from './change-text.ts'
import { KeyLife } from './key-life.ts'
import { SignedZone } from './signed-zone.ts'
import { signingOfLoad } from './signing-of-load.ts'

const ORIGIN = nameFromText('zz.')
const HOUR = 3600
const DAY = 24 * HOUR
const folder = mkdtempSync(join(tmpdir(), 'zonecut-signed-zone-'))
afterAll(() => rmSync(folder, { recursive: true }))
let zones = 0

const POLICY: SigningPolicy = {
  ...DEFAULT_POLICY,
  validity: 10 * DAY,
  jitter: 2 * DAY,
  refresh: 3 * DAY,
  lifetimes: {},
}

function zoneText(delegations: number): string {
  const lines = [
    'zz. 3600 SOA ns.zz. host.zz. 1 7200 3600 1209600 600',
    'zz. 3600 NS ns.zz.',
    'ns.zz. 3600 A 192.0.2.1',
    'txt.zz. 3600 TXT "in-zone data"',
    'deep.er.zz. 3600 TXT "below an empty non-terminal"',
  ]
  for (let i = 0; i < delegations; i++) {
    lines.push(`d${i}.zz. 7200 NS ns${i % 5}.example.net.`)
    if (i % 4 === 0) lines.push(`d${i}.zz. 7200 DS ${i + 1} 13 2 ${'ab'.repeat(32)}`)
  }
  return `${lines.join('\n')}\n`
}

/** A zone in a store of its own, kept signed, whose clock the test turns. */
class Kept {
  readonly dataDir: string
  readonly keys: string
  readonly policy: SigningPolicy
  now: number
  zone!: SignedZone
  asksParent = true
  /** Asked before each commit; what it throws refuses the commit. */
  ask: () => void = () => {}

  constructor(policy: SigningPolicy) {
    this.policy = policy
    this.dataDir = join(folder, `data${++zones}`)
    this.keys = join(folder, `keys${zones}`)
    this.now = Math.floor(Date.now() / 1000)
  }

  static async begin(policy: SigningPolicy = POLICY, delegations = 40, asksParent = true): Promise<Kept> {
    const kept = new Kept(policy)
    kept.asksParent = asksParent
    const file = join(folder, `zone${zones}`)
    writeFileSync(file, zoneText(delegations))
    const store = { kind: 'files', folder: kept.keys } as const
    const signing = signingOfLoad(new KeyLife(ORIGIN, policy, store), store, kept.now)!
    const result = await loadZone({ dataDir: kept.dataDir, origin: ORIGIN, file, signing })
    expect(result.findings.findings.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(result.ok).toBe(true)
    kept.open()
    return kept
  }

  open(): void {
    const keys = { kind: 'files', folder: this.keys } as const
    this.zone = new SignedZone({
      dataDir: this.dataDir,
      origin: ORIGIN,
      policy: this.policy,
      keys,
      ask: async () => this.ask(),
    })
  }

  /** As if the process had been killed: nothing is told to the zone, but what the store and the folder of keys hold. */
  async reopen(): Promise<void> {
    await this.zone.close()
    this.open()
  }

  /** Turns until nothing more is due now. */
  async settle(): Promise<number> {
    let renewed = 0
    for (let i = 0; i < 1000; i++) {
      const turn = await this.zone.turn(this.now)
      renewed += turn.renewed
      const asks = turn.checkParent && this.asksParent
      if (asks) this.askParent()
      if (turn.nextAt > this.now && !asks) return renewed
    }
    throw new Error('the zone does not come to rest')
  }

  /** The parent has what the zone's CDS records say, everywhere and at once. */
  askParent(): void {
    const cds = this.apex(RRType.CDS)?.rdatas ?? []
    const shown = cds.map((rdata) => Buffer.from(rdata).toString('base64'))
    this.zone.noteParent({ at: this.now, ttl: HOUR, everywhere: shown, anywhere: shown })
  }

  advance(seconds: number): Promise<number> {
    this.now += seconds
    return this.settle()
  }

  apex(type: number): RRset | undefined {
    return this.zone.updater.snapshot.node(ORIGIN)?.rrsets.find((rrset) => rrset.type === type)
  }

  nodes(): { node: ZoneNode; key: Uint8Array }[] {
    const { snapshot } = this.zone.updater
    const chain = [...snapshot.denialNodes()].map((node) => ({ node, key: sortKey(node.owner, ORIGIN) }))
    return [...snapshot.nodes(), ...chain].sort((a, b) => Buffer.compare(a.key, b.key))
  }

  /**
   * All that the zone checks find wrong, every signature verified. A signature whose key is not published is a fault but
   * in an algorithm rollover, which begins with them and ends with them (RFC 6781 4.1.4).
   */
  faults(isAlgorithmRollover = false): string[] {
    const checker = new ZoneChecker({
      origin: ORIGIN,
      now: this.now,
      temporaryFolder: join(folder, 'checks'),
      verifier: new RrsigVerifier(),
    })
    for (const { node } of this.nodes()) checker.node(node)
    const { findings } = checker.finish()
    const faults = findings.filter(({ check }) => !(isAlgorithmRollover && check === 'signature-without-key'))
    return faults.map(({ check, owner, message }) => `${owner} ${check} ${message}`)
  }

  /** The keys with signatures in the zone, DNSKEY, CDS and CDNSKEY apart. */
  signers(): Set<number> {
    const data = this.nodes().flatMap(({ node }) => node.rrsets)
    const ofKeys: number[] = [RRType.DNSKEY, RRType.CDS, RRType.CDNSKEY]
    return new Set(
      data.filter(({ type }) => !ofKeys.includes(type)).flatMap(({ signatures }) => signatures.map(Rrsig.keyTag)),
    )
  }

  async change(text: string) {
    return this.zone.change(changesFromText(this.zone.updater.snapshot, text), this.now)
  }

  request(change: Parameters<KeySetFile['update']>[0]): void {
    new KeySetFile(this.keys, ORIGIN).update(change)
  }

  close(): Promise<void> {
    return this.zone.close()
  }
}

describe('a zone that is kept signed', () => {
  test('makes keys on its first load, and is valid', async () => {
    const kept = await Kept.begin()
    expect(kept.faults()).toEqual([])
    await kept.settle()
    expect(kept.faults()).toEqual([])
    expect(kept.apex(RRType.DNSKEY)?.rdatas).toHaveLength(2)
    await kept.close()
  })

  test('signs changes: a DS gained and lost, a delegation made and deleted, data under an empty non-terminal', async () => {
    const kept = await Kept.begin()
    await kept.settle()
    const ds = `1 13 2 ${'cd'.repeat(32)}`
    for (const text of [
      `add d1.zz. 3600 DS ${ds}`,
      'add new.zz. 7200 NS ns.example.',
      'add a.b.c.zz. 60 TXT deep\ndelete txt.zz.',
      `delete d1.zz. DS ${ds}`,
      'delete a.b.c.zz. TXT\ndelete d2.zz.',
    ]) {
      const { serial } = kept.zone.updater.info
      expect((await kept.change(text))?.serial, text).toBe(serial + 1)
      expect(kept.faults(), text).toEqual([])
    }
    expect(await kept.change('add d3.zz. 7200 NS ns3.example.net.')).toBeUndefined()
    await kept.close()
  })

  test('renews signatures before they are due, never all at once, and none that is not due', async () => {
    const kept = await Kept.begin()
    await kept.settle()
    let most = 0
    let all = 0
    for (let hour = 0; hour < 12 * 24; hour++) {
      const renewed = await kept.advance(HOUR)
      most = Math.max(most, renewed)
      all += renewed
      if (hour % 24 === 0) expect(kept.faults()).toEqual([])
    }
    const signed = kept.nodes().flatMap(({ node }) => node.rrsets.filter(({ signatures }) => signatures.length > 0))
    expect(all).toBeGreaterThanOrEqual(signed.length)
    expect(all).toBeLessThan(4 * signed.length)
    expect(most).toBeLessThan(signed.length / 2)
    await kept.close()
  })

  test('a slice that was refused is looked at again (a sweep once went on behind it, and called itself complete)', async () => {
    const kept = await Kept.begin()
    await kept.settle()
    // All signatures are due, and none has expired.
    kept.now += 7.5 * DAY
    let commits = 0
    kept.ask = () => {
      // The first is the apex, which is renewed by itself.
      if (++commits > 1) throw new Error('refused')
    }
    for (let tries = 0; tries < 3; tries++) await expect(kept.zone.turn(kept.now)).rejects.toThrow('refused')
    kept.ask = () => {}
    await kept.settle()
    kept.now += 2.5 * DAY
    expect(kept.faults()).toEqual([])
    await kept.close()
  })

  test.each([
    ['ZSK', (kept: Kept) => kept.request((state) => requestRollover(state, ['zsk']))],
    ['KSK', (kept: Kept) => kept.request((state) => requestRollover(state, ['ksk']))],
    ['algorithm', (kept: Kept) => kept.request((state) => requestAlgorithm(state, DnssecAlgorithm.ED25519))],
  ])(
    '%s rollover: valid at every hour, interrupted at every hour, and the old keys are gone at its end',
    async (kind, request) => {
      const kept = await Kept.begin(POLICY, 12)
      for (let hour = 0; hour < 24; hour++) await kept.advance(HOUR)
      const before = kept.apex(RRType.DNSKEY)!.rdatas.map((rdata) => Buffer.from(rdata).toString('base64'))
      request(kept)
      for (let hour = 0; hour < 5 * 24; hour++) {
        await kept.reopen()
        kept.askParent()
        await kept.advance(HOUR)
        expect(kept.faults(kind === 'algorithm'), `hour ${hour}`).toEqual([])
      }
      const after = kept.apex(RRType.DNSKEY)!.rdatas.map((rdata) => Buffer.from(rdata).toString('base64'))
      expect(after).toHaveLength(2)
      expect(after).not.toEqual(before)
      expect(kept.signers().size).toBe(1)
      const cds = kept.apex(RRType.CDS)!.rdatas
      const matched = after.some((text) => {
        const digest = dsOfKey(ORIGIN, Buffer.from(text, 'base64'), DigestType.SHA256)!
        return cds.some((rdata) => Buffer.compare(rdata, digest) === 0)
      })
      expect(matched).toBe(true)
      await kept.close()
    },
  )

  test('a KSK is rolled over though no server of the parent can be asked, when an operator tells what it shows', async () => {
    const kept = await Kept.begin(POLICY, 12, false)
    const tell = (sight: 'there' | 'gone', id: string) =>
      kept.request((state) => reportDs(state, { id, sight, at: kept.now, ttl: HOUR }, kept.now))
    const awaited = async () => (await kept.zone.turn(kept.now)).awaited
    for (let hour = 0; hour < 24; hour++) await kept.advance(HOUR)
    const [first] = await awaited()
    expect(first).toMatchObject({ sight: 'there' })
    tell('there', first!.id)
    for (let hour = 0; hour < 24; hour++) await kept.advance(HOUR)
    expect(await awaited()).toEqual([])

    kept.request((state) => requestRollover(state, ['ksk']))
    // Nobody tells for a while: both keys stay.
    for (let hour = 0; hour < 48; hour++) await kept.advance(HOUR)
    expect(kept.apex(RRType.DNSKEY)!.rdatas).toHaveLength(3)
    const both = await awaited()
    expect(both.map(({ sight }) => sight).sort()).toEqual(['gone', 'there'])
    for (const { id, sight } of both) tell(sight, id)
    for (let hour = 0; hour < 48; hour++) {
      await kept.reopen()
      await kept.advance(HOUR)
      expect(kept.faults(), `hour ${hour}`).toEqual([])
    }
    expect(await awaited()).toEqual([])
    expect(kept.apex(RRType.DNSKEY)!.rdatas).toHaveLength(2)
    expect(both.find(({ sight }) => sight === 'gone')!.id).toBe(first!.id)
    await kept.close()
  })

  test('what cannot be changed is refused with its line, and nothing has changed', async () => {
    const kept = await Kept.begin()
    await kept.settle()
    const { serial } = kept.zone.updater.info
    for (const [text, problem] of [
      ['add x.example. 60 A 192.0.2.1', /line 1: .*outside zz\./],
      ['add y.zz. 60 A 192.0.2.1\nadd z.zz. 60 A 1.2.3', /line 2: /],
      ['delete d0.zz. NS ns9.example.net.', /line 1: d0\.zz\. has no such NS record/],
      ['rename d0.zz.', /line 1: 'rename'/],
      ['add q.zz. 60 RRSIG A 13 2 60 20300101000000 20200101000000 1 zz. AAAA', /made by signing/],
    ] as const) {
      await expect(kept.change(text), text).rejects.toThrow(problem)
    }
    expect(kept.zone.updater.info.serial).toBe(serial)
    expect(nameToText(ORIGIN)).toBe('zz.')
    await kept.close()
  })
})
