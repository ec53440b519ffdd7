import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { rdataVectors } from '../../src/wire/rdata/vectors.fixture.ts'
import { describeWithTools } from '../peers/suite.ts'
import { toolPath } from '../peers/tool.ts'

/** Rdata in the unknown form (RFC 3597 5), as hexadecimal in lower case; undefined when there is none in the text. */
function unknownForm(text: string): string | undefined {
  return /\\# \d+ ?([0-9A-Fa-f ]*)/.exec(text)?.[1]?.replace(/ /g, '').toLowerCase()
}

/** What BIND makes of one record. */
function byBind(type: string, text: string): string | undefined {
  const input = `IN ${type} ${text}\n`
  return unknownForm(spawnSync(toolPath('named-rrchecker'), ['-u'], { input, encoding: 'utf8' }).stdout)
}

/** What ldns makes of one record. */
function byLdns(type: string, text: string): string | undefined {
  const input = `$ORIGIN example.\n$TTL 60\n@ SOA a. b. 1 2 3 4 5\nowner ${type} ${text}\n`
  const args = ['-U', 'NULL']
  const { stdout } = spawnSync(toolPath('ldns-read-zone'), args, { input, encoding: 'utf8' })
  return unknownForm(stdout.split('\n').find((line) => line.startsWith('owner.')) ?? '')
}

/** What neither of the two can be asked, and why. */
const unknownToBind = new Set(['CLA', 'IPN'])
const unknownToLdns = new Set(
  'A6 AMTRELAY AVC BRID CLA DOA DSYNC HHIT IPN NINFO RESINFO RKEY SINK TA WALLET'.split(' '),
)
const differentInLdns: Readonly<Record<string, string>> = {
  ATMA: 'reads hexadecimal digits without the format octet',
  'NSAP-PTR': 'reads a string',
  NXT: 'reads the bitmap of NSEC',
  SOA: 'takes one SOA a zone',
}
const differentTextsInLdns: Readonly<Record<string, string>> = {
  '10.0.0.1 6': 'asks for a service',
  '49152 3 8': 'asks for a key',
  '4294967295 0': 'asks for types',
  '16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"': 'decodes one layer of escapes (RFC 9460 A.1 has two)',
}

const vectors = rdataVectors.map(({ type, text, wire, written = text }) => ({ type, text, wire, written }))

describeWithTools('rdata in text, read by BIND', ['named-rrchecker'], () => {
  test.each(vectors.filter(({ type }) => !unknownToBind.has(type)))('$type $text', ({ type, text, wire, written }) => {
    expect(byBind(type, text)).toBe(wire)
    if (written !== text) expect(byBind(type, written)).toBe(wire)
  })
})

describeWithTools('rdata in text as it is written, read by ldns', ['ldns-read-zone'], () => {
  describe.each(vectors.filter(({ type }) => !unknownToLdns.has(type)))('$type $written', (vector) => {
    const { type, wire, written } = vector
    const reason = differentInLdns[type] ?? differentTextsInLdns[written]
    test.skipIf(reason !== undefined)(reason === undefined ? 'is the same' : `skipped: ldns ${reason}`, () => {
      expect(byLdns(type, written)).toBe(wire)
    })
  })
})
