import type { AnswerCase } from './cases.fixture.ts'

/** With DO, of the signed zone, however it denies. */
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
