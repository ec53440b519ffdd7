import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/peers/index.ts'
import { nameFromText } from '../../wire/index.ts'
import { FileKeyStore } from '../keystore/index.ts'
import { advance } from './advance.ts'
import { emptyKeySet, type KeySet } from './key-set.ts'
import { KeySetFile } from './key-set-file.ts'
import { requestGoal } from './operator.ts'
import { KeyStateError, parseKeySet, printKeySet } from './parse.ts'
import { DEFAULT_POLICY } from './policy.ts'

const zz = nameFromText('zz.')

/** A state of two keys that are being published. */
function someState(folder: string): KeySet {
  const store = new FileKeyStore(folder)
  for (const isSep of [true, false]) store.generate({ origin: zz, algorithm: 13, isSep })
  const served = { dnskeys: [], dnskeyTtl: 0, signatures: {}, maxTtl: 3600, cds: [] }
  return advance(
    emptyKeySet('zz.'),
    DEFAULT_POLICY,
    { stored: store.list(zz), served, parent: undefined },
    1_800_000_000,
  ).state
}

describe('the stored state', () => {
  it('is that of no keys where none is stored', () => {
    const file = new KeySetFile(join(temporaryFolder('keys'), 'keys'), nameFromText('ZZ.'))
    expect(file.read()).toEqual(emptyKeySet('zz.'))
  })

  it('comes back as it was', () => {
    const folder = temporaryFolder('keys')
    const state = someState(folder)
    expect(state.keys).toHaveLength(2)
    expect(new KeySetFile(folder, zz).update(() => state)).toBe(state)
    expect(new KeySetFile(folder, zz).read()).toEqual(state)
    expect(parseKeySet('', printKeySet(state))).toEqual(state)
    const [name] = readdirSync(folder).filter((entry) => entry.endsWith('.json'))
    expect(name).toBe('Kzz.state.1.json')
    expect(statSync(join(folder, name!)).mode & 0o777).toBe(0o600)
    // Beside the keys it is none of them.
    expect(new FileKeyStore(folder).list(zz)).toHaveLength(2)
  })

  it('is kept in its last revisions, and not written where nothing changes', () => {
    const folder = temporaryFolder('keys')
    const file = new KeySetFile(folder, zz)
    for (let i = 0; i < 25; i++) file.update((state) => requestGoal(state, i % 2 === 0 ? 'insecure' : 'secure'))
    file.update((state) => ({ ...state }))
    const revisions = readdirSync(folder).map((name) => Number(/\.(\d+)\.json$/.exec(name)![1]))
    expect(revisions.sort((a, b) => a - b)).toEqual([16, 17, 18, 19, 20, 21, 22, 23, 24, 25])
    expect(file.read().goal).toBe('insecure')
  })

  it('is one for each zone', () => {
    const folder = temporaryFolder('keys')
    const zones = ['.', 'zz.', 'a.zz.', 'state.', 'zz.state.', 'a\\.zz.', '%.']
    for (const zone of zones)
      new KeySetFile(folder, nameFromText(zone)).update((state) => requestGoal(state, 'insecure'))
    expect(zones.map((zone) => new KeySetFile(folder, nameFromText(zone)).read().zone)).toEqual([
      '.',
      'zz.',
      'a.zz.',
      'state.',
      'zz.state.',
      'a\\.zz.',
      '%.',
    ])
    expect(readdirSync(folder)).toHaveLength(zones.length)
  })

  it('loses no change of several programs, one of which is killed', { timeout: 60_000 }, async () => {
    const folder = temporaryFolder('keys')
    const module = (name: string) => JSON.stringify(join(import.meta.dirname, name))
    const script = `
      import { KeySetFile } from ${module('key-set-file.ts')}
      const file = new KeySetFile(${JSON.stringify(folder)}, Uint8Array.of(2, 122, 122, 0))
      const add = (state) => ({ ...state, ttls: { ...state.ttls, ds: [{ ttl: (state.ttls.ds[0]?.ttl ?? 0) + 1, until: null }] } })
      for (let i = 0; i < 100; i++) { file.update(add); process.stdout.write('.') }`
    const writer = () =>
      spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
    const writers = [writer(), writer(), writer()]
    let written = 0
    const ended = writers.map(
      (child) =>
        new Promise<void>((resolve) => {
          child.stdout.on('data', (dots: Buffer) => {
            written += dots.length
            if (child === writers[0] && written > 20) child.kill('SIGKILL')
          })
          child.on('close', () => resolve())
        }),
    )
    await Promise.all(ended)
    const { ttl } = new KeySetFile(folder, zz).read().ttls.ds[0]!
    // The killed one may have stored a change without telling of it.
    expect(ttl - written).toBeGreaterThanOrEqual(0)
    expect(ttl - written).toBeLessThanOrEqual(1)
    expect(ttl).toBeGreaterThanOrEqual(200)
  })
})

describe('a file that is no state is refused, with the place', () => {
  const folder = temporaryFolder('keys')
  const text = printKeySet(someState(folder))
  const faults: readonly (readonly [string, (text: string) => string, string])[] = [
    ['cut off', (state) => state.slice(0, 100), 'JSON'],
    ['empty', () => '', 'JSON'],
    ['a list', () => '[]', 'the file is not an object'],
    ['of a later version', (state) => state.replace('"version": 1', '"version": 2'), 'version is not 1'],
    [
      'with another phase',
      (state) => state.replace('"rumoured"', '"rumored"'),
      'keys[0].dnskey.phase is not "hidden" or',
    ],
    [
      'with a text for a time',
      (state) => state.replace(/"since": \d+/, '"since": "now"'),
      'keys[0].dnskey.since is not a whole number',
    ],
    ['without keys', (state) => state.replace('"keys"', '"cays"'), 'keys is not a list'],
    ['with another role', (state) => state.replace('"ksk"', '"psk"'), 'keys[0].role is not "ksk" or "zsk" or "csk"'],
    [
      'with a tag too large',
      (state) => state.replace(/"keyTag": \d+/, '"keyTag": 65536'),
      'keys[0].keyTag is not a whole number up to',
    ],
    ['of another zone', (state) => state.replace('"zz."', '"yy."'), 'it is the state of yy.'],
  ]
  it.each(faults)('%s', (_, change, message) => {
    const path = join(temporaryFolder('keys'), 'Kzz.state.3.json')
    writeFileSync(path, change(text))
    const file = new KeySetFile(join(path, '..'), zz)
    expect(() => file.read()).toThrow(path)
    expect(() => file.read()).toThrow(message)
    expect(() => file.update((state) => state)).toThrow(KeyStateError)
    expect(readFileSync(path, 'utf8')).toBe(change(text))
  })

  it('whatever is wrong', () => {
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(20), fc.string({ maxLength: 5 }), (at, length, other) => {
        const changed = text.slice(0, at) + other + text.slice(at + length)
        try {
          advance(
            parseKeySet('', changed),
            DEFAULT_POLICY,
            { stored: [], served: undefined, parent: undefined },
            1_900_000_000,
          )
        } catch (error) {
          expect(error).toBeInstanceOf(KeyStateError)
        }
      }),
      { numRuns: 500 },
    )
  })
})
