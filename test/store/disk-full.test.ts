import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadZone, ZoneUpdater } from '../../src/pipeline/index.ts'
import { openZone, StoreError } from '../../src/store/index.ts'
import { nameFromText } from '../../src/wire/index.ts'
import type { RRsetChange } from '../../src/zone/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'zonecut-disk-'))
const disk = join(folder, 'disk')

/** A small disk of its own; undefined where this user may not mount one. */
function mountSmallDisk(): string | undefined {
  mkdirSync(disk)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', disk], { stdio: 'pipe' })
    return disk
  } catch {
    return undefined
  }
}

const mounted = mountSmallDisk()
afterAll(() => {
  if (mounted) execFileSync('umount', [mounted])
  rmSync(folder, { recursive: true })
})

const origin = nameFromText('zz.')

function zoneFile(name: string, delegations: number): string {
  const file = join(folder, name)
  const lines = ['$ORIGIN zz.', '$TTL 3600', '@ SOA ns.example. host.example. 1 2 3 4 5', '@ NS ns.example.']
  for (let i = 0; i < delegations; i++) lines.push(`domain${i} NS ns1.hoster${i % 7}.example.`)
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

describe('on a disk without room', () => {
  it.skipIf(!mounted)(
    'a load says so, leaves nothing behind, and the version before goes on (root mounts the disk)',
    async () => {
      const small = await loadZone({ dataDir: disk, origin, file: zoneFile('small.zone', 2000) })
      expect(small.ok).toBe(true)
      const large = zoneFile('large.zone', 150_000)
      for (const memory of [undefined, 1 << 20]) {
        const load = loadZone({ dataDir: disk, origin, file: large, ...(memory ? { memory } : {}) })
        await expect(load).rejects.toThrow(StoreError)
        await expect(load).rejects.toThrow(/the disk is full.*the version served before goes on/)
      }
      const snapshot = openZone(disk, origin)
      expect(snapshot.info.delegations).toBe(2000)
      snapshot.close()
      // Nothing stands in the way of the next load.
      expect((await loadZone({ dataDir: disk, origin, file: zoneFile('small.zone', 2001) })).ok).toBe(true)
    },
  )

  it.skipIf(!mounted)(
    'an update says so and changes nothing, and the next goes on once there is room (root mounts the disk)',
    async () => {
      rmSync(join(disk, 'zz'), { recursive: true, force: true })
      expect((await loadZone({ dataDir: disk, origin, file: zoneFile('small.zone', 2000) })).ok).toBe(true)
      const updater = ZoneUpdater.open(disk, origin)
      const before = openZone(disk, origin)
      const { bavail, bsize } = statfsSync(disk)
      const filler = join(disk, 'filler')
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - (1 << 20))))
      // Each writes more than is free, of which the first pages still find room.
      const added = Array.from({ length: 6000 }, (_, i): RRsetChange => {
        const rdata = nameFromText(`ns1.a-nameserver-of-some-length-${i}.example.`)
        return {
          owner: nameFromText(`another-name-of-some-length-${i}.zz.`),
          type: 2,
          rrset: { type: 2, ttl: 60, rdatas: [rdata], signatures: [] },
        }
      })
      for (let attempt = 0; attempt < 3; attempt++) {
        expect(() => updater.apply(added)).toThrow(StoreError)
        expect(() => updater.apply(added)).toThrow(/the disk is full/)
        expect(updater.info).toEqual(before.info)
        const after = openZone(disk, origin)
        expect(after.info).toEqual(before.info)
        expect([...after.nodes()]).toEqual([...before.nodes()])
        after.close()
      }
      before.close()
      rmSync(filler)
      const { info } = updater.apply(added)
      expect(info.delegations).toBe(8000)
      expect([...updater.snapshot.nodes()].length).toBe(info.owners)
      await updater.close()
    },
  )
})
