import { type AnswerCase, NEGATIVE_SOA } from './cases.fixture.ts'

/*
 * Answers of the signed zone to those who set DO. What proves what is RFC 4035 3.1.3 and 3.1.4 for NSEC, RFC 5155 7.2
 * for NSEC3.
 */

const SOA = `${NEGATIVE_SOA}
      zz. 300 RRSIG SOA`

const PLAIN_NS = `plain.zz. 3600 NS ns.example.
      plain.zz. 3600 NS ns2.example.`

/** However the zone denies. */
export const SIGNED_CASES: readonly AnswerCase[] = [
  {
    title: 'an address with its signature',
    ask: 'www.zz. A +dnssec',
    expect: `NOERROR aa
      ANSWER
      www.zz. 3600 A 192.0.2.80
      www.zz. 3600 RRSIG A`,
  },
  {
    title: 'signatures of additional addresses; glue has none',
    ask: 'mail.zz. MX +dnssec',
    expect: `NOERROR aa
      ANSWER
      mail.zz. 3600 MX 10 www.zz.
      mail.zz. 3600 MX 20 ns1.in-domain.zz.
      mail.zz. 3600 MX 30 mx.example.
      mail.zz. 3600 RRSIG MX
      ADDITIONAL
      www.zz. 3600 A 192.0.2.80
      www.zz. 3600 RRSIG A
      www.zz. 3600 AAAA 2001:db8::80
      www.zz. 3600 RRSIG AAAA
      ns1.in-domain.zz. 3600 A 192.0.2.11
      ns1.in-domain.zz. 3600 AAAA 2001:db8::11`,
  },
  {
    title: 'a signed alias chain',
    ask: 'two.zz. A +dnssec',
    expect: `NOERROR aa
      ANSWER
      two.zz. 3600 CNAME www.zz.
      two.zz. 3600 RRSIG CNAME
      www.zz. 3600 A 192.0.2.80
      www.zz. 3600 RRSIG A`,
  },
  {
    title: 'a synthesised CNAME is not signed (RFC 6672 5.3.1)',
    ask: 'x.dn.zz. A +dnssec',
    expect: `NOERROR aa
      ANSWER
      dn.zz. 3600 DNAME target.zz.
      dn.zz. 3600 RRSIG DNAME
      x.dn.zz. 3600 CNAME x.target.zz.
      x.target.zz. 3600 A 192.0.2.50
      x.target.zz. 3600 RRSIG A`,
  },
  {
    title: 'ANY over UDP: one RRset with its signature',
    ask: 'www.zz. ANY +dnssec',
    expect: `NOERROR aa
      ANSWER
      www.zz. 3600 A 192.0.2.80
      www.zz. 3600 RRSIG A`,
  },
  {
    title: 'RRSIG over UDP: the signatures of one RRset',
    ask: 'www.zz. RRSIG +dnssec',
    expect: `NOERROR aa
      ANSWER
      www.zz. 3600 RRSIG A`,
  },
  {
    title: 'signatures lead nowhere: no addresses',
    ask: 'mail.zz. RRSIG +dnssec',
    expect: `NOERROR aa
      ANSWER
      mail.zz. 3600 RRSIG MX`,
  },
  {
    title: 'a secure delegation: DS and its signature',
    ask: 'www.signed.zz. A +dnssec',
    expect: `NOERROR
      AUTHORITY
      signed.zz. 3600 NS ns.example.
      signed.zz. 3600 DS 12345 13 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
      signed.zz. 3600 RRSIG DS`,
  },
  {
    title: 'DS asked for',
    ask: 'signed.zz. DS +dnssec',
    expect: `NOERROR aa
      ANSWER
      signed.zz. 3600 DS 12345 13 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
      signed.zz. 3600 RRSIG DS`,
  },
]

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

/** Without opt-out and with it. */
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
