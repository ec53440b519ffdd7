import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { policyContext } from '../../test/dnssec/load-signing.ts'
import { GateRefusal } from '../dnssec/gate/index.ts'
import type { SigningPolicy } from '../dnssec/keys/index.ts'
import { FileKeyStore, type SigningKey } from '../dnssec/keystore/index.ts'
import { dsOfKey } from '../dnssec/verify/index.ts'
import { DigestType, DnssecAlgorithm, RRType } from '../iana/index.ts'
import { zoneInfo } from '../store/index.ts'
import { nameFromText } from '../wire/index.ts'
import { exportZone, type LoadSigning, loadZone } from './index.ts'

const ZZ = nameFromText('zz.')
const ZONE = (serial: number) => `
@ 3600 IN SOA a.nic hostmaster ${serial} 1800 900 604800 900
@ 3600 NS a.nic
@ 3600 CDS 1 13 2 571242425051c1ccd17f9acae01f5057ca02135e92b1d3f28ede0d7ac3baea9e
@ 3600 NSEC a.nic NS SOA
a.nic 3600 A 192.0.2.1
plain 3600 NS ns.example.
secure 3600 NS ns.secure
secure 3600 DS 1 13 2 571242425051c1ccd17f9acae01f5057ca02135e92b1d3f28ede0d7ac3baea9e
ns.secure 3600 A 192.0.2.4
*.wild 3600 TXT x
`

let folder: string
let dataDir: string
let ksk: SigningKey
let zsk: SigningKey
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zonecut-signed-load-test-'))
  dataDir = join(folder, 'data')
  const keys = new FileKeyStore(join(folder, 'keys'))
  ksk = keys.generate({ origin: ZZ, algorithm: DnssecAlgorithm.ECDSAP256SHA256, isSep: true })
  zsk = keys.generate({ origin: ZZ, algorithm: DnssecAlgorithm.ECDSAP256SHA256, isSep: false })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface Given {
  readonly policy?: Partial<SigningPolicy>
  readonly signers?: readonly SigningKey[]
  readonly dnskeys?: readonly Uint8Array[]
  readonly ds?: readonly Uint8Array[]
}

function signing({ policy, signers = [ksk, zsk], dnskeys = [ksk.dnskey, zsk.dnskey], ds = [] }: Given): LoadSigning {
  return {
    context: policyContext(ZZ, signers, policy),
    published: { dnskeys, dnskeyTtl: 3600 },
    store: { kind: 'files', folder: join(folder, 'keys') },
    apex: [
      { type: RRType.CDS, ttl: 600, rdatas: [dsOfKey(ZZ, ksk.dnskey, DigestType.SHA256)!], signatures: [] },
      { type: RRType.CDNSKEY, ttl: 600, rdatas: [ksk.dnskey], signatures: [] },
    ],
    ds,
    threads: 0,
  }
}

function load(serial: number, given: Given = {}) {
  const file = join(folder, 'zone')
  writeFileSync(file, ZONE(serial))
  return loadZone({ dataDir, origin: ZZ, file, signing: signing(given) })
}

async function text(): Promise<string> {
  let written = ''
  await exportZone({
    dataDir,
    origin: ZZ,
    write(piece) {
      written += Buffer.from(piece).toString('latin1')
    },
  })
  return written
}

test('a zone is signed while it is loaded, what the file has of earlier signing left out', async () => {
  const { ok, findings, info, phases } = await load(41)
  expect(findings.findings).toEqual([])
  expect(ok).toBe(true)
  expect(info).toMatchObject({ serial: 42, signed: true, denial: 'nsec3', denials: 6, delegations: 2 })
  expect(phases.sign).toBeGreaterThan(0)
  const lines = (await text()).split('\n')
  const ofType = (type: string) => lines.filter((line) => line.split('\t')[3] === type)
  expect(ofType('nsec')).toEqual([])
  expect(ofType('dnskey')).toHaveLength(2)
  expect(ofType('cds').map((line) => line.split('\t').at(-1)?.split(' ')[0])).toEqual([String(ksk.keyTag)])
  expect(ofType('cdnskey')).toHaveLength(1)
  const signersOf = (type: string) =>
    ofType('rrsig').flatMap((line) => {
      const fields = line.split('\t')[4]!.split(' ')
      return fields[0]!.toLowerCase() === type ? [Number(fields[6])] : []
    })
  expect(signersOf('cds')).toEqual([ksk.keyTag])
  expect(signersOf('soa')).toEqual([zsk.keyTag])
})

