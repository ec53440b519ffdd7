import { describe, expect, it } from 'vitest'
import { RRType } from '../../iana/index.ts'
import { nameFromText } from '../../wire/index.ts'
import { ZoneChecker } from './checker.ts'
import { formatFinding } from './finding.ts'
import { zoneChecks } from './table.ts'
import { check, feed, recordsOf } from './zone-text.fixture.ts'

const APEX = `
@ SOA a.nic hostmaster 1 1800 900 604800 900
@ NS a.nic
a.nic A 192.0.2.1
`

/** Each check: zones that it finds fault with, and zones like them that it does not. */
interface Case {
  readonly check: string
  readonly fails: readonly string[]
  readonly passes: readonly string[]
}

const DIGEST = '571242425051c1ccd17f9acae01f5057ca02135e92b1d3f28ede0d7ac3baea9e'

const cases: readonly Case[] = [
  {
    check: 'soa-missing',
    fails: ['@ NS ns.example.', 'a NS ns.example.', ''],
    passes: [APEX],
  },
  {
    check: 'ns-missing',
    fails: ['@ SOA a h 1 2 3 4 5', 'a NS ns.example.'],
    passes: [APEX],
  },
  {
    check: 'soa-multiple',
    fails: [`${APEX}@ SOA b.nic hostmaster 1 1800 900 604800 900`],
    passes: [APEX, `${APEX}@ SOA a.nic hostmaster 1 1800 900 604800 900`],
  },
  {
    check: 'soa-misplaced',
    fails: [`${APEX}a SOA a.nic h 1 2 3 4 5`, `${APEX}d NS ns.example.\nd SOA a.nic h 1 2 3 4 5`],
    passes: [APEX],
  },
  {
    check: 'ds-at-apex',
    fails: [`${APEX}@ DS 1 13 2 ${DIGEST}`],
    passes: [`${APEX}a NS ns.example.\na DS 1 13 2 ${DIGEST}`],
  },
  {
    check: 'apex-host-without-address',
    fails: [
      '@ SOA a.nic h 1 2 3 4 5\n@ NS a.nic',
      '@ SOA a.nic h 1 2 3 4 5\n@ NS a.nic\na.nic CNAME a.example.',
      '@ SOA a.nic h 1 2 3 4 5\n@ NS a.nic\na.nic TXT a',
      '@ SOA a.nic h 1 2 3 4 5\n@ NS a.nic\nnic NS a.nic\na.nic TXT a',
    ],
    passes: [
      APEX,
      '@ SOA a.nic h 1 2 3 4 5\n@ NS a.example.',
      '@ SOA a.nic h 1 2 3 4 5\n@ NS a.nic\na.nic AAAA 2001:db8::1',
      '@ SOA a.nic h 1 2 3 4 5\n@ NS a.nic\nnic NS a.nic\na.nic A 192.0.2.1',
      '@ SOA a.nic h 1 2 3 4 5\n@ NS @\n@ A 192.0.2.1',
      '@ SOA a.nic h 1 2 3 4 5\n@ NS a.nic\n* A 192.0.2.1',
    ],
  },
  {
    check: 'cname-multiple',
    fails: [`${APEX}w CNAME a.example.\nw CNAME b.example.`],
    passes: [`${APEX}w CNAME a.example.\nw CNAME A.EXAMPLE.`],
  },
  {
    check: 'cname-and-other',
    fails: [
      `${APEX}w CNAME a.example.\nw A 192.0.2.1`,
      `${APEX}w CNAME a.example.\nw TYPE65280 \\# 0`,
      `${APEX}@ CNAME a.example.`,
      `${APEX}w CNAME a.example.\nw DNAME a.example.`,
      `${APEX}w CNAME a.example.\nw NS a.example.`,
    ],
    passes: [
      `${APEX}w CNAME a.example.\nw NSEC x CNAME RRSIG NSEC\nw RRSIG CNAME 8 2 3600 20300101000000 20200101000000 1 zz. AAAA`,
    ],
  },
  {
    check: 'dname-multiple',
    fails: [`${APEX}d DNAME a.example.\nd DNAME b.example.`],
    passes: [`${APEX}d DNAME a.example.`],
  },
  {
    check: 'below-dname',
    fails: [`${APEX}d DNAME a.example.\nx.d A 192.0.2.1`, `${APEX}@ DNAME a.example.`],
    passes: [`${APEX}d DNAME a.example.\nd A 192.0.2.1\ndd A 192.0.2.1\nx.dd A 192.0.2.1\ne A 192.0.2.1`],
  },
  {
    check: 'dname-at-cut',
    fails: [`${APEX}d DNAME a.example.\nd NS a.example.`],
    passes: [`@ SOA a h 1 2 3 4 5\n@ NS a.example.\n@ DNAME b.example.`],
  },
  {
    check: 'glue-missing',
    fails: [
      `${APEX}d NS ns.d`,
      `${APEX}d NS d`,
      `${APEX}d NS ns1.d\nd NS ns2.d\nns1.d A 192.0.2.1`,
      `${APEX}d NS ns.d\nns.d TXT a`,
      `${APEX}d NS ns.d\ne NS ns.example.\nns.e A 192.0.2.1`,
      `${APEX}d NS ns.d\nns.d CNAME ns.example.`,
    ],
    passes: [
      `${APEX}d NS ns.d\nns.d A 192.0.2.1`,
      `${APEX}d NS NS.D\nns.d AAAA 2001:db8::1`,
      `${APEX}d NS d\nd A 192.0.2.1`,
      `${APEX}d NS a.b.c.d\na.b.c.d A 192.0.2.1`,
      `${APEX}d NS ns.e\ne NS ns.example.`,
      `${APEX}co.d NS ns.co.d\nns.co.d A 192.0.2.1`,
    ],
  },
  {
    check: 'host-without-address',
    fails: [
      `${APEX}d NS nope`,
      `${APEX}d NS ns.e\ne NS ns.example.`,
      `${APEX}e NS ns.d\nd NS ns.example.`,
      `${APEX}d MX 1 mail`,
      `${APEX}_s._tcp SRV 1 2 3 server`,
      `${APEX}d NS nope\n* TXT a`,
    ],
    passes: [
      `${APEX}d NS ns.e\ne NS ns.example.\nns.e A 192.0.2.1`,
      `${APEX}f NS ns.e\ne NS ns.e\nns.e A 192.0.2.1`,
      `${APEX}d NS nic\nnic A 192.0.2.1`,
      `${APEX}d MX 0 .`,
      `${APEX}d MX 0 mail.example.`,
      `${APEX}d NS ns.zzz.\nd NS nszz.`,
      `${APEX}d NS nope\n* A 192.0.2.1`,
      // Records that a delegation hides need nothing.
      `${APEX}d NS ns.example.\nd MX 1 nope\nx.d MX 1 nope`,
    ],
  },
  {
    check: 'host-is-alias',
    fails: [
      `${APEX}d NS c\nc CNAME a.example.`,
      `${APEX}d MX 1 c\nc CNAME a.example.`,
      `${APEX}b CNAME a.example.\nd SRV 1 2 3 b`,
    ],
    passes: [`${APEX}d NS c\nc A 192.0.2.1`],
  },
  {
    check: 'occluded',
    fails: [
      `${APEX}d NS ns.example.\nx.d TXT a`,
      `${APEX}d NS ns.example.\nd TXT a`,
      `${APEX}d NS ns.example.\nd A 192.0.2.1`,
      `${APEX}d NS ns.example.\nd AAAA 2001:db8::1\ne NS x.d`,
      `${APEX}d NS ns.example.\nx.d NS ns.example.`,
      `${APEX}d NS ns.example.\nx.d CNAME ns.example.`,
      `${APEX}d NS ns.example.\nx.d DS 1 13 2 ${DIGEST}`,
    ],
    passes: [
      `${APEX}d NS ns.example.\nns.d A 192.0.2.1\nns.d AAAA 2001:db8::1`,
      `${APEX}d NS d\nd A 192.0.2.1`,
      // another delegation's glue, before it and after it (RFC 9471 2.2)
      `${APEX}c NS d\nd NS ns.example.\nd A 192.0.2.1\nd AAAA 2001:db8::1\ne NS d`,
      `${APEX}d NS ns.example.\nd A 192.0.2.1\ne MX 1 d`,
      `${APEX}d NS ns.example.\nd DS 1 13 2 ${DIGEST}\ndd TXT a\nx.dd TXT a`,
    ],
  },
  {
    check: 'wildcard-ns',
    fails: [`${APEX}* NS ns.example.`, `${APEX}*.d NS ns.example.`],
    passes: [`${APEX}* A 192.0.2.1`, `${APEX}\\052x NS ns.example.`, `${APEX}d.* NS ns.example.`],
  },
  {
    check: 'ds-without-ns',
    fails: [`${APEX}d DS 1 13 2 ${DIGEST}`],
    passes: [`${APEX}d NS ns.example.\nd DS 1 13 2 ${DIGEST}`],
  },
  {
    check: 'ds-unknown',
    fails: [
      `${APEX}d NS ns.example.\nd DS 1 13 99 00`,
      `${APEX}d NS ns.example.\nd DS 1 99 2 ${DIGEST}`,
      `${APEX}d NS ns.example.\nd DS 0 0 2 ${DIGEST}`,
    ],
    passes: [`${APEX}d NS ns.example.\nd DS 1 8 2 ${DIGEST}`],
  },
  {
    check: 'out-of-zone',
    fails: [`${APEX}a.yy. A 192.0.2.1`, `${APEX}azz. A 192.0.2.1`, `${APEX}. A 192.0.2.1`],
    passes: [`${APEX}a.ZZ. A 192.0.2.1`],
  },
  {
    check: 'duplicate-record',
    fails: [`${APEX}w A 192.0.2.1\nw A 192.0.2.1`, `${APEX}w NS a.example.\nw NS A.example.`],
    passes: [`${APEX}w A 192.0.2.1\nw A 192.0.2.2`],
  },
  {
    check: 'differing-ttls',
    fails: [`${APEX}w 10 A 192.0.2.1\nw 20 A 192.0.2.2`],
    passes: [`${APEX}w 10 A 192.0.2.1\nw 20 AAAA 2001:db8::1`],
  },
  {
    check: 'signature-of-nothing',
    fails: [`${APEX}w RRSIG A 8 2 3600 20300101000000 20200101000000 1 zz. AAAA`],
    passes: [`${APEX}w A 192.0.2.1\nw RRSIG A 8 2 3600 20300101000000 20200101000000 1 zz. AAAA`],
  },
  {
    check: 'dnskey-unsigned',
    fails: [`${APEX}@ DNSKEY 257 3 13 AAAA`],
    passes: [APEX, `${APEX}w DNSKEY 257 3 13 AAAA`],
  },
  {
    check: 'dnskey-unusable',
    fails: [`${APEX}@ DNSKEY 1 3 13 AAAA`, `${APEX}@ DNSKEY 257 2 13 AAAA`],
    passes: [`${APEX}@ DNSKEY 257 3 13 AAAA`, `${APEX}@ DNSKEY 385 3 13 AAAA`],
  },
  {
    check: 'nsec-extra',
    fails: [`${APEX}w A 192.0.2.1\nw NSEC zz. A NSEC`],
    passes: [APEX],
  },
  {
    check: 'nsec3-iterations',
    fails: [`${APEX}@ NSEC3PARAM 1 0 1 -`],
    passes: [`${APEX}@ NSEC3PARAM 1 0 0 -`],
  },
  {
    check: 'nsec3-salt',
    fails: [`${APEX}@ NSEC3PARAM 1 0 0 ab`],
    passes: [`${APEX}@ NSEC3PARAM 1 0 0 -`],
  },
  {
    check: 'zonemd-unchecked',
    fails: [
      `${APEX}@ ZONEMD 1 2 1 ${'00'.repeat(48)}`,
      `${APEX}@ ZONEMD 1 1 240 ${'00'.repeat(48)}`,
      `${APEX}@ ZONEMD 1 1 1 ${'00'.repeat(48)}\n@ ZONEMD 1 1 1 ${'01'.repeat(48)}`,
    ],
    passes: [`${APEX}@ ZONEMD 1 1 1 ${'00'.repeat(48)}`, `${APEX}w ZONEMD 1 2 1 ${'00'.repeat(48)}`],
  },
]

