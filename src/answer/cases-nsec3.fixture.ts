import { type AnswerCase, NEGATIVE_SOA } from './cases.fixture.ts'

const SOA = `${NEGATIVE_SOA}
      zz. 300 RRSIG SOA`

const PLAIN_NS = `plain.zz. 3600 NS ns.example.
      plain.zz. 3600 NS ns2.example.`

/** With DO, of the zone signed with NSEC3, with opt-out and without: RFC 5155 7.2 says what proves what. */
export const NSEC3_CASES: readonly AnswerCase[] = [
  {
    title: 'NXDOMAIN: closest encloser, next closer name, wildcard (RFC 5155 7.2.2)',
    ask: 'nothing.zz. A +dnssec',
    expect: `NXDOMAIN aa
      AUTHORITY
      ${SOA}
      NSEC3 matches zz.
      NSEC3 covers nothing.zz.
      NSEC3 covers *.zz.`,
  },
  {
    title: 'NXDOMAIN some labels below the closest encloser',
    ask: 'x.y.z.a.b.ent.zz. A +dnssec',
    expect: `NXDOMAIN aa
      AUTHORITY
      ${SOA}
      NSEC3 matches a.b.ent.zz.
      NSEC3 covers z.a.b.ent.zz.
      NSEC3 covers *.a.b.ent.zz.`,
  },
  {
    title: 'NODATA',
    ask: 'www.zz. MX +dnssec',
    expect: `NOERROR aa
      AUTHORITY
      ${SOA}
      NSEC3 matches www.zz.`,
  },
  {
    title: 'NODATA at an empty non-terminal, which has an NSEC3 of its own',
    ask: 'b.ent.zz. A +dnssec',
    expect: `NOERROR aa
      AUTHORITY
      ${SOA}
      NSEC3 matches b.ent.zz.`,
  },
  {
    title: 'NODATA at an alias asked for NSEC',
    ask: 'two.zz. NSEC +dnssec',
    expect: `NOERROR aa
      AUTHORITY
      ${SOA}
      NSEC3 matches two.zz.`,
  },
  {
    title: 'a wildcard answer: no next closer name (7.2.6)',
    ask: 'a.b.wild.zz. A +dnssec',
    expect: `NOERROR aa
      ANSWER
      a.b.wild.zz. 3600 A 192.0.2.40
      a.b.wild.zz. 3600 RRSIG A
      AUTHORITY
      NSEC3 covers b.wild.zz.`,
  },
  {
    title: 'wildcard NODATA (7.2.5)',
    ask: 'a.b.wild.zz. MX +dnssec',
    expect: `NOERROR aa
      AUTHORITY
      ${SOA}
      NSEC3 matches wild.zz.
      NSEC3 covers b.wild.zz.
      NSEC3 matches *.wild.zz.`,
  },
  {
    title: 'a wildcard that is an empty non-terminal',
    ask: 'any.starent.zz. A +dnssec',
    expect: `NOERROR aa
      AUTHORITY
      ${SOA}
      NSEC3 matches starent.zz.
      NSEC3 covers any.starent.zz.
      NSEC3 matches *.starent.zz.`,
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
      NSEC3 covers any.gone.zz.
      NSEC3 matches zz.
      NSEC3 covers nowhere.zz.
      NSEC3 covers *.zz.`,
  },
  {
    title: 'redirected to nothing',
    ask: 'nothing.dn.zz. A +dnssec',
    expect: `NXDOMAIN aa
      ANSWER
      dn.zz. 3600 DNAME target.zz.
      dn.zz. 3600 RRSIG DNAME
      nothing.dn.zz. 3600 CNAME nothing.target.zz.
      AUTHORITY
      ${SOA}
      NSEC3 matches target.zz.
      NSEC3 covers nothing.target.zz.
      NSEC3 covers *.target.zz.`,
  },
]

/** Every name has an NSEC3. */
export const NSEC3_WITHOUT_OPT_OUT_CASES: readonly AnswerCase[] = [
  {
    title: 'an insecure delegation: no DS at the cut (7.2.7)',
    ask: 'www.plain.zz. A +dnssec',
    expect: `NOERROR
      AUTHORITY
      ${PLAIN_NS}
      NSEC3 matches plain.zz.`,
  },
  {
    title: 'DS of an insecure delegation (7.2.4)',
    ask: 'plain.zz. DS +dnssec',
    expect: `NOERROR aa
      AUTHORITY
      ${SOA}
      NSEC3 matches plain.zz.`,
  },
  {
    title: 'NODATA at an empty non-terminal above an insecure delegation',
    ask: 'opt.zz. A +dnssec',
    expect: `NOERROR aa
      AUTHORITY
      ${SOA}
      NSEC3 matches opt.zz.`,
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
      NSEC3 matches plain.zz.
      NSEC3 covers any.far.zz.`,
  },
]

/** Insecure delegations, and the empty non-terminals above them alone, have none. */
export const OPT_OUT_CASES: readonly AnswerCase[] = [
  {
    title: 'an insecure delegation: closest provable encloser proof (7.2.7)',
    ask: 'www.plain.zz. A +dnssec',
    expect: `NOERROR
      AUTHORITY
      ${PLAIN_NS}
      NSEC3 matches zz.
      NSEC3 opt-out covers plain.zz.`,
  },
  {
    title: 'an insecure delegation beside a secure one, of two labels',
    ask: 'www.shop.co.zz. A +dnssec',
    expect: `NOERROR
      AUTHORITY
      shop.co.zz. 3600 NS ns.example.
      NSEC3 matches co.zz.
      NSEC3 opt-out covers shop.co.zz.`,
  },
  {
    title: 'an insecure delegation below an empty non-terminal without NSEC3',
    ask: 'www.only.opt.zz. A +dnssec',
    expect: `NOERROR
      AUTHORITY
      only.opt.zz. 3600 NS ns.example.
      NSEC3 matches zz.
      NSEC3 opt-out covers opt.zz.`,
  },
  {
    title: 'DS of an insecure delegation (7.2.4)',
    ask: 'plain.zz. DS +dnssec',
    expect: `NOERROR aa
      AUTHORITY
      ${SOA}
      NSEC3 matches zz.
      NSEC3 opt-out covers plain.zz.`,
  },
  {
    title: 'NODATA at an empty non-terminal without NSEC3',
    ask: 'opt.zz. A +dnssec',
    expect: `NOERROR aa
      AUTHORITY
      ${SOA}
      NSEC3 matches zz.
      NSEC3 opt-out covers opt.zz.`,
  },
  {
    title: 'NXDOMAIN below an empty non-terminal without NSEC3',
    ask: 'x.opt.zz. A +dnssec',
    expect: `NXDOMAIN aa
      AUTHORITY
      ${SOA}
      NSEC3 matches zz.
      NSEC3 opt-out covers opt.zz.
      NSEC3 covers *.zz.`,
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
      NSEC3 matches zz.
      NSEC3 opt-out covers plain.zz.
      NSEC3 covers any.far.zz.`,
  },
]