test('the digest of the zone stands in the stored apex', async () => {
  const { ok, findings } = await load(41, { policy: { zonemd: 'both', denial: 'nsec' } })
  // A digest that did not match would be an error.
  expect({ ok, errors: findings.errors }).toEqual({ ok: true, errors: 0 })
  const digests = (await text()).split('\n').filter((line) => line.includes('\tzonemd\t'))
  expect(digests).toHaveLength(2)
  for (const line of digests) expect(line).not.toMatch(/0{90}/)
})

test('the serial is later than that of the version before, whatever the file says', async () => {
  await load(41)
  await load(41)
  expect(zoneInfo(dataDir, ZZ)?.serial).toBe(43)
  await load(100)
  expect(zoneInfo(dataDir, ZZ)?.serial).toBe(101)
  await load(7, { policy: { serial: 'keep' } })
  expect(zoneInfo(dataDir, ZZ)?.serial).toBe(7)
})

test('with errors in the unsigned zone nothing is signed', async () => {
  const file = join(folder, 'zone')
  writeFileSync(file, ZONE(41).replace(/@ 3600 NS .*\n/, ''))
  const result = await loadZone({ dataDir, origin: ZZ, file, signing: signing({}) })
  expect(result.ok).toBe(false)
  expect(result.signingAtFault).toBe(false)
  expect(result.phases.sign).toBe(0)
  expect(zoneInfo(dataDir, ZZ)).toBeUndefined()
})

/** The same tag and algorithm, other octets: the tag is a sum of pairs of octets (RFC 4034 B). */
function withSameTag(dnskey: Uint8Array): Uint8Array {
  const other = dnskey.slice()
  other.copyWithin(4, 6, 8)
  other.set(dnskey.subarray(4, 6), 6)
  return other
}

test.each([
  [
    'of the zone',
    () => ({ signers: [ksk, { ...zsk, sign: (data: Uint8Array) => ksk.sign(data) }] }),
    /^zz\. \S+: the new/,
  ],
  [
    'of the keys',
    () => ({ signers: [{ ...ksk, sign: (data: Uint8Array) => zsk.sign(data) }, zsk] }),
    /DNSKEY: the new/,
  ],
  ['by a key of the same tag', () => ({ dnskeys: [ksk.dnskey, withSameTag(zsk.dnskey)] }), /does not verify with/],
  [
    'at one name only',
    () => ({
      signers: [
        ksk,
        {
          ...zsk,
          // An RRSIG of the A RRset: it is a fault in one of many signatures.
          sign: (data: Uint8Array) => (data[1] === RRType.A ? ksk : zsk).sign(data),
        },
      ],
    }),
    /^a\.nic\.zz\. A: the new signature by key \d+, ECDSAP256SHA256, does not verify/,
  ],
])('a wrong signature %s is refused, and the version before stays', async (_, given, message) => {
  expect((await load(41)).ok).toBe(true)
  const before = await text()
  const refused = load(50, given())
  await expect(refused).rejects.toMatchObject({ name: 'GateRefusal', reason: 'signature' })
  await expect(refused).rejects.toThrow(message)
  expect(await text()).toBe(before)
  // Nothing is left behind that would be in the way of the next.
  expect((await load(50)).ok).toBe(true)
})

test('signatures by a key that is not published are refused by the checks of the signed zone', async () => {
  expect((await load(41)).ok).toBe(true)
  const { ok, signingAtFault, findings } = await load(50, { dnskeys: [ksk.dnskey] })
  expect({ ok, signingAtFault }).toEqual({ ok: false, signingAtFault: true })
  expect(findings.countsByCheck['signature-missing']).toBeGreaterThan(0)
  expect(zoneInfo(dataDir, ZZ)?.serial).toBe(42)
})

test('keys that no DS at the parent vouches for are refused', async () => {
  const dsOf = (key: SigningKey) => dsOfKey(ZZ, key.dnskey, DigestType.SHA256)!
  expect((await load(41, { ds: [dsOf(zsk), dsOf(ksk)] })).ok).toBe(true)
  const refused = load(50, { ds: [dsOf(zsk)] })
  await expect(refused).rejects.toThrow(GateRefusal)
  await expect(refused).rejects.toThrow(/^zz\. DNSKEY: no key that signs it matches a DS record at the parent/)
  expect(zoneInfo(dataDir, ZZ)?.serial).toBe(42)
  // One that no validator can use does not count.
  const unknown = dsOf(zsk)
  unknown[3] = 250
  expect((await load(50, { ds: [unknown] })).ok).toBe(true)
})
