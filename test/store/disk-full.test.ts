import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadZone } from '../../src/pipeline/index.ts'
import { openZone, StoreError } from '../../src/store/index.ts'
import { nameFromText } from '../../src/wire/index.ts'

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
})
