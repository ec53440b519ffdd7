import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/peers/index.ts'
import { RRType } from '../../iana/index.ts'
import { nameFromText, rdataFromText } from '../../wire/index.ts'
import { keyTag } from '../../zone/index.ts'
import { RrsigVerifier, SignedData } from '../verify/index.ts'
import { FileKeyStore } from './file-key-store.ts'
import { isKeyId } from './key-id.ts'
import { openKeyStore } from './open.ts'
import { timeFromText, timeToText } from './timing.ts'

const zz = nameFromText('zz.')
const ALGORITHMS = [8, 10, 13, 14, 15, 16]

const newStore = () => new FileKeyStore(join(temporaryFolder('keystore'), 'keys'))

function names(store: FileKeyStore): string[] {
  return readdirSync(store.folder).sort()
}

describe.each(ALGORITHMS)('a key of algorithm %d', (algorithm) => {
  it('signs what the verifier takes, also when opened anew', () => {
    const store = newStore()
    const made = store.generate({ origin: nameFromText('ZZ.'), algorithm, isSep: false })
    const key = openKeyStore({ kind: 'files', folder: store.folder }).open(made.id)
    expect(key.dnskey).toEqual(made.dnskey)
    const rdatas = [rdataFromText(RRType.A, '192.0.2.1')]
    const owner = nameFromText('www.zz.')
    const head = rdataFromText(RRType.RRSIG, `A ${algorithm} 2 60 20300101000000 20200101000000 ${key.keyTag} zz. AA==`)
    const data = new SignedData().build(owner, RRType.A, rdatas, head)!
    const rrsig = Buffer.concat([head.subarray(0, -1), key.sign(data)])
    expect(new RrsigVerifier().verify(owner, RRType.A, rdatas, rrsig, key.dnskey)).toBe('valid')
    rrsig[rrsig.length - 3]! ^= 1
    expect(new RrsigVerifier().verify(owner, RRType.A, rdatas, rrsig, key.dnskey)).toBe('invalid')
  })

  it('is listed with its facts', () => {
    const store = newStore()
    const zsk = store.generate({
      origin: zz,
      algorithm,
      isSep: false,
      timing: { created: 1_700_000_000, publish: 1_700_000_001 },
    })
    const ksk = store.generate({ origin: zz, algorithm, isSep: true, rsaBits: 1024 })
    store.generate({ origin: nameFromText('other.'), algorithm, isSep: true })
    const listed = store.list(zz)
    expect(listed.map(({ id }) => id).sort()).toEqual([ksk.id, zsk.id].sort())
    const found = listed.find(({ id }) => id === zsk.id)!
    expect(found.timing).toEqual({ created: 1_700_000_000, publish: 1_700_000_001 })
    expect([found.isSep, found.algorithm, found.keyTag]).toEqual([false, algorithm, keyTag(zsk.dnskey)])
    expect(listed.find(({ id }) => id === ksk.id)!.isSep).toBe(true)
    expect(found.bits).toBe({ 8: 2048, 10: 2048, 13: 256, 14: 384, 15: 256, 16: 456 }[algorithm])
    if (algorithm < 13) expect(listed.find(({ id }) => id === ksk.id)!.bits).toBe(1024)
  })

  it('that does not fit its public key is refused', () => {
    const store = newStore()
    const [one, two] = [0, 1].map(() => store.generate({ origin: zz, algorithm, isSep: false, rsaBits: 1024 }))
    copyFileSync(join(store.folder, `${one!.id}.private`), join(store.folder, `${two!.id}.private`))
    expect(() => store.open(two!.id)).toThrow(expect.objectContaining({ name: 'KeyMismatchError' }))
    expect(() => store.open(one!.id)).not.toThrow()
  })
})

