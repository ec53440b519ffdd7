import { afterAll, expect, it } from 'vitest'
import { describeWithTools } from '../../../test/peers/suite.ts'
import { accepts, TestFolder } from './signed-zone.fixture.ts'
import { zoneChecks } from './table.ts'
import { check } from './zone-text.fixture.ts'

const SOA = '@ SOA a.nic h 1 2 3 4 5\n'
const APEX = `${SOA}@ NS a.nic\na.nic A 192.0.2.1\n`
const DIGEST = '571242425051c1ccd17f9acae01f5057ca02135e92b1d3f28ede0d7ac3baea9e'

/** `refuses`: not loaded. `objects`: a complaint, by message or (Knot) as an error that only strict checking heeds. */
type Verdict = 'accepts' | 'objects' | 'refuses'

/** A check, a zone that it finds fault with, and what BIND, NSD and Knot make of that zone. */
const zones: readonly (readonly [string, string, Verdict, Verdict, Verdict])[] = [
  ['soa-missing', '@ NS a.nic\na.nic A 192.0.2.1', 'refuses', 'refuses', 'refuses'],
  ['soa-multiple', `${APEX}@ SOA b.nic h 1 2 3 4 5`, 'refuses', 'refuses', 'accepts'],
  ['soa-misplaced', `${APEX}a SOA a.nic h 1 2 3 4 5`, 'refuses', 'refuses', 'accepts'],
  ['ns-missing', `${SOA}a.nic A 192.0.2.1`, 'refuses', 'accepts', 'objects'],
  ['apex-host-without-address', `${SOA}@ NS a.nic`, 'refuses', 'accepts', 'objects'],
  ['apex-host-without-address', `${SOA}@ NS a.nic\na.nic CNAME x.example.`, 'refuses', 'accepts', 'objects'],
  ['ds-at-apex', `${APEX}@ DS 1 13 2 ${DIGEST}`, 'refuses', 'accepts', 'accepts'],
  ['out-of-zone', `${APEX}x.yy. A 192.0.2.1`, 'objects', 'refuses', 'accepts'],
  ['duplicate-record', `${APEX}d A 192.0.2.1\nd A 192.0.2.1`, 'accepts', 'accepts', 'accepts'],
  ['differing-ttls', `${APEX}d 10 A 192.0.2.1\nd 20 A 192.0.2.2`, 'objects', 'objects', 'accepts'],
  ['cname-multiple', `${APEX}d CNAME x.example.\nd CNAME y.example.`, 'refuses', 'refuses', 'refuses'],
  ['cname-and-other', `${APEX}d CNAME x.example.\nd A 192.0.2.1`, 'refuses', 'refuses', 'refuses'],
  ['dname-multiple', `${APEX}d DNAME x.example.\nd DNAME y.example.`, 'refuses', 'refuses', 'refuses'],
  ['below-dname', `${APEX}d DNAME x.example.\na.d A 192.0.2.1`, 'accepts', 'refuses', 'refuses'],
  ['dname-at-cut', `${APEX}d DNAME x.example.\nd NS y.example.`, 'accepts', 'accepts', 'refuses'],
  ['glue-missing', `${APEX}d NS ns.d`, 'objects', 'accepts', 'objects'],
  ['host-without-address', `${APEX}d NS nope`, 'objects', 'accepts', 'objects'],
  ['host-without-address', `${APEX}d NS ns.e\ne NS x.example.`, 'objects', 'accepts', 'accepts'],
  ['host-without-address', `${APEX}d MX 1 nope`, 'objects', 'accepts', 'accepts'],
  ['host-without-address', `${APEX}_s._tcp SRV 1 2 3 nope`, 'objects', 'accepts', 'accepts'],
  ['host-is-alias', `${APEX}d NS c\nc CNAME x.example.`, 'objects', 'accepts', 'objects'],
  ['host-is-alias', `${APEX}d MX 1 c\nc CNAME x.example.`, 'objects', 'accepts', 'accepts'],
  ['occluded', `${APEX}d NS x.example.\na.d TXT x`, 'accepts', 'accepts', 'accepts'],
  ['occluded', `${APEX}d NS x.example.\nd TXT x`, 'accepts', 'accepts', 'accepts'],
  ['wildcard-ns', `${APEX}* NS x.example.`, 'refuses', 'accepts', 'accepts'],
  ['ds-without-ns', `${APEX}d TXT x\nd DS 1 13 2 ${DIGEST}`, 'accepts', 'accepts', 'accepts'],
  ['ds-unknown', `${APEX}d NS x.example.\nd DS 1 99 99 00`, 'accepts', 'accepts', 'objects'],
  ['nsec3-iterations', `${APEX}@ NSEC3PARAM 1 0 151 -`, 'objects', 'accepts', 'accepts'],
  ['nsec3-iterations', `${APEX}@ NSEC3PARAM 1 0 1 -`, 'accepts', 'accepts', 'accepts'],
  ['nsec3-salt', `${APEX}@ NSEC3PARAM 1 0 0 ab`, 'accepts', 'accepts', 'accepts'],
]

/** Errors although fewer than two peers refuse: no one could find the zone's own nameservers. */
const STRICTER = ['ns-missing', 'apex-host-without-address']

const TOOLS = ['named-checkzone', 'nsd-checkzone', 'kzonecheck']

describeWithTools('unsigned zones, as the checkers of others see them', TOOLS, () => {
  const folder = new TestFolder()
  afterAll(() => folder.remove())

  it.each(zones)('%s: %s', (name, text, ...expected) => {
    const file = folder.write('zone', `$ORIGIN zz.\n$TTL 3600\n${text}\n`)
    const bind = accepts('named-checkzone', ['zz', file])
    const nsd = accepts('nsd-checkzone', ['zz', file])
    const knot = accepts('kzonecheck', ['-o', 'zz', '-d', 'off', file])
    const byWords = ({ output }: typeof bind, silence: RegExp): Verdict =>
      output.replaceAll(silence, '').trim() === '' ? 'accepts' : 'objects'
    expect([
      bind.ok ? byWords(bind, /^zone zz\/IN: loaded serial \d+( \(DNSSEC signed\))?$|^OK$/gm) : 'refuses',
      nsd.ok ? byWords(nsd, /^zone zz is ok$/gm) : 'refuses',
      knot.ok ? 'accepts' : /serious/i.test(knot.output) ? 'refuses' : 'objects',
    ]).toEqual(expected)

    expect(Object.keys(check(text, 'zz.').countsByCheck)).toContain(name)
    const { severity } = zoneChecks.find((candidate) => candidate.name === name)!
    const refusals = expected.filter((verdict) => verdict === 'refuses').length
    expect(severity).toBe(refusals >= 2 || STRICTER.includes(name) ? 'error' : 'warning')
  })
})
