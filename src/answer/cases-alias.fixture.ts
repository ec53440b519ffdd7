import { type AnswerCase, LONG_LABEL as LONG, NEGATIVE_SOA } from './cases.fixture.ts'

/** CNAME (RFC 1034 4.3.2 step 3a, RFC 6604). */
export const ALIAS_CASES: readonly AnswerCase[] = [
  {
    title: 'a chain of aliases',
    ask: 'one.zz. A',
    expect: `NOERROR aa
      ANSWER
      one.zz. 3600 CNAME two.zz.
      two.zz. 3600 CNAME www.zz.
      www.zz. 3600 A 192.0.2.80`,
  },
  {
    title: 'an alias is not followed for CNAME',
    ask: 'one.zz. CNAME',
    expect: `NOERROR aa
      ANSWER
      one.zz. 3600 CNAME two.zz.`,
  },
  {
    title: 'nor for ANY',
    ask: 'one.zz. ANY',
    expect: `NOERROR aa
      ANSWER
      one.zz. 3600 CNAME two.zz.`,
  },
  {
    title: 'but for the types of old DNSSEC',
    ask: 'two.zz. KEY',
    expect: `NOERROR aa
      ANSWER
      two.zz. 3600 CNAME www.zz.
      AUTHORITY
      ${NEGATIVE_SOA}`,
  },
  {
    title: 'an alias to nothing (RFC 6604 2)',
    ask: 'to-nothing.zz. A',
    expect: `NXDOMAIN aa
      ANSWER
      to-nothing.zz. 3600 CNAME nothing.zz.
      AUTHORITY
      ${NEGATIVE_SOA}`,
  },
  {
    title: 'an alias to a name without the type',
    ask: 'to-nodata.zz. AAAA',
    expect: `NOERROR aa
      ANSWER
      to-nodata.zz. 3600 CNAME svc.zz.
      AUTHORITY
      ${NEGATIVE_SOA}`,
  },
  {
    title: 'an alias out of the zone',
    ask: 'to-outside.zz. A',
    expect: `NOERROR aa
      ANSWER
      to-outside.zz. 3600 CNAME www.example.`,
  },
  {
    title: 'an alias to a delegated name: AA and the NS RRset',
    ask: 'to-cut.zz. A',
    expect: `NOERROR aa
      ANSWER
      to-cut.zz. 3600 CNAME host.in-domain.zz.
      AUTHORITY
      in-domain.zz. 3600 NS ns1.in-domain.zz.
      in-domain.zz. 3600 NS ns2.in-domain.zz.
      ADDITIONAL
      ns1.in-domain.zz. 3600 A 192.0.2.11
      ns1.in-domain.zz. 3600 AAAA 2001:db8::11
      ns2.in-domain.zz. 3600 A 192.0.2.12`,
  },
  {
    title: 'an alias to a cut, asked for DS',
    ask: 'to-signed.zz. DS',
    expect: `NOERROR aa
      ANSWER
      to-signed.zz. 3600 CNAME signed.zz.
      signed.zz. 3600 DS 12345 13 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff`,
  },
  {
    title: 'aliases in a circle',
    ask: 'loop1.zz. A',
    expect: `NOERROR aa
      ANSWER
      loop1.zz. 3600 CNAME loop2.zz.
      loop2.zz. 3600 CNAME loop1.zz.`,
  },
  {
    title: 'an alias of itself',
    ask: 'ouroboros.zz. A',
    expect: `NOERROR aa
      ANSWER
      ouroboros.zz. 3600 CNAME ouroboros.zz.`,
  },
]

