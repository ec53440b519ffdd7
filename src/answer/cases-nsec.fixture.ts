import { type AnswerCase, NEGATIVE_SOA } from './cases.fixture.ts'

const SOA = `${NEGATIVE_SOA}
      zz. 300 RRSIG SOA`

const PLAIN_NS = `plain.zz. 3600 NS ns.example.
      plain.zz. 3600 NS ns2.example.`

/** With DO, of the zone signed with NSEC: RFC 4035 3.1.3 and 3.1.4 say what proves what. */
export const NSEC_CASES: readonly AnswerCase[] = [
  {
    title: 'NXDOMAIN: no such name, no wildcard at the apex',
    ask: 'nothing.zz. A +dnssec',
    expect: `NXDOMAIN aa
      AUTHORITY
      ${SOA}
      NSEC covers nothing.zz.
      NSEC covers *.zz.`,
  },
  {
    title: 'NXDOMAIN: one NSEC for both is given once',
    ask: '+.zz. A +dnssec',
    expect: `NXDOMAIN aa
      AUTHORITY
      ${SOA}
      NSEC covers +.zz.
      NSEC covers *.zz.`,
  },
  {
    title: 'NXDOMAIN below an empty non-terminal',
    ask: 'x.ent.zz. A +dnssec',
    expect: `NXDOMAIN aa
      AUTHORITY
      ${SOA}
      NSEC covers x.ent.zz.
      NSEC covers *.ent.zz.`,
  },
  {
    title: 'NODATA',
    ask: 'www.zz. MX +dnssec',
    expect: `NOERROR aa
      AUTHORITY
      ${SOA}
      NSEC matches www.zz.`,
  },
  {
    title: 'NODATA at the apex',
    ask: 'zz. MX +dnssec',
    expect: `NOERROR aa
      AUTHORITY
      ${SOA}
      NSEC matches zz.`,
  },
  {
    title: 'NODATA at an empty non-terminal: the NSEC before it names what lies below it',
    ask: 'b.ent.zz. A +dnssec',
    expect: `NOERROR aa
      AUTHORITY
      ${SOA}
      NSEC covers b.ent.zz.`,
  },
  {
    title: 'an insecure delegation: no DS at the cut',
    ask: 'www.plain.zz. A +dnssec',
    expect: `NOERROR
      AUTHORITY
      ${PLAIN_NS}
      NSEC matches plain.zz.`,
  },
  {
    title: 'DS of an insecure delegation',
    ask: 'plain.zz. DS +dnssec',
    expect: `NOERROR aa
      AUTHORITY
      ${SOA}
      NSEC matches plain.zz.`,
  },
  {
    title: 'NSEC asked for',
    ask: 'www.zz. NSEC',
    expect: `NOERROR aa
      ANSWER
      NSEC matches www.zz.`,
  },
  {
    title: 'NSEC of an alias asked for',
    ask: 'two.zz. NSEC +dnssec',
    expect: `NOERROR aa
      ANSWER
      NSEC matches two.zz.`,
  },
  {
    title: 'ANY over TCP: all RRsets, each signature once',
    ask: 'target.zz. ANY +dnssec +tcp',
    expect: `NOERROR aa
      ANSWER
      target.zz. 3600 TXT "the target"
      target.zz. 3600 RRSIG TXT
      NSEC matches target.zz.`,
  },
  {
    title: 'a wildcard answer: nothing closer',
    ask: 'any.wild.zz. A +dnssec',
    expect: `NOERROR aa
      ANSWER
      any.wild.zz. 3600 A 192.0.2.40
      any.wild.zz. 3600 RRSIG A
      AUTHORITY
      NSEC covers any.wild.zz.`,
  },
  {
    title: 'the wildcard by its own name needs no proof',
    ask: '*.wild.zz. A +dnssec',
    expect: `NOERROR aa
      ANSWER
      *.wild.zz. 3600 A 192.0.2.40
      *.wild.zz. 3600 RRSIG A`,
  },
  {
    title: 'wildcard NODATA: the wildcard lacks the type, nothing closer',
    ask: 'any.wild.zz. MX +dnssec',
    expect: `NOERROR aa
      AUTHORITY
      ${SOA}
      NSEC matches *.wild.zz.
      NSEC covers any.wild.zz.`,
  },
  {
    title: 'a wildcard that is an empty non-terminal: both proofs (RFC 4035 3.1.3.4)',
    ask: 'any.starent.zz. A +dnssec',
    expect: `NOERROR aa
      AUTHORITY
      ${SOA}
      NSEC covers *.starent.zz.
      NSEC covers any.starent.zz.`,
  },
  {
    title: 'a wildcard alias',
    ask: 'any.alias.zz. A +dnssec',
    expect: `NOERROR aa
      ANSWER
      any.alias.zz. 3600 CNAME www.zz.
      any.alias.zz. 3600 RRSIG CNAME
      www.zz. 3600 A 192.0.2.80
      www.zz. 3600 RRSIG A
      AUTHORITY
      NSEC covers any.alias.zz.`,
  },
  {
    title: 'a wildcard alias to nothing',
    ask: 'any.gone.zz. A +dnssec',
    expect: `NXDOMAIN aa
      ANSWER
      any.gone.zz. 3600 CNAME nowhere.zz.
      any.gone.zz. 3600 RRSIG CNAME
      AUTHORITY
      ${SOA}
      NSEC covers any.gone.zz.
      NSEC covers nowhere.zz.
      NSEC covers *.zz.`,
  },
  {
    title: 'a wildcard alias into an insecure delegation',
    ask: 'any.far.zz. A +dnssec',
    expect: `NOERROR aa
      ANSWER
      any.far.zz. 3600 CNAME host.plain.zz.
      any.far.zz. 3600 RRSIG CNAME
      AUTHORITY
      ${PLAIN_NS}
      NSEC matches plain.zz.
      NSEC covers any.far.zz.`,
  },
  {
    title: 'a wildcard alias to another wildcard: both expansions are shown right',
    ask: 'any.double.zz. A +dnssec',
    expect: `NOERROR aa
      ANSWER
      any.double.zz. 3600 CNAME x.wild.zz.
      any.double.zz. 3600 RRSIG CNAME
      x.wild.zz. 3600 A 192.0.2.40
      x.wild.zz. 3600 RRSIG A
      AUTHORITY
      NSEC covers any.double.zz.
      NSEC covers x.wild.zz.`,
  },
]