describe('the files', () => {
  it('are open to their owner only, and no drafts are left', () => {
    const store = newStore()
    const { id } = store.generate({ origin: zz, algorithm: 13, isSep: true })
    expect(names(store)).toEqual([`${id}.key`, `${id}.private`])
    const mode = (path: string) => statSync(path).mode & 0o777
    expect(mode(store.folder)).toBe(0o700)
    expect(mode(join(store.folder, `${id}.private`))).toBe(0o600)
    expect(mode(join(store.folder, `${id}.key`))).toBe(0o644)
    store.setTiming(id, { activate: 1_800_000_000 })
    expect(mode(join(store.folder, `${id}.private`))).toBe(0o600)
    expect(names(store)).toEqual([`${id}.key`, `${id}.private`])
  })

  it.each([0o644, 0o604, 0o620, 0o666])('are refused with mode %o', (mode) => {
    const store = newStore()
    const { id } = store.generate({ origin: zz, algorithm: 13, isSep: true })
    const file = join(store.folder, `${id}.private`)
    chmodSync(file, mode)
    expect(() => store.open(id)).toThrow(`${file} has mode 0${mode.toString(8)}, open to others: chmod 600 ${file}`)
  })

  it("may be read by the owner's group", () => {
    const store = newStore()
    const { id } = store.generate({ origin: zz, algorithm: 13, isSep: true })
    chmodSync(join(store.folder, `${id}.private`), 0o640)
    expect(store.open(id).id).toBe(id)
  })

  it('keep lines that are not known, and get new moments', () => {
    const store = newStore()
    const { id } = store.generate({ origin: zz, algorithm: 13, isSep: true, timing: { created: 1_700_000_000 } })
    const file = (suffix: string) => join(store.folder, `${id}${suffix}`)
    const privateText = readFileSync(file('.private'), 'utf8')
    writeFileSync(file('.private'), `${privateText}Predecessor: 4711\nSyncPublish: 20260101000000\n`)
    writeFileSync(file('.key'), `; of the registry\n${readFileSync(file('.key'), 'utf8')}`)
    store.setTiming(id, { publish: 1_700_003_600, inactive: 1_800_000_000 })
    store.setTiming(id, { publish: 1_700_007_200 })
    expect(readFileSync(file('.private'), 'utf8')).toBe(
      `${privateText.replace(/^Created.*\n/m, '')}Predecessor: 4711\nSyncPublish: 20260101000000\n` +
        'Created: 20231114221320\nPublish: 20231115001320\nInactive: 20270115080000\n',
    )
    const [own, kind, ...rest] = readFileSync(file('.key'), 'utf8').split('\n')
    expect(own).toBe('; of the registry')
    expect(kind).toMatch(/^; This is a key-signing key, keyid \d+, for zz\.$/)
    expect(rest.slice(0, 3)).toEqual([
      '; Created: 20231114221320 (Tue Nov 14 22:13:20 2023)',
      '; Publish: 20231115001320 (Wed Nov 15 00:13:20 2023)',
      '; Inactive: 20270115080000 (Fri Jan 15 08:00:00 2027)',
    ])
    expect(rest[3]).toMatch(/^zz\. IN DNSKEY 257 3 13 /)
    expect(store.list(zz)[0]!.timing).toEqual({
      created: 1_700_000_000,
      publish: 1_700_007_200,
      inactive: 1_800_000_000,
    })
  })

  it('go when the key is deleted, and may be gone already', () => {
    const store = newStore()
    const { id } = store.generate({ origin: zz, algorithm: 13, isSep: true })
    writeFileSync(join(store.folder, `${id}.state`), '')
    store.delete(id)
    store.delete(id)
    expect(names(store)).toEqual([])
    expect(() => store.open(id)).toThrow(expect.objectContaining({ name: 'KeyNotFoundError', id }))
  })

  it('that a killed program did not finish are removed after a while', () => {
    const store = newStore()
    store.generate({ origin: zz, algorithm: 13, isSep: true })
    const drafts = ['Kzz.+013+00001.private.4711-0.new', 'Kzz.+013+00001.private.4712-0.new']
    for (const name of drafts) writeFileSync(join(store.folder, name), 'secret')
    const longAgo = Date.now() / 1000 - 3600
    utimesSync(join(store.folder, drafts[0]!), longAgo, longAgo)
    store.generate({ origin: zz, algorithm: 13, isSep: true })
    expect(names(store).filter((name) => name.endsWith('.new'))).toEqual([drafts[1]])
  })

  it('of which only the public one is there are no key', () => {
    const store = newStore()
    const { id } = store.generate({ origin: zz, algorithm: 13, isSep: true })
    copyFileSync(join(store.folder, `${id}.key`), join(store.folder, 'saved'))
    store.delete(id)
    copyFileSync(join(store.folder, 'saved'), join(store.folder, `${id}.key`))
    expect(store.list(zz)).toEqual([])
    expect(() => store.open(id)).toThrow(`${id}.private: there is no such file`)
  })

  it('lie in no other folder, whatever a name says', () => {
    const store = newStore()
    for (const id of ['../Kzz.+013+00001', 'K../zz.+013+00001', '/etc/passwd', 'Kzz.+013+1', '']) {
      expect(() => store.open(id)).toThrow(expect.objectContaining({ name: 'KeyNotFoundError' }))
      expect(() => store.delete(id)).toThrow(expect.objectContaining({ name: 'KeyNotFoundError' }))
    }
  })
})

