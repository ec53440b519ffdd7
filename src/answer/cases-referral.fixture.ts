import { type AnswerCase, NEGATIVE_SOA } from './cases.fixture.ts'

/** Delegations (RFC 1034 4.3.2 step 3b) and DS at their cuts. */
export const REFERRAL_CASES: readonly AnswerCase[] = [
  {
    title: 'a referral',
    ask: 'www.plain.zz. A',
    expect: `NOERROR
      AUTHORITY
      plain.zz. 3600 NS ns.example.
      plain.zz. 3600 NS ns2.example.`,
  },
  {
    title: 'a referral for NS at the cut itself',
    ask: 'plain.zz. NS',
    expect: `NOERROR
      AUTHORITY
      plain.zz. 3600 NS ns.example.
      plain.zz. 3600 NS ns2.example.`,
  },
  {
    title: 'a referral for SOA at the cut itself',
    ask: 'plain.zz. SOA',
    expect: `NOERROR
      AUTHORITY
      plain.zz. 3600 NS ns.example.
      plain.zz. 3600 NS ns2.example.`,
  },
  {
    title: 'a referral for NSEC at the cut itself',
    ask: 'plain.zz. NSEC',
    expect: `NOERROR
      AUTHORITY
      plain.zz. 3600 NS ns.example.
      plain.zz. 3600 NS ns2.example.`,
  },
  {
    title: 'a referral for ANY at the cut itself',
    ask: 'signed.zz. ANY +tcp',
    expect: `NOERROR
      AUTHORITY
      signed.zz. 3600 NS ns.example.`,
  },
  {
    title: 'a referral with in-domain glue',
    ask: 'www.in-domain.zz. AAAA',
    expect: `NOERROR
      AUTHORITY
      in-domain.zz. 3600 NS ns1.in-domain.zz.
      in-domain.zz. 3600 NS ns2.in-domain.zz.
      ADDITIONAL
      ns1.in-domain.zz. 3600 A 192.0.2.11
      ns1.in-domain.zz. 3600 AAAA 2001:db8::11
      ns2.in-domain.zz. 3600 A 192.0.2.12`,
  },
  {
    title: 'a question for glue gets the referral',
    ask: 'ns1.in-domain.zz. A',
    expect: `NOERROR
      AUTHORITY
      in-domain.zz. 3600 NS ns1.in-domain.zz.
      in-domain.zz. 3600 NS ns2.in-domain.zz.
      ADDITIONAL
      ns1.in-domain.zz. 3600 A 192.0.2.11
      ns1.in-domain.zz. 3600 AAAA 2001:db8::11
      ns2.in-domain.zz. 3600 A 192.0.2.12`,
  },
  {
    title: 'the cut is its own nameserver',
    ask: 'self.zz. A',
    expect: `NOERROR
      AUTHORITY
      self.zz. 3600 NS self.zz.
      ADDITIONAL
      self.zz. 3600 A 192.0.2.13`,
  },
  {
    title: 'in-domain and sibling glue, and addresses of the zone itself',
    ask: 'sibling.zz. A',
    expect: `NOERROR
      AUTHORITY
      sibling.zz. 3600 NS ns1.in-domain.zz.
      sibling.zz. 3600 NS ns.sibling.zz.
      sibling.zz. 3600 NS ns1.nic.zz.
      ADDITIONAL
      ns.sibling.zz. 3600 A 192.0.2.14
      ns1.in-domain.zz. 3600 A 192.0.2.11
      ns1.in-domain.zz. 3600 AAAA 2001:db8::11
      ns1.nic.zz. 3600 A 192.0.2.1
      ns1.nic.zz. 3600 AAAA 2001:db8::1`,
  },
  {
    title: 'a delegation of two labels',
    ask: 'www.shop.co.zz. A',
    expect: `NOERROR
      AUTHORITY
      shop.co.zz. 3600 NS ns.example.`,
  },
  {
    title: 'what lies below a cut is not there: an empty non-terminal',
    ask: 'inner.outer.zz. A',
    expect: `NOERROR
      AUTHORITY
      outer.zz. 3600 NS ns.inner.outer.zz.
      ADDITIONAL
      ns.inner.outer.zz. 3600 A 192.0.2.15`,
  },
  {
    title: 'DS at the cut comes from the parent',
    ask: 'signed.zz. DS',
    expect: `NOERROR aa
      ANSWER
      signed.zz. 3600 DS 12345 13 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff`,
  },
  {
    title: 'no DS at the cut: NODATA from the parent',
    ask: 'plain.zz. DS',
    expect: `NOERROR aa
      AUTHORITY
      ${NEGATIVE_SOA}`,
  },
  {
    title: 'DS below the cut: a referral',
    ask: 'www.signed.zz. DS',
    expect: `NOERROR
      AUTHORITY
      signed.zz. 3600 NS ns.example.`,
  },
  {
    title: 'DS at the apex: NODATA, since the parent is not served here',
    ask: 'zz. DS',
    expect: `NOERROR aa
      AUTHORITY
      ${NEGATIVE_SOA}`,
  },
]
