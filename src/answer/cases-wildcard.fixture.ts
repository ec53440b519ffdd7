import { type AnswerCase, NEGATIVE_SOA } from './cases.fixture.ts'

/** Wildcards (RFC 4592). */
export const WILDCARD_CASES: readonly AnswerCase[] = [
  {
    title: 'a wildcard answers for a missing name',
    ask: 'any.wild.zz. A',
    expect: `NOERROR aa
      ANSWER
      any.wild.zz. 3600 A 192.0.2.40`,
  },
  {
    title: 'a wildcard answers for a name of several labels',
    ask: 'a.b.c.wild.zz. A',
    expect: `NOERROR aa
      ANSWER
      a.b.c.wild.zz. 3600 A 192.0.2.40`,
  },
  {
    title: 'a wildcard does not answer for a name that exists',
    ask: 'host.wild.zz. TXT',
    expect: `NOERROR aa
      AUTHORITY
      ${NEGATIVE_SOA}`,
  },
  {
    title: 'nor for what is missing below it',
    ask: 'x.host.wild.zz. A',
    expect: `NXDOMAIN aa
      AUTHORITY
      ${NEGATIVE_SOA}`,
  },
  {
    title: 'nor for an empty non-terminal beside it',
    ask: 'went.wild.zz. A',
    expect: `NOERROR aa
      AUTHORITY
      ${NEGATIVE_SOA}`,
  },
  {
    title: 'nor for what is delegated beside it',
    ask: 'x.cut.wild.zz. A',
    expect: `NOERROR
      AUTHORITY
      cut.wild.zz. 3600 NS ns.example.`,
  },
  {
    title: 'wildcard NODATA',
    ask: 'any.wild.zz. MX',
    expect: `NOERROR aa
      AUTHORITY
      ${NEGATIVE_SOA}`,
  },
  {
    title: 'the wildcard asked for by its own name',
    ask: '*.wild.zz. A',
    expect: `NOERROR aa
      ANSWER
      *.wild.zz. 3600 A 192.0.2.40`,
  },
  {
    title: 'a name below the wildcard itself: the wildcard is its closest encloser',
    ask: 'x.*.wild.zz. A',
    expect: `NXDOMAIN aa
      AUTHORITY
      ${NEGATIVE_SOA}`,
  },
  {
    title: 'a wildcard that is an empty non-terminal: NODATA',
    ask: 'any.starent.zz. TXT',
    expect: `NOERROR aa
      AUTHORITY
      ${NEGATIVE_SOA}`,
  },
  {
    title: 'a wildcard alias',
    ask: 'any.alias.zz. AAAA',
    expect: `NOERROR aa
      ANSWER
      any.alias.zz. 3600 CNAME www.zz.
      www.zz. 3600 AAAA 2001:db8::80`,
  },
  {
    title: 'a wildcard alias asked for itself',
    ask: 'any.alias.zz. CNAME',
    expect: `NOERROR aa
      ANSWER
      any.alias.zz. 3600 CNAME www.zz.`,
  },
  {
    title: 'a wildcard alias to nothing',
    ask: 'any.gone.zz. A',
    expect: `NXDOMAIN aa
      ANSWER
      any.gone.zz. 3600 CNAME nowhere.zz.
      AUTHORITY
      ${NEGATIVE_SOA}`,
  },
  {
    title: 'a wildcard alias to a delegated name',
    ask: 'any.far.zz. A',
    expect: `NOERROR aa
      ANSWER
      any.far.zz. 3600 CNAME host.plain.zz.
      AUTHORITY
      plain.zz. 3600 NS ns.example.
      plain.zz. 3600 NS ns2.example.`,
  },
  {
    title: 'a wildcard alias to another wildcard',
    ask: 'any.double.zz. TXT',
    expect: `NOERROR aa
      ANSWER
      any.double.zz. 3600 CNAME x.wild.zz.
      x.wild.zz. 3600 TXT "wild"`,
  },
  {
    title: 'DNAME at a wildcard redirects nothing (RFC 4592 4.4)',
    ask: 'x.y.wdname.zz. A',
    expect: `NOERROR aa
      AUTHORITY
      ${NEGATIVE_SOA}`,
  },
]

/** Loaded unsigned only: BIND's signer takes no NS at a wildcard. */
export const WILDCARD_NS_ZONE = `
$ORIGIN zz.
$TTL 3600
@      SOA ns1.nic hostmaster.nic 2026010101 1800 900 604800 300
@      NS  ns.example.
*      NS  ns.example.
`

export const WILDCARD_NS_CASES: readonly AnswerCase[] = [
  {
    title: 'NS at a wildcard cuts nothing off (RFC 4592 4.2): it is data',
    ask: 'any.zz. NS',
    expect: `NOERROR aa
      ANSWER
      any.zz. 3600 NS ns.example.`,
  },
  {
    title: 'nor refers',
    ask: 'www.any.zz. A',
    expect: `NOERROR aa
      AUTHORITY
      ${NEGATIVE_SOA}`,
  },
  {
    title: 'but the name itself is a cut',
    ask: 'www.*.zz. A',
    expect: `NOERROR
      AUTHORITY
      *.zz. 3600 NS ns.example.`,
  },
]