describe.each(cases)('$check', ({ check: name, fails, passes }) => {
  const row = zoneChecks.find((candidate) => candidate.name === name)!
  it.each(fails)('finds fault with %s', (zone) => {
    const { findings, countsByCheck, errors, warnings } = check(zone, 'zz.')
    expect(Object.keys(countsByCheck)).toContain(name)
    const finding = findings.find((candidate) => candidate.check === name)!
    expect(finding.severity).toBe(row.severity)
    expect(formatFinding(finding)).toMatch(new RegExp(`^${row.severity}: .*\\(${name}\\)`))
    expect(row.severity === 'error' ? errors : warnings).toBeGreaterThan(0)
  })
  it.each(passes)('lets pass %s', (zone) => {
    expect(Object.keys(check(zone, 'zz.').countsByCheck)).not.toContain(name)
  })
})

describe('ds-digest-length', () => {
  // The reader of zone files refuses such text, so that only zones from elsewhere come this far.
  const findingsOf = (rdata: number[]) => {
    const origin = nameFromText('zz.')
    const checker = new ZoneChecker({ origin, now: 0 })
    const zone = `${APEX}d NS ns.example.\nd DS 1 13 2 ${DIGEST}`
    const records = recordsOf(zone, origin).map((record) =>
      record.type === RRType.DS ? { ...record, rdata: Uint8Array.from(rdata) } : record,
    )
    feed(checker, origin, records)
    return checker.finish().countsByCheck
  }
  it.each([
    ['a SHA-256 digest of 31 octets', [0, 1, 13, 2, ...Array(31).fill(7)]],
    ['a SHA-1 digest of 32 octets', [0, 1, 13, 1, ...Array(32).fill(7)]],
    ['a SHA-384 digest of 32 octets', [0, 1, 13, 4, ...Array(32).fill(7)]],
  ])('finds fault with %s', (_, rdata) => expect(findingsOf(rdata)).toEqual({ 'ds-digest-length': 1 }))
  it('lets a digest of the right length pass', () => {
    expect(findingsOf([0, 1, 13, 4, ...Array(48).fill(7)])).toEqual({})
  })
})

