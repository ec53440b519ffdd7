import { describe, expect, test } from 'vitest'
import { DnssecAlgorithm, RRType } from '../../iana/index.ts'
import { nameFromText, rdataFromText, rdataToText } from '../../wire/index.ts'
import { Rrsig } from '../../zone/index.ts'
import { RrsigVerifier } from '../verify/index.ts'
import { NoSigningKeyError, partKeys, signatureFor } from './index.ts'
import { makeKeys, NOW } from './sign.fixture.ts'

const verifier = new RrsigVerifier()
const rdatas = [rdataFromText(RRType.A, '192.0.2.1'), rdataFromText(RRType.A, '192.0.2.2')]
const times = { inception: NOW - 3600, expiration: NOW + 86_400 }

const algorithms = ['RSASHA256', 'RSASHA512', 'ECDSAP256SHA256', 'ECDSAP384SHA384', 'ED25519', 'ED448'] as const

describe('signatures verify', () => {
  test.each(algorithms)('%s', (algorithm) => {
    const [key] = makeKeys('zz.', false, DnssecAlgorithm[algorithm])
    const owner = nameFromText('www.zz.')
    const signature = signatureFor(key!, owner, { type: RRType.A, ttl: 300, rdatas }, times)
    expect(verifier.verify(owner, RRType.A, rdatas, signature, key!.dnskey)).toBe('valid')
    expect(verifier.verify(owner, RRType.A, rdatas.slice(1), signature, key!.dnskey)).toBe('invalid')
    const text = rdataToText(RRType.RRSIG, signature).split(' ')
    const head = ['A', String(DnssecAlgorithm[algorithm]), '2', '300', '20260922141320', '20260921131320']
    expect(text.slice(0, 8)).toEqual([...head, String(key!.keyTag), 'zz.'])
  })
})

test('a wildcard is signed so that what it expands to verifies (RFC 4034 3.1.3)', () => {
  const [key] = makeKeys('zz.', false)
  const signature = signatureFor(key!, nameFromText('*.wild.zz.'), { type: RRType.A, ttl: 300, rdatas }, times)
  expect(Rrsig.labels(signature)).toBe(2)
  for (const owner of ['*.wild.zz.', 'a.wild.zz.', 'a.b.wild.zz.']) {
    expect(verifier.verify(nameFromText(owner), RRType.A, rdatas, signature, key!.dnskey)).toBe('valid')
  }
})

test('the original TTL may be another than the RRset has', () => {
  const [key] = makeKeys('zz.', false)
  const signature = signatureFor(key!, nameFromText('a.zz.'), { type: RRType.A, ttl: 5, rdatas }, times, 4_000_000_000)
  expect(Rrsig.originalTtl(signature)).toBe(4_000_000_000)
})

describe('which keys sign what', () => {
  const [ksk, zsk] = makeKeys('zz.', true)
  const [csk] = makeKeys('zz.', false, DnssecAlgorithm.ED25519)
  test('a KSK the keys, a ZSK the rest', () => {
    expect(partKeys([ksk!, zsk!])).toEqual({ forKeys: [ksk], forZone: [zsk] })
  })
  test('one key both', () => {
    expect(partKeys([csk!])).toEqual({ forKeys: [csk], forZone: [csk] })
    expect(partKeys([zsk!])).toEqual({ forKeys: [zsk], forZone: [zsk] })
  })
  test('every algorithm signs everything (RFC 4035 2.2)', () => {
    expect(partKeys([ksk!, zsk!, csk!])).toEqual({ forKeys: [ksk, csk], forZone: [zsk, csk] })
  })
  test('no key at all', () => expect(() => partKeys([])).toThrow(NoSigningKeyError))
})
