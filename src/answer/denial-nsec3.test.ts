import { expect, test } from 'vitest'
import { base32HexToText, nameFromText } from '../wire/index.ts'
import { MemoryZone } from '../zone/index.ts'
import { ask } from './ask.fixture.ts'
import { HashCollisionError } from './denial-nsec3.ts'
import { nsec3Hash } from './nsec3-hash.ts'
import { readReply, recordLine, statusLine } from './reply-text.fixture.ts'
import { Responder } from './responder.ts'
import { recordsOf } from './zone.fixture.ts'
import { ZoneTable } from './zones.ts'

const APEX = `@ 3600 SOA ns host 1 1800 900 604800 300
@ 3600 NS ns.example.
@ 0 NSEC3PARAM 1 0 0 -
a.b 3600 TXT "data"
`

function label(name: string): string {
  const hash = nsec3Hash(nameFromText(name), { algorithm: 1, iterations: 0, salt: new Uint8Array(0) })
  return base32HexToText(hash, 0, hash.length).toLowerCase()
}

/** The zone with a chain of NSEC3 records that match these names. */
function zone(...names: string[]): string {
  const labels = names.map(label).sort()
  return APEX + labels.map((own, i) => `${own} 300 NSEC3 1 1 0 - ${labels[(i + 1) % labels.length]} TXT\n`).join('')
}

function dig(text: string, words: string): { lines: string[]; faults: unknown[] } {
  const origin = nameFromText('zz.')
  const view = new MemoryZone(origin, recordsOf('zz.', text))
  const faults: unknown[] = []
  const zones = new ZoneTable([{ origin, state: 'ready', view }])
  const responder = new Responder({ zones, onFault: (fault) => faults.push(fault) })
  const buffer = new Uint8Array(4096)
  const { wire, transport } = ask(words)
  const reply = readReply(buffer.subarray(0, responder.answer(wire, wire.length, buffer, transport)))
  return { lines: [statusLine(reply), ...reply.authority.map(recordLine)], faults }
}

test('a missing name with the hash of another: SERVFAIL (RFC 5155 7.2.9)', () => {
  const { lines, faults } = dig(zone('zz.', 'b.zz.', 'a.b.zz.', 'nothing.zz.'), 'nothing.zz. A +dnssec')
  expect(lines).toEqual(['SERVFAIL'])
  expect(faults).toEqual([expect.any(HashCollisionError)])
  expect(String(faults[0])).toContain('the NSEC3 hash of nothing.zz., which does not exist, is that of another name')
})

test('the same without DO: no proof, no collision', () => {
  expect(dig(zone('zz.', 'nothing.zz.'), 'nothing.zz. A').lines[0]).toBe('NXDOMAIN aa')
})

test('a chain of one record covers everything but its owner', () => {
  const { lines } = dig(zone('zz.'), 'nothing.zz. A +dnssec')
  expect(lines.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
    'NXDOMAIN aa',
    'zz. 300 SOA',
    `${label('zz.')}.zz. 300 NSEC3`,
  ])
})

test('a chain that lacks the apex: what can be shown is, and nothing throws', () => {
  const { lines, faults } = dig(zone('q.zz.'), 'nothing.zz. A +dnssec')
  expect(lines[0]).toBe('NXDOMAIN aa')
  expect(dig(zone('q.zz.'), 'zz. TXT +dnssec').lines[0]).toBe('NOERROR aa')
  expect(faults).toEqual([])
})
