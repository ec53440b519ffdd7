import { execFileSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { advance, DEFAULT_POLICY, type KeyFacts, KeySetFile } from '../../src/dnssec/keys/index.ts'
import { FileKeyStore } from '../../src/dnssec/keystore/index.ts'
import { dsOfKey } from '../../src/dnssec/verify/index.ts'
import { nameFromText } from '../../src/wire/index.ts'
import { runCommand, runSuccessfully, toolPath } from '../peers/index.ts'
import { describeWithTools } from '../peers/suite.ts'
import { testFolder } from './folder.ts'

const zz = nameFromText('zz.')
const SHOWN: readonly string[] = ['rumoured', 'omnipresent']
const IDS = /Kzz\.\+\d{3}\+\d{5}/g

interface ListedKey {
  readonly id: string
  readonly role: string
  readonly stage: string
  readonly keyTag: number
}

/** `zonecut keys` in a folder. */
function keysOf(folder: string) {
  const options = ['--zone', 'zz', '--keys', folder]
  const keys = (...args: string[]) => runCommand('keys', ...args, ...options)
  const ok = async (...args: string[]) => (await runSuccessfully('keys', ...args, ...options)).stdout
  const listed = async () => (JSON.parse(await ok('list', '--json')) as { keys: ListedKey[] }).keys
  return { keys, ok, listed }
}

/** Lets the state go on until all its keys are in use, with a world that follows at once. */
function settle(folder: string, days = 5): void {
  const store = new FileKeyStore(folder)
  const begin = Math.floor(Date.now() / 1000)
  for (let now = begin; now < begin + days * 86_400; now += 3600) {
    new KeySetFile(folder, zz).update((state) => {
      const shown = (kind: 'dnskey' | 'signatures') => state.keys.filter((key) => SHOWN.includes(key[kind].phase))
      const dnskeys = shown('dnskey').map(({ id }) => id)
      const ds = state.keys.filter((key) => SHOWN.includes(key.ds.phase)).map(({ id }) => dsOf(store, id))
      const facts: KeyFacts = {
        stored: store.list(zz),
        served: {
          dnskeys,
          dnskeyTtl: dnskeys.length === 0 ? 0 : 3600,
          signatures: Object.fromEntries(shown('signatures').map(({ id }) => [id, 'all'])),
          maxTtl: 3600,
          cds: ds,
        },
        parent: { at: now, ttl: 3600, everywhere: ds, anywhere: ds },
      }
      const { state: next, actions } = advance(state, DEFAULT_POLICY, facts, now)
      for (const action of actions) {
        if (action.kind === 'generate')
          store.generate({ origin: zz, algorithm: action.algorithm, isSep: action.role !== 'zsk' })
      }
      return next
    })
  }
}

function dsOf(store: FileKeyStore, id: string): string {
  const { dnskey, keyTag, algorithm } = store.list(zz).find((key) => key.id === id)!
  const digest = dsOfKey(zz, dnskey, 2)!
  expect([digest[0], digest[1], digest[2]]).toEqual([keyTag >> 8, keyTag & 255, algorithm])
  return Buffer.from(digest).toString('base64')
}

describe('keys', () => {
  test.each(['', 'generate', 'list', 'show', 'import', 'retire', 'delete', 'ds', 'parent', 'rollover'])(
    '%s --help has examples',
    async (command) => {
      const { status, stdout } = await runCommand('keys', ...(command === '' ? [] : [command]), '--help')
      expect(status).toBe(0)
      expect(stdout).toContain('Examples:\n  zonecut keys ')
    },
  )

  const usage: readonly (readonly [args: string[], message: string])[] = [
    [['keys', 'generate'], "required option '--zone <origin>' not specified"],
    [['keys', 'generate', '--zone', 'a..b'], '--zone a..b: '],
    [['keys', 'generate', '--zone', 'zz', '--role', 'qsk'], '--role qsk: write ksk, zsk, csk or both'],
    [['keys', 'generate', '--zone', 'zz', '--algorithm', '5'], '--algorithm 5: write RSASHA256'],
    [['keys', 'generate', '--zone', 'zz', '--bits', '64'], '--bits 64: write a number from 1024 to 4096'],
    [['keys', 'ds', '--zone', 'zz', '--digest', 'sha1'], '--digest sha1: write sha256 or sha384'],
    [['keys', 'rollover', '--zone', 'zz', '--role', 'ksk', '--insecure'], 'give one of --role'],
    [['keys', 'parent', '--zone', 'zz'], 'give --ds-seen and --ds-gone, or --shows'],
    [['keys', 'parent', '--zone', 'zz', '--ds-seen', '1', '--shows', 'none'], 'give --ds-seen and --ds-gone, or'],
    [['keys', 'parent', '--zone', 'zz', '--shows', '1 13 2'], '--shows 1 13 2: '],
    [['keys', 'parent', '--zone', 'zz', '--shows', ''], '--shows: it is empty; write none'],
    [['keys', 'parent', '--zone', 'zz', '--ds-seen', '1', '--ttl', 'long'], 'long: a time is numbers with s, m'],
    [['keys', 'parent', '--zone', 'zz', '--ds-seen', '1', '--at', 'now'], '--at now: write YYYYMMDDHHMMSS'],
    [['keys', 'show', '--zone', 'zz'], "missing required argument 'key'"],
    [['keys', 'frob'], "unknown command 'frob'"],
  ]
  test.each(usage)('%s is a usage error', async (args, message) => {
    const { status, stderr, stdout } = await runCommand(...args)
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('    at ')
    expect(stdout).toBe('')
    expect(status).toBe(2)
  })

  test('makes, lists, shows and deletes spare keys', async () => {
    const folder = join(testFolder(), 'keys')
    const { ok, keys, listed } = keysOf(folder)
    expect(await ok('list')).toBe(`${folder} holds no keys of zz.\n`)
    const made = await ok('generate')
    expect(made).toMatch(
      /^made Kzz\.\+013\+\d{5}, a KSK of 256 bits, ECDSAP256SHA256\nmade Kzz\.\+013\+\d{5}, a ZSK of 256 bits/,
    )
    await ok('generate', '--role', 'zsk', '--algorithm', 'rsasha256', '--bits', '1024')
    const list = await ok('list')
    expect(list).toMatch(/^key +role +algorithm +stage +in use since\n/)
    expect(list.match(/ spare +-$/gm)).toHaveLength(3)
    expect(list).toMatch(/^Kzz\.\+008\+\d{5} +ZSK +RSASHA256\/1024 +spare/m)
    const [ksk] = (await listed()).filter(({ role }) => role === 'ksk')
    const shown = await ok('show', String(ksk!.keyTag))
    expect(shown).toContain(
      `${ksk!.id}  KSK, ECDSAP256SHA256, 256 bits, key tag ${ksk!.keyTag}: spare\n  zz. IN DNSKEY 257 3 13 `,
    )
    expect(shown).toContain(`  zz. IN DS ${ksk!.keyTag} 13 2 `)
    expect(await ok('delete', ksk!.id)).toBe(`deleted ${ksk!.id}\n`)
    expect((await keys('show', ksk!.id)).stderr).toContain(
      `there is no key ${ksk!.id} of zz. in ${folder}, but Kzz.+008`,
    )
    expect(readdirSync(folder)).toHaveLength(4)
  })

  test('rolls over what is in use, and deletes it only when it is gone', async () => {
    const folder = join(testFolder(), 'keys')
    const { ok, keys, listed } = keysOf(folder)
    expect((await keys('rollover')).stderr).toContain('no keys of zz. are in use')
    expect((await keys('ds')).stderr).toContain('the parent is to have no DS of zz. yet')
    await ok('generate')
    settle(folder)
    const before = await listed()
    expect(before.map(({ stage }) => stage)).toEqual(['in use', 'in use'])
    const idOf = (role: string) => before.find((key) => key.role === role)!.id
    expect(await ok('ds')).toMatch(new RegExp(`^zz\\. IN DS ${Number(idOf('ksk').slice(-5))} 13 2 [0-9A-Fa-f]{64}\n$`))
    expect(await ok('show', idOf('ksk'))).toMatch(/^ {2}DS +omnipresent since /m)

    const refused = await keys('delete', idOf('zsk'))
    expect([refused.status, refused.stderr]).toEqual([1, `zonecut: ${idOf('zsk')} is in use: retire it first\n`])
    expect(await ok('retire', idOf('zsk'))).toBe(`${idOf('zsk')} is to be followed by another ZSK\n`)
    expect(await ok('list')).toContain('to be rolled over: ZSK\n')
    settle(folder, 1 / 24)
    settle(folder, 1 / 24)
    expect((await keys('delete', idOf('zsk'))).stderr).toContain('is being retired, and caches may still need it')
    settle(folder)
    expect((await listed()).find(({ id }) => id === idOf('zsk'))!.stage).toBe('gone')
    await ok('delete', idOf('zsk'))
    expect((await listed()).map(({ stage }) => stage)).toEqual(['in use', 'in use'])

    expect(await ok('rollover')).toBe('to be rolled over: KSK, ZSK of zz.\n')
    settle(folder, 10)
    expect((await listed()).filter(({ stage }) => stage === 'in use').map(({ id }) => id)).not.toContain(idOf('ksk'))
    expect(await ok('rollover', '--algorithm', '15')).toBe('zz. is to be rolled over to ED25519\n')
    settle(folder, 10)
    const after = await listed()
    expect(after.filter(({ stage }) => stage === 'in use').map(({ id }) => id.slice(0, 8))).toEqual([
      'Kzz.+015',
      'Kzz.+015',
    ])
    expect(await ok('rollover', '--insecure')).toBe('zz. is to become insecure\n')
    settle(folder, 10)
    expect(new Set((await listed()).map(({ stage }) => stage))).toEqual(new Set(['gone']))
  })

  test('is told which DS the parent has', async () => {
    const folder = join(testFolder(), 'keys')
    const { ok, keys, listed } = keysOf(folder)
    await ok('generate')
    const ids = await listed()
    const [ksk, zsk] = ['ksk', 'zsk'].map((role) => ids.find((key) => key.role === role)!.id) as [string, string]
    const refused = async (...args: string[]) => {
      const { status, stderr } = await keys('parent', ...args)
      return [status, stderr]
    }
    expect(await refused('--ds-seen', ksk)).toEqual([1, `zonecut: ${ksk} is not in use in zz.\n`])
    settle(folder)
    expect(await refused('--ds-seen', '99999')).toEqual([1, expect.stringContaining('there is no key 99999 of zz.')])
    expect(await refused('--ds-seen', zsk)).toEqual([1, `zonecut: ${zsk} is a ZSK, to which no DS points\n`])
    expect(await refused('--ds-gone', ksk, '--at', '20990101000000')).toEqual([
      1,
      expect.stringContaining('2099-01-01T00:00:00Z is in the future'),
    ])
    expect(await refused('--ds-gone', ksk, '--ds-seen', ksk.slice(-5))).toEqual([
      2,
      `zonecut: ${ksk}: its DS can't be both seen and gone\n`,
    ])
    const { ds } = JSON.parse(await ok('show', ksk, '--json')) as { ds: string[] }
    const wrong = ds[0]!.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))
    expect(await refused('--shows', wrong)).toEqual([1, expect.stringContaining(`the digest is not that of ${ksk}`)])

    expect(await ok('show', ksk)).toMatch(
      /^ {2}parent {6}shows its DS, seen \S+ with a TTL of 3600 s: its servers were asked$/m,
    )
    const lines = `${ds[0]!}\n4711 13 2 ${'ab'.repeat(32)}\n`
    expect(await ok('parent', '--shows', lines, '--ttl', '2h')).toBe(
      `the parent shows the DS of ${ksk}\nnoted; a running server takes it up within a minute\n`,
    )
    expect(await ok('show', ksk)).toMatch(
      /^ {2}parent {6}shows its DS, seen \S+ with a TTL of 7200 s: told by an operator, and not taken up yet$/m,
    )
    expect(await ok('parent', '--ds-gone', ksk.slice(-5))).toContain(`the parent shows no DS of ${ksk}\nnoted; `)
    const told = JSON.parse(await ok('parent', '--shows', 'none', '--json')) as { told: object; reports: object[] }
    expect(told).toMatchObject({
      told: [{ id: ksk, sight: 'gone' }],
      reports: [{}, {}, { sight: 'gone', ttl: 86_400 }],
    })

    // The server's next look takes up all of it.
    new KeySetFile(folder, zz).update((state) => {
      const facts = { stored: new FileKeyStore(folder).list(zz), served: undefined, parent: undefined }
      return advance(state, DEFAULT_POLICY, facts, Math.floor(Date.now() / 1000)).state
    })
    expect(await ok('show', ksk)).toMatch(
      /^ {2}parent {6}shows no DS of it, seen \S+ with a TTL of 86400 s: told by an operator$/m,
    )
    expect(await ok('parent', '--ds-gone', ksk)).toContain('all of it is known already\n')
  })

  test('takes in keys, or none when one of them is at fault', async () => {
    const [there, here] = [join(testFolder(), 'keys'), join(testFolder(), 'keys')]
    const other = new FileKeyStore(there)
    const timing = { publish: 1_700_000_000, activate: 1_700_000_000 }
    const ksk = other.generate({ origin: zz, algorithm: 15, isSep: true, timing })
    const zsk = other.generate({ origin: zz, algorithm: 15, isSep: false, timing })
    const spare = other.generate({ origin: zz, algorithm: 15, isSep: false })
    const { ok, keys, listed } = keysOf(here)
    chmodSync(join(there, `${zsk.id}.private`), 0o644)
    const files = readdirSync(there).map((name) => join(there, name))
    const refused = await keys('import', ...files)
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/has mode 0644, open to others: chmod 600/),
    ])
    expect(await listed()).toEqual([])
    chmodSync(join(there, `${zsk.id}.private`), 0o600)
    const told = await ok('import', ...files)
    expect(told.split('\n').sort()).toEqual(
      ['', `imported ${ksk.id}: KSK, coming`, `imported ${zsk.id}: ZSK, coming`, `imported ${spare.id}: spare`].sort(),
    )
    expect(await ok('import', ...files)).toBe(told)
    expect(await ok('ds')).toContain(` ${ksk.keyTag} 15 2 `)
    for (const name of readdirSync(there)) {
      const text = readFileSync(join(there, name), 'utf8')
      expect(readFileSync(join(here, name), 'utf8').split('\n').sort()).toEqual(text.split('\n').sort())
    }
  })

  test('a state that is none is told with its file', async () => {
    const folder = testFolder({ 'Kzz.state.1.json': '{' })
    const { keys } = keysOf(folder)
    const { status, stderr } = await keys('list')
    expect(status).toBe(1)
    expect(stderr).toContain(`zonecut: ${join(folder, 'Kzz.state.1.json')}: no state of a zone's keys: `)
  })
})

describeWithTools('with keys of dnssec-keygen', ['dnssec-keygen', 'dnssec-dsfromkey'], () => {
  test('prints the DS that dnssec-dsfromkey prints', async () => {
    const folder = testFolder()
    const keygen = ['-q', '-K', folder, '-a', 'ECDSAP384SHA384', '-f', 'KSK', 'zz']
    const id = execFileSync(toolPath('dnssec-keygen'), keygen, { encoding: 'utf8' }).match(IDS)![0]
    const theirs = execFileSync(toolPath('dnssec-dsfromkey'), ['-a', 'SHA-384', id], { cwd: folder, encoding: 'utf8' })
    const ours = await keysOf(folder).ok('ds', id, '--digest', 'sha384')
    expect(ours.toUpperCase().replaceAll(' ', '')).toBe(theirs.toUpperCase().replaceAll(' ', ''))
    writeFileSync(join(folder, 'unrelated'), '')
    expect(await keysOf(folder).listed()).toHaveLength(1)
  })
})