describe('findings', () => {
  it('are none in a sound zone', () => {
    expect(check(APEX, 'zz.')).toEqual({ findings: [], errors: 0, warnings: 0, countsByCheck: {} })
  })

  it('say where: owner, type, line', () => {
    const { findings } = check(`${APEX}w 10 A 192.0.2.1\nw 20 A 192.0.2.2`, 'zz.')
    expect(findings).toEqual([
      {
        check: 'differing-ttls',
        severity: 'warning',
        owner: 'w.zz.',
        type: 'A',
        message: 'TTLs of 10, 20 s in one RRset',
        line: 6,
      },
    ])
    expect(formatFinding(findings[0]!)).toBe('warning: w.zz. A: TTLs of 10, 20 s in one RRset (differing-ttls), line 6')
  })

  it('are listed up to a limit and counted beyond it, errors first', () => {
    const zone = `${APEX}${Array.from({ length: 30 }, (_, i) => `d${i} NS ns.d${i}`).join('\n')}\nw CNAME a.\nw TXT a`
    const { findings, errors, warnings, countsByCheck } = check(zone, 'zz.', { maxFindings: 7 })
    expect(findings.map((finding) => finding.check)).toEqual(['cname-and-other', ...Array(7).fill('glue-missing')])
    expect({ errors, warnings, countsByCheck }).toEqual({
      errors: 1,
      warnings: 30,
      countsByCheck: { 'cname-and-other': 1, 'glue-missing': 30 },
    })
  })

  it('name each missing host once, and the apex’s own every time', () => {
    const { countsByCheck } = check(
      '@ SOA a h 1 2 3 4 5\n@ NS ns.e\nd NS ns.e\nd2 NS ns.e\nd3 NS ns.f\nd4 NS ns.f\nf NS x.example.\nf MX 1 ns.f',
      'zz.',
    )
    expect(countsByCheck).toEqual({ 'apex-host-without-address': 1, 'host-without-address': 1, occluded: 1 })
  })

  it('do not depend on what fits into memory', () => {
    const names = Array.from(
      { length: 3000 },
      (_, i) => `d${i} NS ns.e${i % 700}\n${i % 3 ? `ns.e${i} A 192.0.2.1` : ''}`,
    )
    const zone = `${APEX}${names.join('\n')}`
    const inMemory = check(zone, 'zz.', { maxFindings: 10_000 })
    expect(inMemory.warnings).toBeGreaterThan(200)
    const spilled = check(zone, 'zz.', { maxFindings: 10_000, memoryLimit: 5000 })
    const sorted = ({ findings }: typeof inMemory) => findings.map(formatFinding).sort()
    expect(sorted(spilled)).toEqual(sorted(inMemory))
  })
})

it('the root’s own names are in the root zone', () => {
  const zone =
    '. SOA a. h. 1 2 3 4 5\n. NS ns.a.\nns.a. A 192.0.2.1\na. NS ns.b.\nb. NS ns.b.\nns.b. A 192.0.2.2\nb. MX 0 .'
  expect(check(zone, '.').countsByCheck).toEqual({ occluded: 1 })
})
