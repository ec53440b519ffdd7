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

/** Three of them leave no room for a fourth in a name. */
export const LONG_LABEL = 'a'.repeat(60)

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
long         DNAME ${LONG_LABEL}.${LONG_LABEL}.${LONG_LABEL}.example.
turn         DNAME x.turn
cut-dn       DNAME in-domain
`