/** DNAME (RFC 6672). */
export const REDIRECTION_CASES: readonly AnswerCase[] = [
  {
    title: 'a redirected name',
    ask: 'x.dn.zz. A',
    expect: `NOERROR aa
      ANSWER
      dn.zz. 3600 DNAME target.zz.
      x.dn.zz. 3600 CNAME x.target.zz.
      x.target.zz. 3600 A 192.0.2.50`,
  },
  {
    title: 'a redirected name that is an alias',
    ask: 'c.dn.zz. A',
    expect: `NOERROR aa
      ANSWER
      dn.zz. 3600 DNAME target.zz.
      c.dn.zz. 3600 CNAME c.target.zz.
      c.target.zz. 3600 CNAME www.zz.
      www.zz. 3600 A 192.0.2.80`,
  },
  {
    title: 'the synthesised CNAME answers a query for CNAME',
    ask: 'x.dn.zz. CNAME',
    expect: `NOERROR aa
      ANSWER
      dn.zz. 3600 DNAME target.zz.
      x.dn.zz. 3600 CNAME x.target.zz.`,
  },
  {
    title: 'the owner of a DNAME is not redirected',
    ask: 'dn.zz. TXT',
    expect: `NOERROR aa
      ANSWER
      dn.zz. 3600 TXT "beside DNAME"`,
  },
  {
    title: 'DNAME asked for',
    ask: 'dn.zz. DNAME',
    expect: `NOERROR aa
      ANSWER
      dn.zz. 3600 DNAME target.zz.`,
  },
  {
    title: 'redirected to nothing',
    ask: 'nothing.dn.zz. A',
    expect: `NXDOMAIN aa
      ANSWER
      dn.zz. 3600 DNAME target.zz.
      nothing.dn.zz. 3600 CNAME nothing.target.zz.
      AUTHORITY
      ${NEGATIVE_SOA}`,
  },
  {
    title: 'redirected out of the zone',
    ask: 'www.out-dn.zz. A',
    expect: `NOERROR aa
      ANSWER
      out-dn.zz. 3600 DNAME example.
      www.out-dn.zz. 3600 CNAME www.example.`,
  },
  {
    title: 'redirected into a delegation',
    ask: 'www.cut-dn.zz. A',
    expect: `NOERROR aa
      ANSWER
      cut-dn.zz. 3600 DNAME in-domain.zz.
      www.cut-dn.zz. 3600 CNAME www.in-domain.zz.
      AUTHORITY
      in-domain.zz. 3600 NS ns1.in-domain.zz.
      in-domain.zz. 3600 NS ns2.in-domain.zz.
      ADDITIONAL
      ns1.in-domain.zz. 3600 A 192.0.2.11
      ns1.in-domain.zz. 3600 AAAA 2001:db8::11
      ns2.in-domain.zz. 3600 A 192.0.2.12`,
  },
  {
    title: 'redirected to a name that is too long (RFC 6672 2.2)',
    ask: `x.y.${LONG}.long.zz. A`,
    expect: `YXDOMAIN aa
      ANSWER
      long.zz. 3600 DNAME ${LONG}.${LONG}.${LONG}.example.`,
  },
  {
    title: 'a redirection into itself ends',
    ask: 'a.turn.zz. A +tcp',
    expect: `NOERROR aa
      ANSWER
      turn.zz. 3600 DNAME x.turn.zz.
      a.turn.zz. 3600 CNAME a.x.turn.zz.
      a.x.turn.zz. 3600 CNAME a.x.x.turn.zz.
      a.x.x.turn.zz. 3600 CNAME a.x.x.x.turn.zz.
      a.x.x.x.turn.zz. 3600 CNAME a.x.x.x.x.turn.zz.
      a.x.x.x.x.turn.zz. 3600 CNAME a.x.x.x.x.x.turn.zz.
      a.x.x.x.x.x.turn.zz. 3600 CNAME a.x.x.x.x.x.x.turn.zz.
      a.x.x.x.x.x.x.turn.zz. 3600 CNAME a.x.x.x.x.x.x.x.turn.zz.
      a.x.x.x.x.x.x.x.turn.zz. 3600 CNAME a.x.x.x.x.x.x.x.x.turn.zz.`,
  },
]
