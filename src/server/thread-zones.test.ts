import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { afterAll, expect, test } from 'vitest'
import { loadZone, ZoneUpdater } from '../pipeline/index.ts'
import { currentVersion, ZoneSnapshot } from '../store/index.ts'
import { nameFromText } from '../wire/index.ts'
import { createGenerations, GenerationCell, type ThreadData, type ZoneAssignment } from './messages.ts'
import { ThreadZones } from './thread-zones.ts'

const folder = mkdtempSync(join(tmpdir(), 'zonecut-thread-zones-'))
afterAll(() => rmSync(folder, { recursive: true }))

const origin = nameFromText('zz.')

async function load(serial: number): Promise<void> {
  const file = join(folder, 'zz.zone')
  writeFileSync(file, `zz. 60 SOA ns.example. host.example. ${serial} 2 3 4 5\nzz. 60 NS ns.example.\n`)
  expect((await loadZone({ dataDir: folder, origin, file })).ok).toBe(true)
}

/** One thread's zones, and what the main thread does with them. */
class Followed {
  readonly failures: string[] = []
  readonly #generations = new Int32Array(createGenerations(1))
  readonly #channel = new MessageChannel()
  readonly #zones: ThreadZones

  constructor(version: string, revision: number) {
    const data = {
      dataDir: folder,
      generations: this.#generations.buffer,
      slot: GenerationCell.FirstThread,
      zones: { generation: 0, zones: [assignment(version, revision)] },
      port: this.#channel.port2,
    } satisfies Partial<ThreadData>
    this.#zones = new ThreadZones(data as unknown as ThreadData, (_, error) =>
      this.failures.push((error as Error).message),
    )
  }

  tell(version: string, revision: number): void {
    const generation = Atomics.add(this.#generations, GenerationCell.Newest, 1) + 1
    this.#channel.port1.postMessage({ generation, zones: [assignment(version, revision)] })
    expect(this.#zones.takeUp()).toBeDefined()
    expect(Atomics.load(this.#generations, GenerationCell.FirstThread)).toBe(generation)
  }

  get served(): { serial: number; revision: number } | undefined {
    const { view } = this.#zones.table.entries[0]!
    if (!(view instanceof ZoneSnapshot)) return undefined
    const { serial, revision } = view.info
    return { serial, revision }
  }

  close(): void {
    this.#zones.close()
    this.#channel.port1.close()
  }
}

const assignment = (version: string, revision: number): ZoneAssignment => ({
  origin,
  version,
  revision,
  expired: false,
})

// A reload failed now and then when the zone was signed anew as a whole meanwhile: "ENOENT: no such file or directory".
test('a version that was updated, and replaced before the update was looked at, is gone on from without a failure', async () => {
  await load(1)
  const updater = ZoneUpdater.open(folder, origin)
  const thread = new Followed('v1', 0)
  expect(thread.served).toEqual({ serial: 1, revision: 0 })
  updater.apply([])
  thread.tell('v1', 1)
  expect(thread.served).toEqual({ serial: 1, revision: 1 })
  updater.apply([])
  await updater.close()
  await load(7)
  thread.tell('v1', 2)
  expect(thread.failures).toEqual([])
  expect(thread.served).toEqual({ serial: 7, revision: 0 })
  thread.tell('v2', 0)
  expect(thread.served).toEqual({ serial: 7, revision: 0 })
  expect(thread.failures).toEqual([])
  thread.close()
})

test('a version that cannot be looked at leaves the one before, and is told of', async () => {
  await load(8)
  const version = currentVersion(folder, origin)!
  const thread = new Followed(version, 0)
  rmSync(join(folder, 'zz', version), { recursive: true })
  thread.tell(version, 1)
  expect(thread.failures).toHaveLength(1)
  expect(thread.served).toEqual({ serial: 8, revision: 0 })
  thread.close()
})
