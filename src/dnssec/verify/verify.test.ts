import { describe, expect, it } from 'vitest'
import { DigestType, RRType } from '../../iana/index.ts'
import { nameFromText, rdataFromText, rdataToText } from '../../wire/index.ts'
import { keyTag } from '../../zone/index.ts'
import { dsMatchesKey, dsOfKey } from './ds.ts'
import { publicKeyOf } from './public-key.ts'
import { RrsigVerifier } from './rrsig-verifier.ts'

/** Examples that stand in RFCs: a key, its DS, and a signed record. */
const examples = [
  {
    source: 'RFC 8080 6.1, Ed25519',
    zone: 'example.com.',
    key: '257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=',
    ds: '3613 15 2 3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b',
    owner: 'example.com.',
    type: RRType.MX,
    rdata: '10 mail.example.com.',
    signature:
      'MX 15 2 3600 1440021600 1438207200 3613 example.com. oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==',
  },
  {
    source: 'RFC 6605 6.1, ECDSA P-256',
    zone: 'example.net.',
    key: '257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==',
    ds: '55648 13 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17',
    owner: 'www.example.net.',
    type: RRType.A,
    rdata: '192.0.2.1',
    signature:
      'A 13 3 3600 20100909100439 20100812100439 55648 example.net. qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==',
  },
]

describe.each(examples)('$source', ({ zone, key, ds, owner, type, rdata, signature }) => {
  const dnskey = rdataFromText(RRType.DNSKEY, key)
  const dsRdata = rdataFromText(RRType.DS, ds)
  const record = rdataFromText(type, rdata)
  const rrsig = rdataFromText(RRType.RRSIG, signature)
  const verifier = new RrsigVerifier()

  it('has the key tag and DS digest', () => {
    expect(keyTag(dnskey)).toBe((dsRdata[0]! << 8) | dsRdata[1]!)
    expect(rdataToText(RRType.DS, dsOfKey(nameFromText(zone), dnskey, DigestType.SHA256)!).toLowerCase()).toBe(ds)
    expect(dsMatchesKey(nameFromText(zone.toUpperCase()), dsRdata, dnskey)).toBe(true)
    expect(dsMatchesKey(nameFromText('other.'), dsRdata, dnskey)).toBe(false)
  })

  it('verifies', () => {
    expect(verifier.verify(nameFromText(owner), type, [record], rrsig, dnskey)).toBe('valid')
  })

  it('does not verify with any one octet changed', () => {
    const changed = (octets: Uint8Array, at: number) => octets.map((octet, i) => (i === at ? octet ^ 1 : octet))
    for (let at = 0; at < record.length; at++) {
      expect(verifier.verify(nameFromText(owner), type, [changed(record, at)], rrsig, dnskey)).toBe('invalid')
    }
    for (let at = 18 + nameFromText(zone).length; at < rrsig.length; at++) {
      expect(verifier.verify(nameFromText(owner), type, [record], changed(rrsig, at), dnskey)).toBe('invalid')
    }
    for (let at = 4; at < dnskey.length; at++) {
      expect(verifier.verify(nameFromText(owner), type, [record], rrsig, changed(dnskey, at))).toBe('invalid')
    }
  })

  it('does not verify when cut short', () => {
    expect(verifier.verify(nameFromText(owner), type, [record], rrsig.subarray(0, -1), dnskey)).toBe('invalid')
    expect(verifier.verify(nameFromText(owner), type, [record], rrsig, dnskey.subarray(0, -1))).toBe('invalid')
  })
})

describe('RFC 4034 5.4 and RFC 4509 2.3', () => {
  const owner = nameFromText('dskey.example.com.')
  const dnskey = rdataFromText(
    RRType.DNSKEY,
    '256 3 5 AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==',
  )
  it.each([
    ['60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118', DigestType.SHA1],
    ['60485 5 2 d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a', DigestType.SHA256],
  ])('%s', (text, digestType) => {
    expect(rdataToText(RRType.DS, dsOfKey(owner, dnskey, digestType)!).toLowerCase()).toBe(text)
  })
  it('has no digest for types that are not computed here', () => {
    expect(dsOfKey(owner, dnskey, DigestType.GOST)).toBeUndefined()
  })
})

describe('what is no key', () => {
  it.each([
    ['an algorithm that is not verified here', '257 3 12 AAAA'],
    ['an RSA key without exponent', '257 3 8 AAAA'],
    ['an RSA key without modulus', '257 3 8 AQM='],
    ['a P-256 point off the curve', `257 3 13 ${Buffer.alloc(64, 1).toString('base64')}`],
    ['a P-256 key of 63 octets', `257 3 13 ${Buffer.alloc(63, 1).toString('base64')}`],
    ['an Ed25519 key of 31 octets', `257 3 15 ${Buffer.alloc(31, 1).toString('base64')}`],
  ])('%s', (_, text) => expect(publicKeyOf(rdataFromText(RRType.DNSKEY, text))).toBeUndefined())
})

describe('sampling', () => {
  it('verifies all up to a number, then one in so many', () => {
    const { key, owner, type, rdata, signature } = examples[1]!
    const verifier = new RrsigVerifier({ exhaustiveUpTo: 10, sampleEvery: 5 })
    const dnskey = rdataFromText(RRType.DNSKEY, key)
    const rrsig = rdataFromText(RRType.RRSIG, signature)
    const verdicts = Array.from({ length: 30 }, () =>
      verifier.verify(nameFromText(owner), type, [rdataFromText(type, rdata)], rrsig, dnskey),
    )
    expect(verdicts.filter((verdict) => verdict === 'valid')).toHaveLength(14)
    expect({ asked: verifier.asked, verified: verifier.verified }).toEqual({ asked: 30, verified: 14 })
  })

  it('leaves algorithms that are not verified here unchecked', () => {
    const rrsig = rdataFromText(RRType.RRSIG, 'A 12 3 3600 20100909100439 20100812100439 55648 example.net. AAAA')
    const verdict = new RrsigVerifier().verify(nameFromText('a.'), RRType.A, [], rrsig, new Uint8Array(8))
    expect(verdict).toBe('unchecked')
  })
})
