import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { DEFAULT_POLICY, KeySetFile, type SigningPolicy } from '../../dnssec/keys/index.ts'
import { RrsigVerifier } from '../../dnssec/verify/index.ts'
import { RRType } from '../../iana/index.ts'
import { nameFromText } from '../../wire/index.ts'
import { ZoneChecker } from '../../zone/checks/index.ts'
import { type RRset, Rrsig, sortKey, type ZoneNode } from '../../zone/index.ts'
import { loadZone } from '../load.ts'
import { changesFromText } from './change-text.ts'
import { KeyLife } from './key-life.ts'
import { SignedZone } from './signed-zone.ts'
import { resignKept, signingOfWhole } from './whole.ts'

export const ORIGIN = nameFromText('zz.')
export const HOUR = 3600
export const DAY = 24 * HOUR
const folder = mkdtempSync(join(tmpdir(), 'zonecut-signed-zone-'))
afterAll(() => rmSync(folder, { recursive: true }))
let zones = 0

export const POLICY: SigningPolicy = {
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
export class Kept {
  readonly dataDir: string
  readonly file: string
  keys: string
  policy: SigningPolicy
  now: number
  zone!: SignedZone
  asksParent = true
  /** Asked before each commit; what it throws refuses the commit. */
  ask: () => void = () => {}

  constructor(policy: SigningPolicy) {
    this.policy = policy
    this.dataDir = join(folder, `data${++zones}`)
    this.keys = join(folder, `keys${zones}`)
    this.file = join(folder, `zone${zones}`)
    this.now = Math.floor(Date.now() / 1000)
  }

  static async begin(policy: SigningPolicy = POLICY, delegations = 40, asksParent = true): Promise<Kept> {
    const kept = new Kept(policy)
    kept.asksParent = asksParent
    writeFileSync(kept.file, zoneText(delegations))
    await kept.load()
    kept.open()
    return kept
  }

  /** The zone must not be open. */
  async load(): Promise<void> {
    const store = { kind: 'files', folder: this.keys } as const
    const signing = signingOfWhole(new KeyLife(ORIGIN, this.policy, store), store, this.now)
    const result = await loadZone({ dataDir: this.dataDir, origin: ORIGIN, file: this.file, signing })
    expect(result.findings.findings.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(result.ok).toBe(true)
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

  /** Signed anew as a whole, as the policy says now. */
  async resign(options: { trustsClock?: boolean } = {}): Promise<void> {
    await this.zone.close()
    const { dataDir, policy, now } = this
    const keys = { kind: 'files', folder: this.keys } as const
    try {
      const { ok } = await resignKept({ dataDir, origin: ORIGIN, policy, keys, now, ...options })
      expect(ok).toBe(true)
    } finally {
      this.open()
    }
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
