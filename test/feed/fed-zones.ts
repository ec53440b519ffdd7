import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { DEFAULT_POLICY } from '../../src/dnssec/keys/index.ts'
import { DEFAULT_FEED_TTL, DEFAULT_RULES } from '../../src/feed/index.ts'
import {
  adoptZone,
  type ChangeableZone,
  FedZone,
  KeyLife,
  loadZone,
  SignedZone,
  signingOfWhole,
  UnsignedZone,
} from '../../src/pipeline/index.ts'
import { nameFromText } from '../../src/wire/index.ts'
import type { ModelEvent } from './model.ts'

export const ORIGIN = nameFromText('zz.')

/** A zone to begin with, and what it is to the model. */
export const ZONE = `$ORIGIN zz.
$TTL 86400
@ SOA ns.example.net. host 1 7200 3600 1209600 600
@ NS ns.example.net.
d NS ns.example.net.
c NS ns.x.c
ns.x.c A 192.0.2.1
www TXT "www"
`
const nobodys = { registrar: null, statuses: [], ds: [] } as const
export const START: readonly ModelEvent['object'][] = [
  { kind: 'domain', name: 'd.zz.', ns: ['ns.example.net.'], ...nobodys },
  { kind: 'domain', name: 'c.zz.', ns: ['ns.x.c.zz.'], ...nobodys },
  { kind: 'host', name: 'ns.x.c.zz.', registrar: null, addrs: ['192.0.2.1'] },
  { kind: 'rrset', name: 'www.zz.', type: 'TXT', rdata: ['"www"'] },
]

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A folder of the test's own, removed after it. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'zonecut-feed-'))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A zone that follows a feed, opened anew as often as a test wants: what is not in its store is forgotten then. */
export class Restartable {
  readonly dataDir: string
  readonly #isSigned: boolean
  #zone!: ChangeableZone & { close(): Promise<void> }
  #fed!: FedZone

  private constructor(dataDir: string, isSigned: boolean) {
    this.dataDir = dataDir
    this.#isSigned = isSigned
  }

  static async begin(isSigned: boolean, dataDir = scratchFolder()): Promise<Restartable> {
    const one = new Restartable(dataDir, isSigned)
    await loadStart(dataDir, isSigned)
    cleanups.push(() => one.#zone.close())
    one.#open()
    await adoptZone(one.#zone, Date.now())
    await one.restart()
    return one
  }

  get fed(): FedZone {
    return this.#fed
  }

  get zone(): ChangeableZone {
    return this.#zone
  }

  async restart(): Promise<void> {
    await this.#zone.close()
    this.#open()
    this.#fed = new FedZone({
      zone: this.#zone,
      settings: { rules: DEFAULT_RULES, ttl: DEFAULT_FEED_TTL },
      brake: { share: undefined, count: undefined, window: 0 },
    })
  }

  #open(): void {
    const { dataDir } = this
    this.#zone = this.#isSigned
      ? new SignedZone({ dataDir, origin: ORIGIN, policy: DEFAULT_POLICY, keys: keysIn(dataDir) })
      : new UnsignedZone(dataDir, ORIGIN, 'increment')
  }
}

/** Loads the zone to begin with, before it follows its feed. */
export async function loadStart(dataDir: string, isSigned: boolean): Promise<void> {
  const file = join(scratchFolder(), 'zz.zone')
  writeFileSync(file, ZONE)
  const keys = keysIn(dataDir)
  const life = () => new KeyLife(ORIGIN, DEFAULT_POLICY, keys)
  const signing = isSigned ? { signing: signingOfWhole(life(), keys, Math.floor(Date.now() / 1000)) } : {}
  const { ok } = await loadZone({ dataDir, origin: ORIGIN, file, ...signing })
  if (!ok) throw new Error('the zone to begin with was refused')
}

export function keysIn(dataDir: string) {
  return { kind: 'files', folder: join(dataDir, 'keys') } as const
}
