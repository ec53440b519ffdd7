/** A question and the reply it must get, in words that an operator can read. */
export interface AnswerCase {
  readonly title: string
  /** As {@link ask} reads it. */
  readonly ask: string
  /**
   * The status line (rcode, aa, tc), then the sections as far as they are not empty, each under its name. A record
   * reads `OWNER TTL TYPE RDATA`, a signature `OWNER TTL RRSIG TYPE-COVERED`. The order within a section is free.
   *
   * Denial is written by what it proves: `NSEC matches NAME`, `NSEC covers NAME`, `NSEC3 matches NAME`,
   * `NSEC3 covers NAME`, and `NSEC3 opt-out covers NAME` where the record has that flag. Each such line holds for some
   * record, and each such record is there for some line; their signatures go without saying.
   */
  readonly expect: string
}

/** The SOA as it stands in negative answers: with the TTL of its MINIMUM field. */
export const NEGATIVE_SOA = 'zz. 300 SOA ns1.nic.zz. hostmaster.nic.zz. 2026010101 1800 900 604800 300'

const LONG = 'a'.repeat(60)

/** A TLD with everything in it that a TLD may have, and some things it should not. */
export const TLD_ZONE = `
$ORIGIN zz.
$TTL 3600
@            SOA   ns1.nic hostmaster.nic 2026010101 1800 900 604800 300
@            NS    ns1.nic
@            NS    ns2.nic
@            TXT   "the zz registry"
ns1.nic      A     192.0.2.1
ns1.nic      AAAA  2001:db8::1
ns2.nic      A     192.0.2.2
www          A     192.0.2.80
www          AAAA  2001:db8::80
www          TXT   "web"
mail         MX    10 www
mail         MX    20 ns1.in-domain
mail         MX    30 mx.example.
_sip._udp    SRV   1 1 5060 www
_sip._udp    SRV   2 1 5060 www
svc          HTTPS 1 . alpn=h2
svc          A     192.0.2.81
!!           A     192.0.2.33

; delegations
plain        NS    ns.example.
plain        NS    ns2.example.
signed       NS    ns.example.
signed       DS    12345 13 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
in-domain    NS    ns1.in-domain
in-domain    NS    ns2.in-domain
ns1.in-domain A    192.0.2.11
ns1.in-domain AAAA 2001:db8::11
ns2.in-domain A    192.0.2.12
self         NS    self
self         A     192.0.2.13
sibling      NS    ns1.in-domain
sibling      NS    ns.sibling
sibling      NS    ns1.nic
ns.sibling   A     192.0.2.14
shop.co      NS    ns.example.
bank.co      NS    ns.example.
bank.co      DS    54321 13 2 ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100
only.opt     NS    ns.example.
outer        NS    ns.inner.outer
ns.inner.outer A   192.0.2.15

; empty non-terminals, wildcards
a.b.ent      TXT   "at the bottom"
*.wild       A     192.0.2.40
*.wild       TXT   "wild"
host.wild    A     192.0.2.41
cut.wild     NS    ns.example.
x.went.wild  TXT   "makes went.wild an empty non-terminal"
x.*.starent  TXT   "makes *.starent an empty non-terminal"
*.alias      CNAME www
*.gone       CNAME nowhere
*.far        CNAME host.plain
*.double     CNAME x.wild
*.wdname     DNAME target

; aliases
one          CNAME two
two          CNAME www
to-nothing   CNAME nothing
to-nodata    CNAME svc
to-outside   CNAME www.example.
to-cut       CNAME host.in-domain
to-signed    CNAME signed
loop1        CNAME loop2
loop2        CNAME loop1
ouroboros    CNAME ouroboros

; redirections
dn           DNAME target
dn           TXT   "beside DNAME"
target       TXT   "the target"
x.target     A     192.0.2.50
c.target     CNAME www
out-dn       DNAME example.
long         DNAME ${LONG}.${LONG}.${LONG}.example.
turn         DNAME x.turn
cut-dn       DNAME in-domain
`

/** Answers that do not depend on DNSSEC: asked of the unsigned zone and, without DO, of every signed one. */
export const PLAIN_CASES: readonly AnswerCase[] = [
  // data
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

  // negative answers
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

  // referrals
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

  // wildcards (RFC 4592)
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

  // aliases
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

  // redirections (RFC 6672)
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

  // outside
  { title: 'a name outside the zone', ask: 'www.example. A', expect: 'REFUSED' },
  { title: 'the root', ask: '. NS', expect: 'REFUSED' },
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
