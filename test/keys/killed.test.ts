import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { KeySetFile } from '../../src/dnssec/keys/index.ts'
import { FileKeyStore } from '../../src/dnssec/keystore/index.ts'
import { nameFromText } from '../../src/wire/index.ts'
import { temporaryFolder } from '../peers/index.ts'

const zz = nameFromText('zz.')
const HOURS = 24 * 40
const module = (path: string) => JSON.stringify(join(import.meta.dirname, '../..', path))

/**
 * A program that lives through hours one after the other: it advances the keys, does what it is told, and shows the
 * zone to a parent that follows at once. The hour and what is shown are in a file that is replaced whole.
 */
const program = (folder: string) => `
import { advance, carryOut, DEFAULT_POLICY, KeySetFile, parentRequest, publication, requestAlgorithm } from ${module('src/dnssec/keys/index.ts')}
import { FileKeyStore } from ${module('src/dnssec/keystore/index.ts')}
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
const origin = Uint8Array.of(2, 122, 122, 0)
const folder = ${JSON.stringify(folder)}
const policy = { ...DEFAULT_POLICY, lifetimes: { zsk: 86400 * 7, ksk: 86400 * 12 }, purgeAfter: 86400 }
const store = new FileKeyStore(folder + '/keys')
const file = new KeySetFile(folder + '/keys', origin)
const path = folder + '/world.json'
const base64 = (rdata) => Buffer.from(rdata).toString('base64')
let world = existsSync(path)
  ? JSON.parse(readFileSync(path, 'utf8'))
  : { hour: 0, served: { dnskeys: [], dnskeyTtl: 0, signatures: {}, maxTtl: 3600, cds: [] } }
while (world.hour < ${HOURS}) {
  const now = 1800000000 + world.hour * 3600
  const stored = store.list(origin)
  const parent = { at: now, ttl: 3600, everywhere: world.served.cds, anywhere: world.served.cds }
  let actions = []
  const state = file.update((before) => {
    const asked = world.hour === 500 && before.algorithm === null ? requestAlgorithm(before, 15) : before
    const result = advance(asked, policy, { stored, served: world.served, parent }, now)
    actions = result.actions
    return result.state
  })
  const left = carryOut(store, origin, actions)
  if (left.some(({ kind }) => kind === 'missing-key' || kind === 'lost-ds')) throw new Error(JSON.stringify(left))
  const { dnskeys, signZoneWith } = publication(state)
  for (const id of signZoneWith) store.open(id)
  const served = left.some(({ kind }) => kind === 'publish')
    ? {
        dnskeys,
        dnskeyTtl: dnskeys.length === 0 ? 0 : policy.dnskeyTtl,
        signatures: Object.fromEntries(signZoneWith.map((id) => [id, 'all'])),
        maxTtl: 3600,
        cds: parentRequest(state, policy).cds.map(base64),
      }
    : world.served
  world = { hour: world.hour + 1, served }
  writeFileSync(path + '.new', JSON.stringify(world))
  renameSync(path + '.new', path)
}`

test('a program killed at random moments carries every rollover to its end', { timeout: 240_000 }, async () => {
  const folder = temporaryFolder('killed')
  mkdirSync(join(folder, 'keys'))
  const hour = () => {
    const path = join(folder, 'world.json')
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { hour: number }).hour : 0
  }
  let kills = 0
  for (let runs = 0; runs < 200 && hour() < HOURS; runs++) {
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program(folder)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let errors = ''
    child.stderr.on('data', (text: Buffer) => {
      errors += text.toString()
    })
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    const began = hour()
    // Until it works, and then for a moment of some length.
    while (hour() === began && child.exitCode === null) await sleep(5)
    if (kills < 15) {
      await sleep(20 + ((runs * 97) % 200))
      if (child.exitCode === null && child.kill('SIGKILL')) kills++
    }
    expect([await ended, errors]).toEqual([expect.toSatisfy((status: unknown) => status === 0 || status === null), ''])
  }
  expect(hour()).toBe(HOURS)
  expect(kills).toBeGreaterThanOrEqual(10)

  const state = new KeySetFile(join(folder, 'keys'), zz).read()
  const inUse = state.keys.filter(({ goal }) => goal === 'use')
  expect(inUse.map(({ role, algorithm }) => `${role}/${algorithm}`).sort()).toEqual(['ksk/15', 'zsk/15'])
  // No key was made in vain: whatever is in the store has a place in the state.
  const stored = new FileKeyStore(join(folder, 'keys')).list(zz).map(({ id }) => id)
  expect(stored.filter((id) => !state.keys.some((key) => key.id === id))).toEqual([])
  expect(readdirSync(join(folder, 'keys')).filter((name) => name.endsWith('.key')).length).toBe(stored.length)
})
