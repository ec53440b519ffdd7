import { type AnswerCase, NEGATIVE_SOA } from './cases.fixture.ts'

/** Data of the zone, and names outside it. */
export const DATA_CASES: readonly AnswerCase[] = [
  {
    title: 'an address',
    ask: 'www.zz. A',
    expect: `NOERROR aa
      ANSWER
      www.zz. 3600 A 192.0.2.80`,
  },
  {
    title: 'the letter case of the question',
    ask: 'wWw.Zz. A +rd',
    expect: `NOERROR aa
      ANSWER
      www.zz. 3600 A 192.0.2.80`,
  },
  {
    title: 'a label of symbols',
    ask: '!!.zz. A',
    expect: `NOERROR aa
      ANSWER
      !!.zz. 3600 A 192.0.2.33`,
  },
  {
    title: 'a positive answer is minimal',
    ask: 'zz. SOA',
    expect: `NOERROR aa
      ANSWER
      zz. 3600 SOA ns1.nic.zz. hostmaster.nic.zz. 2026010101 1800 900 604800 300`,
  },
  {
    title: 'the apex NS, with the addresses of the nameservers',
    ask: 'zz. NS',
    expect: `NOERROR aa
      ANSWER
      zz. 3600 NS ns1.nic.zz.
      zz. 3600 NS ns2.nic.zz.
      ADDITIONAL
      ns1.nic.zz. 3600 A 192.0.2.1
      ns1.nic.zz. 3600 AAAA 2001:db8::1
      ns2.nic.zz. 3600 A 192.0.2.2`,
  },
  {
    title: 'MX, with the addresses that the zone holds, glue among them',
    ask: 'mail.zz. MX',
    expect: `NOERROR aa
      ANSWER
      mail.zz. 3600 MX 10 www.zz.
      mail.zz. 3600 MX 20 ns1.in-domain.zz.
      mail.zz. 3600 MX 30 mx.example.
      ADDITIONAL
      www.zz. 3600 A 192.0.2.80
      www.zz. 3600 AAAA 2001:db8::80
      ns1.in-domain.zz. 3600 A 192.0.2.11
      ns1.in-domain.zz. 3600 AAAA 2001:db8::11`,
  },
  {
    title: 'two SRV with the same target: its addresses once',
    ask: '_sip._udp.zz. SRV',
    expect: `NOERROR aa
      ANSWER
      _sip._udp.zz. 3600 SRV 1 1 5060 www.zz.
      _sip._udp.zz. 3600 SRV 2 1 5060 www.zz.
      ADDITIONAL
      www.zz. 3600 A 192.0.2.80
      www.zz. 3600 AAAA 2001:db8::80`,
  },
  {
    title: 'HTTPS in ServiceMode: the owner is the target',
    ask: 'svc.zz. HTTPS',
    expect: `NOERROR aa
      ANSWER
      svc.zz. 3600 HTTPS 1 . alpn="h2"
      ADDITIONAL
      svc.zz. 3600 A 192.0.2.81`,
  },
  {
    title: 'ANY over UDP: one RRset (RFC 8482 4.1)',
    ask: 'www.zz. ANY',
    expect: `NOERROR aa
      ANSWER
      www.zz. 3600 A 192.0.2.80`,
  },
  { title: 'a name outside the zone', ask: 'www.example. A', expect: 'REFUSED' },
  { title: 'the root', ask: '. NS', expect: 'REFUSED' },
]

/** Names and types that are not there (RFC 2308). */
export const NEGATIVE_CASES: readonly AnswerCase[] = [
  {
    title: 'NODATA',
    ask: 'www.zz. MX',
    expect: `NOERROR aa
      AUTHORITY
      ${NEGATIVE_SOA}`,
  },
  {
    title: 'NXDOMAIN',
    ask: 'nothing.zz. A',
    expect: `NXDOMAIN aa
      AUTHORITY
      ${NEGATIVE_SOA}`,
  },
  {
    title: 'NXDOMAIN below a name with data',
    ask: 'x.y.www.zz. A',
    expect: `NXDOMAIN aa
      AUTHORITY
      ${NEGATIVE_SOA}`,
  },
  {
    title: 'an empty non-terminal exists',
    ask: 'ent.zz. A',
    expect: `NOERROR aa
      AUTHORITY
      ${NEGATIVE_SOA}`,
  },
  {
    title: 'an empty non-terminal above delegations alone exists',
    ask: 'opt.zz. NS',
    expect: `NOERROR aa
      AUTHORITY
      ${NEGATIVE_SOA}`,
  },
  {
    title: 'NXDOMAIN below an empty non-terminal',
    ask: 'x.ent.zz. A',
    expect: `NXDOMAIN aa
      AUTHORITY
      ${NEGATIVE_SOA}`,
  },
]

/** Answers of the unsigned zone alone. */
export const UNSIGNED_CASES: readonly AnswerCase[] = [
  {
    title: 'ANY over TCP: all RRsets',
    ask: 'www.zz. ANY +tcp',
    expect: `NOERROR aa
      ANSWER
      www.zz. 3600 A 192.0.2.80
      www.zz. 3600 AAAA 2001:db8::80
      www.zz. 3600 TXT "web"`,
  },
  {
    title: 'DO asked of an unsigned zone: no DS, no denial',
    ask: 'signed.zz. A +dnssec',
    expect: `NOERROR
      AUTHORITY
      signed.zz. 3600 NS ns.example.`,
  },
  {
    title: 'RRSIG of an unsigned name',
    ask: 'one.zz. RRSIG',
    expect: `NOERROR aa
      AUTHORITY
      ${NEGATIVE_SOA}`,
  },
]