describe('faults of a file are told with file and line', () => {
  const faults: readonly [title: string, suffix: string, change: (text: string) => string, message: string][] = [
    [
      'no format',
      '.private',
      (text) => text.replace('Private-key', 'Public-key'),
      ':1: a private key file begins with',
    ],
    ['a later format', '.private', (text) => text.replace('v1.3', 'v2.0'), ':1: a private key file begins with'],
    ['no colon', '.private', (text) => text.replace('PrivateKey:', 'PrivateKey'), ":3: a line is 'Label: value'"],
    ['no algorithm', '.private', (text) => text.replace(/^Algorithm.*\n/m, ''), ': the line Algorithm is missing'],
    [
      'an old algorithm',
      '.private',
      (text) => text.replace(/13 \(.*\)/, '5 (RSASHA1)'),
      ':2: the algorithm is 5 (RSASHA1)',
    ],
    ['a word for it', '.private', (text) => text.replace(/13 \(.*\)/, 'ECDSA'), ":2: the algorithm is 'ECDSA'"],
    [
      'no base64',
      '.private',
      (text) => text.replace(/PrivateKey: ..../, 'PrivateKey: ab!c'),
      ':3: PrivateKey is no base64',
    ],
    ['too short a key', '.private', (text) => text.replace(/PrivateKey: .*/, 'PrivateKey: AAAA'), 'does not belong to'],
    [
      'too long a key',
      '.private',
      (text) => text.replace(/PrivateKey: /, '$&AAAA'),
      ':3: PrivateKey has a wrong length',
    ],
    [
      'twice',
      '.private',
      (text) => text.replace(/PrivateKey: .*\n/, '$&$&'),
      ':4: PrivateKey stands here a second time',
    ],
    [
      'a key elsewhere',
      '.private',
      (text) => text.replace(/PrivateKey: .*/, 'Engine: cGtjczEx'),
      ':3: the private key is in a',
    ],
    [
      'no time',
      '.private',
      (text) => text.replace(/Created: .*/, 'Created: 20260431000000'),
      ":4: Created: '20260431000000'",
    ],
    [
      'another algorithm',
      '.private',
      (text) => text.replace(/13 \(.*\)/, '14 (ECDSAP384SHA384)'),
      'does not belong to',
    ],
    ['too large', '.private', (text) => text + '; padding\n'.repeat(7000), 'octets are too many for a key file'],
    ['no record', '.key', () => '; nothing\n', ': there is no DNSKEY record in it'],
    ['two records', '.key', (text) => text + text, ':6: a second record'],
    ['no DNSKEY', '.key', (text) => text.replace('DNSKEY', 'KEY'), ':3: a key file holds'],
    ['a broken record', '.key', (text) => text.replace('257', '65536'), ':3: '],
    ['no zone key', '.key', (text) => text.replace('257', '1'), ':3: the flags and protocol are not'],
    ['a relative owner', '.key', (text) => text.replace('zz. IN', 'zz IN'), ':3: the owner zz is not fully qualified'],
    ['another key', '.key', (text) => text.replace('257', '256'), ', which its name does not say'],
    ['a point off the curve', '.key', (text) => text.replace(/13 ..../, '13 AAAA'), ', which its name does not say'],
  ]
  it.each(faults)('%s', (_, suffix, change, message) => {
    const store = newStore()
    const { id } = store.generate({ origin: zz, algorithm: 13, isSep: true })
    const file = join(store.folder, `${id}${suffix}`)
    writeFileSync(file, change(readFileSync(file, 'utf8')))
    expect(() => store.open(id)).toThrow(message)
    expect(() => store.open(id)).toThrow(file)
  })

  it('no change of octets does worse than an error of the store', () => {
    const store = newStore()
    const { id } = store.generate({ origin: zz, algorithm: 13, isSep: true })
    const original = new Map(
      ['.key', '.private'].map((suffix) => [suffix, readFileSync(join(store.folder, id + suffix))]),
    )
    fc.assert(
      fc.property(
        fc.constantFrom('.key', '.private'),
        fc.nat(),
        fc.nat(255),
        fc.nat(3),
        (suffix, at, octet, length) => {
          const octets = [...original.get(suffix)!]
          octets.splice(at % octets.length, length, octet)
          writeFileSync(join(store.folder, id + suffix), Uint8Array.from(octets))
          try {
            store.open(id)
          } catch (error) {
            expect((error as Error).name).toMatch(/^Key(File|Mismatch)Error$/)
          } finally {
            writeFileSync(join(store.folder, id + suffix), original.get(suffix)!)
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('key tags', () => {
  it('that are taken are not made again, nor those of revoked forms', () => {
    const store = newStore()
    const { id, dnskey } = store.generate({ origin: zz, algorithm: 15, isSep: true })
    const other = newStore()
    mkdirSync(other.folder, { recursive: true })
    for (const suffix of ['.key', '.private'])
      copyFileSync(join(store.folder, id + suffix), join(other.folder, id + suffix))
    // The same tag from another key: two octets of equal weight swapped.
    const record = readFileSync(join(store.folder, `${id}.key`), 'utf8')
    const swapped = Uint8Array.from(dnskey)
    ;[swapped[4], swapped[6]] = [swapped[6]!, swapped[4]!]
    expect(keyTag(swapped)).toBe(keyTag(dnskey))
    writeFileSync(
      join(other.folder, `${id}.key`),
      record.replace(/15 \S+/, `15 ${Buffer.from(swapped.subarray(4)).toString('base64')}`),
    )
    expect(() => other.importKey(join(store.folder, id), zz)).toThrow(
      expect.objectContaining({ name: 'DuplicateKeyTagError', id, other: id }),
    )
    // A revoked key's tag is, but for a carry, 128 more.
    const revoked = Uint8Array.from(swapped)
    revoked[1]! |= 0x80
    writeFileSync(
      join(other.folder, `Kzz.+015+${String(keyTag(revoked)).padStart(5, '0')}.key`),
      record.replace(/257 3 15 \S+/, `385 3 15 ${Buffer.from(revoked.subarray(4)).toString('base64')}`),
    )
    other.delete(id)
    expect(() => other.importKey(join(store.folder, id), zz)).toThrow(
      expect.objectContaining({
        name: 'DuplicateKeyTagError',
        other: `Kzz.+015+${String(keyTag(revoked)).padStart(5, '0')}`,
      }),
    )
  })

  it('of an imported key may be there when it is the same key', () => {
    const store = newStore()
    const { id } = store.generate({ origin: zz, algorithm: 15, isSep: true })
    const other = newStore()
    expect(other.importKey(join(store.folder, id), zz)).toEqual(store.list(zz)[0])
    expect(other.importKey(join(store.folder, `${id}.key`), zz)).toEqual(store.list(zz)[0])
    expect(() => other.importKey(join(store.folder, id), nameFromText('yy.'))).toThrow('it is a key of another zone')
  })

  it('an interrupted import goes on', () => {
    const store = newStore()
    const { id } = store.generate({ origin: zz, algorithm: 15, isSep: true })
    const other = newStore()
    mkdirSync(other.folder)
    copyFileSync(join(store.folder, `${id}.private`), join(other.folder, `${id}.private`))
    expect(other.list(zz)).toEqual([])
    expect(other.importKey(join(store.folder, id), zz).id).toBe(id)
    expect(other.open(id).id).toBe(id)
  })
})

describe('what is asked for and not to be had', () => {
  it.each([
    [{ algorithm: 5 }, 'algorithm 5 (RSASHA1)'],
    [{ algorithm: 253 }, 'algorithm 253 (PRIVATEDNS)'],
    [{ algorithm: 8, rsaBits: 512 }, 'an RSA key has 1024 to 4096 bits, not 512'],
    [{ algorithm: 8, rsaBits: 2048.5 }, 'not 2048.5'],
  ])('%o', (request, message) => {
    expect(() => newStore().generate({ origin: zz, isSep: false, ...request })).toThrow(message)
  })

  it('a folder that is a file', () => {
    const folder = temporaryFolder('keystore')
    writeFileSync(join(folder, 'keys'), '')
    expect(() => new FileKeyStore(join(folder, 'keys')).list(zz)).toThrow('ENOTDIR')
  })
})

it('names of keys are as BIND has them', () => {
  const store = newStore()
  const id = (zone: string) => store.generate({ origin: nameFromText(zone), algorithm: 15, isSep: true }).id
  expect(id('.')).toMatch(/^K\.\+015\+\d{5}$/)
  expect(id('Mail_1-x.ZZ.')).toMatch(/^Kmail_1-x\.zz\.\+015\+\d{5}$/)
  expect(id('a/b\\.c\\000.zz.')).toMatch(/^Ka%2Fb%2Ec%00\.zz\.\+015\+\d{5}$/)
  for (const name of names(store)) expect(isKeyId(name.replace(/\.(key|private)$/, ''))).toBe(true)
  expect(store.list(nameFromText('.'))).toHaveLength(1)
})

it('moments are read as they are written', () => {
  fc.assert(
    fc.property(fc.nat(0xffff_ffff), (seconds) => {
      expect(timeFromText(timeToText(seconds))).toBe(seconds)
    }),
  )
  for (const text of ['2026', '20261301000000', '20260230000000', '20260101240000', ''])
    expect(timeFromText(text)).toBe(undefined)
})
