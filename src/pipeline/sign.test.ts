import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DEFAULT_POLICY } from '../dnssec/keys/index.ts'
import { FileKeyStore } from '../dnssec/keystore/index.ts'
import { NoSigningKeyError } from '../dnssec/sign/index.ts'
import { DnssecAlgorithm } from '../iana/index.ts'
import { nameFromText } from '../wire/index.ts'
import { checkZoneFile, type SignOptions, type SignResult, signZoneFile } from './index.ts'

const NOW = 1_790_000_000
const ZZ = nameFromText('zz.')
const ZONE = `
@ 3600 IN SOA a.nic hostmaster 41 1800 900 604800 900
@ 3600 NS a.nic
a.nic 3600 A 192.0.2.1
plain 3600 NS ns.example.
secure 3600 NS ns.secure
secure 3600 DS 1 13 2 571242425051c1ccd17f9acae01f5057ca02135e92b1d3f28ede0d7ac3baea9e
ns.secure 3600 A 192.0.2.4
one.co 3600 NS ns.example.
*.wild 3600 TXT x
`

let folder: string
let keys: FileKeyStore
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zonecut-sign-file-test-'))
  keys = new FileKeyStore(join(folder, 'keys'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const newKey = (isSep: boolean, timing = {}) =>
  keys.generate({ origin: ZZ, algorithm: DnssecAlgorithm.ECDSAP256SHA256, isSep, timing })

async function sign(zone: string, options: Partial<SignOptions> = {}): Promise<SignResult & { text: string }> {
  const file = join(folder, 'zone')
  writeFileSync(file, zone)
  let written = Buffer.alloc(0)
  const result = await signZoneFile({
    origin: ZZ,
    file,
    keys: { kind: 'files', folder: keys.folder },
    now: NOW,
    threads: 0,
    write(text) {
      written = Buffer.concat([written, text])
    },
    rewrite(position, text) {
      written.set(text, position)
    },
    ...options,
  })
  return { ...result, text: written.toString('latin1') }
}

async function findings(text: string) {
  const file = join(folder, 'signed')
  writeFileSync(file, text, 'latin1')
  const { problems, findings } = await checkZoneFile({ origin: ZZ, file, now: NOW })
  expect(problems).toEqual([])
  return findings.findings
}

/** What stands in the text but for signatures, whose octets differ each time. */
const withoutSignatures = (text: string) => text.split('\n').filter((line) => !line.includes('\trrsig\t'))

describe('a signed file', () => {
  test.each(['nsec', 'nsec3', 'nsec3-opt-out'] as const)('with %s passes every check', async (denial) => {
    newKey(true)
    newKey(false)
    const { ok, text, serial } = await sign(ZONE, { policy: { denial, zonemd: 'both' } })
    expect({ ok, serial }).toEqual({ ok: true, serial: 42 })
    expect(await findings(text)).toEqual([])
    expect(readFileSync(join(folder, 'signed'), 'latin1').startsWith('zz.\t3600\tin\tsoa\t')).toBe(true)
  })

  test('signed again differs in nothing but its serial and its signatures', async () => {
    newKey(true)
    const first = await sign(ZONE, { policy: { zonemd: 'sha384' } })
    const second = await sign(first.text, { policy: { zonemd: 'sha384', serial: 'keep' } })
    expect(second.stripped).toBeGreaterThan(10)
    expect(second.records).toBe(9)
    const lines = (text: string) => withoutSignatures(text).filter((line) => !line.includes('\tzonemd\t'))
    expect(lines(second.text)).toEqual(lines(first.text))
    expect(await findings(second.text)).toEqual([])
  })

  test('holds signatures in the canonical order of its names, one record a line', async () => {
    newKey(true)
    const { text } = await sign(ZONE, { policy: { denial: 'nsec' } })
    const owners = text
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t')[0])
    expect([...new Set(owners)]).toEqual([
      'zz.',
      'one.co.zz.',
      'a.nic.zz.',
      'plain.zz.',
      'secure.zz.',
      'ns.secure.zz.',
      '*.wild.zz.',
    ])
  })

  test('takes a salt', async () => {
    newKey(true)
    const { text } = await sign(ZONE, { policy: { salt: Uint8Array.of(0xab, 0xcd) } })
    expect(text).toContain('\tnsec3param\t1 0 0 abcd\n')
    expect((await findings(text)).map(({ check }) => check)).toEqual(['nsec3-salt'])
  })

  test('whose name is also the hash of a name', async () => {
    newKey(true)
    // The hash of plain.zz. without salt, as a name of the zone.
    const first = await sign(ZONE, { policy: { denial: 'nsec3' } })
    const hash = first.text
      .split('\n')
      .find((line) => line.includes('\tnsec3\t') && line.endsWith(' NS'))!
      .split('.')[0]!
    for (const data of [`${hash} 3600 TXT x`, `${hash} 3600 NS ns.example.`]) {
      const { text } = await sign(`${ZONE}${data}\n`, { policy: { denial: 'nsec3' } })
      expect(text.split('\n').filter((line) => line.startsWith(`${hash}.`) && !line.includes('rrsig'))).toHaveLength(2)
    }
  })
})

test('a zone with errors is not signed', async () => {
  newKey(true)
  const wrong = await sign(ZONE.replace('secure 3600 NS ns.secure', 'secure 3600 CNAME ns.secure'))
  expect({ ok: wrong.ok, text: wrong.text, serial: wrong.serial }).toEqual({ ok: false, text: '', serial: undefined })
  expect(wrong.findings.errors).toBeGreaterThan(0)
  const unreadable = await sign(`${ZONE}x 3600 A nonsense\n`)
  expect(unreadable.ok).toBe(false)
  expect(unreadable.problems).toHaveLength(1)
  const without = await sign(ZONE.replace(/^@.*SOA.*$/m, ''))
  expect(without.findings.countsByCheck).toHaveProperty('soa-missing')
})

describe('keys', () => {
  test('none: nothing is signed', async () => {
    await expect(sign(ZONE)).rejects.toThrow(NoSigningKeyError)
  })

  test('are published and used as the moments in their files say', async () => {
    const future = newKey(false, { publish: NOW - 10, activate: NOW + 10 })
    const unpublished = newKey(false, { publish: NOW + 5, activate: NOW + 10 })
    const retired = newKey(false, { publish: NOW - 10, activate: NOW - 5, inactive: NOW })
    const gone = newKey(false, { activate: NOW - 10, inactive: NOW - 5, delete: NOW })
    const ksk = newKey(true)
    const zsk = newKey(false)
    const { published, signedWith, text } = await sign(ZONE)
    expect(new Set(published)).toEqual(new Set([future.id, retired.id, ksk.id, zsk.id]))
    expect(new Set(signedWith)).toEqual(new Set([ksk.id, zsk.id]))
    expect(text).not.toContain(` ${gone.keyTag} zz. `)
    expect(text).not.toContain(` ${unpublished.keyTag} zz. `)
    expect(await findings(text)).toEqual([])
  })
})

test('expirations keep to validity and jitter', async () => {
  newKey(true)
  const { text } = await sign(ZONE, { policy: { validity: 86_400, jitter: 3600, refresh: 0, inceptionOffset: 60 } })
  const times = [...text.matchAll(/ (\d{14}) (\d{14}) /g)].map((match) => match.slice(1).map(secondsOf))
  expect(times.length).toBeGreaterThan(8)
  for (const [expiration, inception] of times) {
    expect(inception).toBe(NOW - 60)
    expect(expiration).toBeLessThanOrEqual(NOW + 86_400)
    expect(expiration).toBeGreaterThanOrEqual(NOW + 82_800)
  }
  expect(DEFAULT_POLICY.validity).toBe(14 * 86_400)
})

function secondsOf(text: string): number {
  const [year, month, day, hour, minute, second] = text
    .match(/^(....)(..)(..)(..)(..)(..)$/)!
    .slice(1)
    .map(Number)
  return Date.UTC(year!, month! - 1, day, hour, minute, second) / 1000
}
