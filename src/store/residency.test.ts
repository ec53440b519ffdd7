import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Residency } from './residency.ts'

it('brings a file into memory and says whether it could lock it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'zonecut-residency-'))
  try {
    writeFileSync(join(folder, 'data.mdb'), Buffer.alloc(40 << 20, 7))
    const residency = new Residency(folder)
    const { octets, locked, reason } = await residency.outcome
    expect(octets).toBe(40 << 20)
    if (locked) expect(reason).toBeUndefined()
    else expect(reason).toMatch(/limit on locked memory/)
    await residency.close()
    const given = new Residency(folder)
    await given.close()
    expect((await given.outcome).octets).toBe(40 << 20)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('follows a file that grows', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'zonecut-residency-'))
  try {
    const file = join(folder, 'data.mdb')
    writeFileSync(file, Buffer.alloc(1 << 20, 7))
    const residency = new Residency(folder)
    expect((await residency.outcome).octets).toBe(1 << 20)
    appendFileSync(file, Buffer.alloc(1 << 20, 8))
    expect(residency.follow()).toBe(true)
    expect((await residency.outcome).octets).toBe(1 << 20)
    appendFileSync(file, Buffer.alloc(10 << 20, 8))
    expect(residency.follow()).toBe(true)
    const { octets, locked } = await residency.outcome
    if (locked) expect(octets).toBe(12 << 20)
    await residency.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})
