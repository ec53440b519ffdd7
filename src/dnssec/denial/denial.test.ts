import { describe, expect, test } from 'vitest'
import { textRecords } from '../../../test/zones/records.ts'
import { RRType } from '../../iana/index.ts'
import { nameFromText, nameToText, parseBase32Hex, rdataFromText, rdataToText } from '../../wire/index.ts'
import { NodeContext } from '../../zone/checks/index.ts'
import { compareOctets, MemoryZone } from '../../zone/index.ts'
import {
  HashCollisionError,
  Nsec3Chain,
  Nsec3Feeder,
  Nsec3Names,
  nsec3Owner,
  nsec3ParamRdata,
  PLAIN_NSEC3,
} from './index.ts'

const EXAMPLE = nameFromText('example.')
const PARAMETERS = { algorithm: 1, iterations: 12, salt: Uint8Array.of(0xaa, 0xbb, 0xcc, 0xdd) }

/** RFC 5155 A, without what signing makes. */
const ZONE = `
@ SOA ns1 bugs.x.w 1 3600 300 3600000 3600
@ NS ns1
@ NS ns2
@ MX 1 xx
@ DNSKEY 256 3 7 AAAA
@ NSEC3PARAM 1 0 12 aabbccdd
2t7b4g4vsa5smi47k61mv5bv1a22bojr A 192.0.2.127
a NS ns1.a
a NS ns2.a
a DS 58470 5 1 3079F1593EBAD6DC121E202A8B766A6A4837206C
ns1.a A 192.0.2.5
ns2.a A 192.0.2.6
ai A 192.0.2.9
ai HINFO "KLH-10" "ITS"
ai AAAA 2001:db8::f00:baa9
c NS ns1.c
c NS ns2.c
ns1.c A 192.0.2.7
ns2.c A 192.0.2.8
ns1 A 192.0.2.1
ns2 A 192.0.2.2
*.w MX 1 ai
x.w MX 1 xx
x.y.w MX 1 xx
xx A 192.0.2.10
xx HINFO "KLH-10" "TOPS-20"
xx AAAA 2001:db8::f00:baaa
`

function chainOf(optOut: boolean): string[] {
  const items: Uint8Array[] = []
  const names = new Nsec3Names(PARAMETERS, (buf, start, end) => items.push(buf.slice(start, end)))
  const feeder = new Nsec3Feeder(EXAMPLE, names, optOut)
  const context = new NodeContext(EXAMPLE)
  for (const node of new MemoryZone(EXAMPLE, textRecords(ZONE, EXAMPLE)).nodes) {
    context.enter(node)
    feeder.node(context)
  }
  feeder.finish()
  const lines: string[] = []
  const chain = new Nsec3Chain(PARAMETERS, optOut, (hash, rdata) =>
    lines.push(`${nameToText(nsec3Owner(hash, EXAMPLE))} ${rdataToText(RRType.NSEC3, rdata)}`),
  )
  for (const item of items.sort((a, b) => compareOctets(a, 0, a.length, b, 0, b.length))) {
    chain.item(item, 0, item.length)
  }
  chain.finish()
  return lines
}

describe('the chain of RFC 5155 A', () => {
  test('with Opt-Out', () => {
    expect(chainOf(true)).toEqual(
      [
        '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA MX RRSIG DNSKEY NSEC3PARAM',
        '2t7b4g4vsa5smi47k61mv5bv1a22bojr 2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG',
        '2vptu5timamqttgl4luu9kg21e0aor3s 35mthgpgcu1qg68fab165klnsnk3dpvl MX RRSIG',
        '35mthgpgcu1qg68fab165klnsnk3dpvl b4um86eghhds6nea196smvmlo4ors995 NS DS RRSIG',
        'b4um86eghhds6nea196smvmlo4ors995 gjeqe526plbf1g8mklp59enfd789njgi MX RRSIG',
        'gjeqe526plbf1g8mklp59enfd789njgi ji6neoaepv8b5o6k4ev33abha8ht9fgc A HINFO AAAA RRSIG',
        'ji6neoaepv8b5o6k4ev33abha8ht9fgc k8udemvp1j2f7eg6jebps17vp3n8i58h',
        'k8udemvp1j2f7eg6jebps17vp3n8i58h kohar7mbb8dc2ce8a9qvl8hon4k53uhi',
        'kohar7mbb8dc2ce8a9qvl8hon4k53uhi q04jkcevqvmu85r014c7dkba38o0ji5r A RRSIG',
        'q04jkcevqvmu85r014c7dkba38o0ji5r r53bq7cc2uvmubfu5ocmm6pers9tk9en A RRSIG',
        'r53bq7cc2uvmubfu5ocmm6pers9tk9en t644ebqk9bibcna874givr6joj62mlhv MX RRSIG',
        't644ebqk9bibcna874givr6joj62mlhv 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A HINFO AAAA RRSIG',
      ].map((line) => line.replace(' ', '.example. 1 1 12 aabbccdd ')),
    )
  })

  test('without, the unsigned delegation has a record', () => {
    const lines = chainOf(false)
    expect(lines).toHaveLength(13)
    expect(lines.filter((line) => line.endsWith(' NS'))).toHaveLength(1)
    for (const line of lines) expect(line).toContain('. 1 0 12 aabbccdd ')
  })
})

test('two names with one hash are refused (RFC 5155 7.1)', () => {
  const chain = new Nsec3Chain(PLAIN_NSEC3, true, () => {})
  const item = new Uint8Array(22).fill(7)
  chain.item(item, 0, 22)
  expect(() => chain.item(item, 0, 20)).toThrow(HashCollisionError)
})

test('a chain of one record leads to itself', () => {
  const found: string[] = []
  const chain = new Nsec3Chain(PLAIN_NSEC3, false, (hash, rdata) =>
    found.push(`${nameToText(nsec3Owner(hash, EXAMPLE))} ${rdataToText(RRType.NSEC3, rdata)}`),
  )
  chain.item(new Uint8Array(20), 0, 20)
  chain.finish()
  expect(found).toEqual([`${'0'.repeat(32)}.example. 1 0 0 - ${'0'.repeat(32)}`])
})

test('an owner spells its hash in base32hex', () => {
  const hash = Uint8Array.from({ length: 20 }, (_, i) => (i * 53 + 200) & 0xff)
  const owner = nsec3Owner(hash, EXAMPLE)
  const read = new Uint8Array(20)
  expect(parseBase32Hex(owner, 1, 33, read, 0)).toBe(20)
  expect(read).toEqual(hash)
})

test('NSEC3PARAM', () => {
  expect(nsec3ParamRdata(PLAIN_NSEC3)).toEqual(rdataFromText(RRType.NSEC3PARAM, '1 0 0 -'))
  expect(nsec3ParamRdata(PARAMETERS)).toEqual(rdataFromText(RRType.NSEC3PARAM, '1 0 12 aabbccdd'))
})
