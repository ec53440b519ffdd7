import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FileKeyStore, type SigningKey } from '../../src/dnssec/keystore/index.ts'
import { dsOfKey } from '../../src/dnssec/verify/index.ts'
import { algorithmToText, RRType } from '../../src/iana/index.ts'
import { nameFromText, rdataToText } from '../../src/wire/index.ts'
import { temporaryFolder, toolPath } from '../peers/index.ts'
import { describeWithTools } from '../peers/suite.ts'

const ALGORITHMS = [8, 10, 13, 14, 15, 16]
const zz = nameFromText('zz.')

function run(tool: string, args: readonly string[], folder: string): string {
  return execFileSync(toolPath(tool), [...args], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

function pair(store: FileKeyStore, algorithm: number): SigningKey[] {
  const timing = { publish: 1_700_000_000, activate: 1_700_000_000 }
  return [true, false].map((isSep) => store.generate({ origin: zz, algorithm, isSep, timing }))
}

const ZONE = `$TTL 3600
zz. SOA ns.zz. hostmaster.zz. 1 7200 3600 604800 3600
zz. NS ns.zz.
ns.zz. A 192.0.2.1
`

describe.each(ALGORITHMS)('algorithm %d', (algorithm) => {
  describeWithTools('with keys of BIND', ['dnssec-keygen'], () => {
    test('reads them, and copies them as they are', () => {
      const folder = temporaryFolder('bind-keys')
      const name = algorithmToText(algorithm)
      const options = ['-q', '-a', name, ...(algorithm < 13 ? ['-b', '2048'] : [])]
      const ids = [[], ['-f', 'KSK', '-I', '+1mo', '-D', '+2mo', '-P', 'sync', '+1d']].map((more) =>
        run('dnssec-keygen', [...options, ...more, 'zz.'], folder).trim(),
      )
      const store = new FileKeyStore(folder)
      expect(store.list(zz).map(({ id }) => id)).toEqual([...ids].sort())
      const copies = new FileKeyStore(join(temporaryFolder('copies'), 'keys'))
      for (const id of ids) {
        expect(store.open(id).id).toBe(id)
        copies.importKey(join(folder, id), zz)
        const lines = (path: string) => readFileSync(path, 'utf8').split('\n').sort()
        expect(lines(join(copies.folder, `${id}.private`))).toEqual(lines(join(folder, `${id}.private`)))
        expect(copies.open(id).dnskey).toEqual(store.open(id).dnskey)
      }
      expect(store.list(zz).find(({ isSep }) => isSep)!.timing.delete).toBeGreaterThan(Date.now() / 1000 + 50 * 86_400)
    })
  })

  describeWithTools('with keys of ldns', ['ldns-keygen'], () => {
    test('reads them', () => {
      const folder = temporaryFolder('ldns-keys')
      const id = run('ldns-keygen', ['-a', algorithmToText(algorithm), '-k', 'zz'], folder).trim()
      const ds = readFileSync(join(folder, `${id}.ds`), 'utf8')
        .trim()
        .split(/\s+/)
        .slice(3)
      const store = new FileKeyStore(folder)
      const [key] = store.list(zz)
      expect(key!.id).toBe(id)
      store.open(id)
      expect(rdataToText(RRType.DS, dsOfKey(zz, key!.dnskey, Number(ds[2]))!).toLowerCase()).toBe(ds.join(' '))
      store.setTiming(id, { publish: 1_700_000_000 })
      expect(store.open(id).keyTag).toBe(key!.keyTag)
    })
  })

  describeWithTools("BIND's tools", ['dnssec-signzone', 'dnssec-verify'], () => {
    test('sign with ours', () => {
      const store = new FileKeyStore(temporaryFolder('our-keys'))
      pair(store, algorithm)
      writeFileSync(join(store.folder, 'zz.zone'), ZONE)
      run('dnssec-signzone', ['-S', '-K', '.', '-o', 'zz', '-f', 'signed', 'zz.zone'], store.folder)
      const output = run('dnssec-verify', ['-o', 'zz', 'signed'], store.folder)
      expect(output).toContain(`- ${algorithmToText(algorithm)}`)
      const signed = readFileSync(join(store.folder, 'signed'), 'utf8')
      for (const { keyTag } of store.list(zz)) expect(signed).toMatch(new RegExp(` key id = ${keyTag}\\b`))
    })
  })

  describeWithTools("BIND's tools", ['dnssec-dsfromkey', 'dnssec-settime'], () => {
    test('have the same DS, and the same moments', () => {
      const store = new FileKeyStore(temporaryFolder('our-keys'))
      const [ksk] = pair(store, algorithm)
      const ds = run('dnssec-dsfromkey', ['-a', 'SHA-256', '-a', 'SHA-384', ksk!.id], store.folder)
      const ours = [2, 4].map((type) => `zz. IN DS ${rdataToText(RRType.DS, dsOfKey(zz, ksk!.dnskey, type)!)}\n`)
      const plain = (text: string) => text.replaceAll(' ', '').toUpperCase()
      expect(plain(ds)).toBe(plain(ours.join('')))

      store.setTiming(ksk!.id, { publish: 1_700_000_000, activate: 1_700_003_600 })
      expect(run('dnssec-settime', ['-u', '-p', 'P', '-p', 'A', ksk!.id], store.folder)).toBe(
        'Publish: 1700000000\nActivate: 1700003600\n',
      )
      run('dnssec-settime', ['-I', '20300101000000', '-D', '20300201000000', ksk!.id], store.folder)
      const { timing } = store.list(zz).find(({ isSep }) => isSep)!
      expect(timing).toMatchObject({ publish: 1_700_000_000, activate: 1_700_003_600 })
      expect([timing.inactive, timing.delete]).toEqual([1_893_456_000, 1_896_134_400])
      expect(store.open(ksk!.id).keyTag).toBe(ksk!.keyTag)
      const files = readdirSync(store.folder).filter((name) => name.endsWith('.private'))
      for (const name of files) expect(statSync(join(store.folder, name)).mode & 0o777).toBe(0o600)
    })
  })
})

describeWithTools('names of files', ['dnssec-keygen'], () => {
  test.each(['.', 'zz', 'A-b_c.ZZ', 'a\\/b.zz', 'a\\.b.zz', '\\000\\200.zz', '*.zz'])(
    'of %s are those of BIND',
    (zone) => {
      const folder = temporaryFolder('names')
      const id = run('dnssec-keygen', ['-q', '-a', 'ED25519', zone], folder).trim()
      expect(readdirSync(folder).sort()).toEqual([`${id}.key`, `${id}.private`])
      expect(new FileKeyStore(folder).list(nameFromText(zone)).map((key) => key.id)).toEqual([id])
      expect(new FileKeyStore(folder).open(id).id).toBe(id)
    },
  )
})
