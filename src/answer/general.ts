import { Rcode, RRType } from '../iana/index.ts'
import { isAtOrBelow, type Name } from '../wire/index.ts'
import type { RRset, ZoneNode } from '../zone/index.ts'
import { offerTargetAddresses } from './additional.ts'
import { proveExpansion, proveNoData, proveNoName, proveWildcardNoData } from './denial.ts'
import { redirect, synthesizeCname } from './dname.ts'
import { offerSiblingGlue, putDelegation, putDelegationSecurity, putInDomainGlue } from './referral.ts'
import { findRRset, search, wildcardBelow } from './search.ts'
import { Section, type Sections } from './sections.ts'

/** What the general path found, for the header of the reply. */
export interface Outcome {
  readonly rcode: number
  /** AA: the first owner name in the answer, or the name asked for, is the zone's own (RFC 1035 4.1.1). */
  readonly authoritative: boolean
}

/** Links of a chain of aliases followed within one reply; a longer one is left to the resolver. */
const MAX_ALIASES = 8

/** A name that a wildcard stood for: the reply must show that nothing closer exists. */
interface Expansion {
  readonly name: Name
  readonly closestEncloser: Name
}

/** How the answer section ended; it decides on the other two. */
type Ending =
  | { readonly kind: 'answer'; readonly owner: Name; readonly rrsets: readonly RRset[] }
  | { readonly kind: 'referral'; readonly cut: ZoneNode }
  | { readonly kind: 'no-data'; readonly name: Name }
  | { readonly kind: 'wildcard-no-data'; readonly name: Name; readonly closestEncloser: Name; readonly wildcard: Name }
  | { readonly kind: 'no-name'; readonly name: Name; readonly closestEncloser: Name }
  /** An alias that leads out of the zone, in a circle or too far on. */
  | { readonly kind: 'alias' }
  /** RFC 6672 2.2: the name that DNAME makes is longer than a name may be. */
  | { readonly kind: 'too-long' }

/** An alias was written; its target is to be looked up next. */
interface Follow {
  readonly kind: 'follow'
  readonly target: Name
}

/**
 * Answers a question from one zone (RFC 1034 4.3.2, RFC 4592, RFC 6672, RFC 4035 3.1, RFC 5155 7.2). It covers every
 * kind of query and node; the compiled answers are tested against it.
 * @param sections whose writer stands after the question; when it comes back truncated, what it wrote must be dropped
 * @param qname lower case, at or below the zone's origin
 * @param allOfAny QTYPE ANY and RRSIG get all RRsets of the name, else only one (RFC 8482 4.1)
 * @throws HashCollisionError
 */
export function answerFromZone(sections: Sections, qname: Name, qtype: number, allOfAny: boolean): Outcome {
  const expansions: Expansion[] = []
  const ending = new AnswerSection(sections, qtype, allOfAny, expansions).put(qname)
  if (ending.kind === 'referral') {
    // The first owner name in the answer, an alias, is the zone's own (RFC 1035 4.1.1, AA).
    const authoritative = !sections.isEmpty
    putDelegation(sections, ending.cut)
    putDelegationSecurity(sections, ending.cut)
    putExpansions(sections, expansions)
    putInDomainGlue(sections, ending.cut)
    offerSiblingGlue(sections, ending.cut)
    return { rcode: Rcode.NOERROR, authoritative }
  }
  putDenial(sections, ending)
  putExpansions(sections, expansions)
  if (ending.kind === 'answer' && qtype !== RRType.RRSIG) {
    for (const rrset of ending.rrsets) offerTargetAddresses(sections, ending.owner, rrset)
  }
  return { rcode: rcodeOf(ending), authoritative: true }
}

/** Fills the answer section, following aliases until something else turns up. */
class AnswerSection {
  readonly #sections: Sections
  readonly #qtype: number
  readonly #allOfAny: boolean
  readonly #expansions: Expansion[]

  constructor(sections: Sections, qtype: number, allOfAny: boolean, expansions: Expansion[]) {
    this.#sections = sections
    this.#qtype = qtype
    this.#allOfAny = allOfAny
    this.#expansions = expansions
  }

  put(qname: Name): Ending {
    let name = qname
    for (let aliases = 0; aliases < MAX_ALIASES && !this.#sections.truncated; aliases++) {
      const step = this.#putName(name)
      if (step.kind !== 'follow') return step
      if (!isAtOrBelow(step.target, this.#sections.view.origin)) break
      name = step.target
    }
    return { kind: 'alias' }
  }

  #putName(name: Name): Ending | Follow {
    const match = search(this.#sections.view, name, this.#qtype)
    switch (match.kind) {
      case 'cut':
        return { kind: 'referral', cut: match.cut }
      case 'dname':
        return this.#putRedirection(name, match.node, match.dname)
      case 'exists':
        return (match.node && this.#putNode(name, match.node)) ?? { kind: 'no-data', name }
      case 'absent':
        return this.#putWildcard(name, match.closestEncloser)
    }
  }

  /** RFC 6672 3.2 step 3c. A query for CNAME is answered by the one synthesised. */
  #putRedirection(name: Name, node: ZoneNode, dname: RRset): Ending | Follow {
    this.#sections.put(Section.Answer, node.owner, dname)
    const target = redirect(name, node.owner, dname)
    if (target === undefined) return { kind: 'too-long' }
    const cname = synthesizeCname(dname, target)
    const follow = this.#putAlias(name, cname)
    return this.#qtype === RRType.CNAME ? { kind: 'answer', owner: name, rrsets: [cname] } : follow
  }

  /** RFC 4592 3.3.1: the wildcard at the closest encloser, and no other, stands for a missing name. */
  #putWildcard(name: Name, closestEncloser: Name): Ending | Follow {
    const { view } = this.#sections
    const wildcard = wildcardBelow(closestEncloser)
    if (wildcard === undefined) return { kind: 'no-name', name, closestEncloser }
    const node = view.node(wildcard)
    // RFC 4592 2.2.3: an empty non-terminal may be a wildcard as well.
    if (node === undefined && !view.hasBelow(wildcard)) return { kind: 'no-name', name, closestEncloser }
    // RFC 4592 4.2, 4.4: NS or DNAME at a wildcard makes neither cuts nor redirections, only data of the missing name.
    const step = node && this.#putNode(name, node)
    if (step === undefined) return { kind: 'wildcard-no-data', name, closestEncloser, wildcard }
    this.#expansions.push({ name, closestEncloser })
    return step
  }

  /** Answers from a node's RRsets; undefined when it has none that the question asks for. */
  #putNode(name: Name, node: ZoneNode): Ending | Follow | undefined {
    const rrsets = this.#select(node)
    if (rrsets.length === 0) {
      // RFC 1034 4.3.2 step 3a. RRSIG and NSEC are about the alias itself, beside which they may stand (RFC 4035 2.5).
      if (this.#qtype === RRType.RRSIG || this.#qtype === RRType.NSEC) return undefined
      const cname = findRRset(node, RRType.CNAME)
      return cname && this.#putAlias(name, cname)
    }
    for (const rrset of rrsets) {
      if (this.#qtype === RRType.RRSIG) this.#sections.putSignatures(Section.Answer, name, rrset)
      else this.#sections.put(Section.Answer, name, rrset)
    }
    return { kind: 'answer', owner: name, rrsets }
  }

  #select(node: ZoneNode): readonly RRset[] {
    if (this.#qtype === RRType.ANY) return this.#allOfAny ? node.rrsets : node.rrsets.slice(0, 1)
    if (this.#qtype === RRType.RRSIG) {
      // RFC 8482 7: QTYPE RRSIG may draw as much data as ANY, and is treated alike.
      const signed = node.rrsets.filter((rrset) => rrset.signatures.length > 0)
      return this.#allOfAny ? signed : signed.slice(0, 1)
    }
    const rrset = findRRset(node, this.#qtype)
    return rrset === undefined ? [] : [rrset]
  }

  #putAlias(owner: Name, cname: RRset): Ending | Follow {
    // Met before: the chain is a circle.
    if (this.#sections.has(owner, RRType.CNAME)) return { kind: 'alias' }
    this.#sections.put(Section.Answer, owner, cname)
    return { kind: 'follow', target: cname.rdatas[0]! }
  }
}

function putDenial(sections: Sections, ending: Ending): void {
  switch (ending.kind) {
    case 'no-data':
      putNegativeSoa(sections)
      proveNoData(sections, ending.name)
      break
    case 'wildcard-no-data':
      putNegativeSoa(sections)
      proveWildcardNoData(sections, ending.name, ending.closestEncloser, ending.wildcard)
      break
    case 'no-name':
      putNegativeSoa(sections)
      proveNoName(sections, ending.name, ending.closestEncloser)
      break
  }
}

function putExpansions(sections: Sections, expansions: readonly Expansion[]): void {
  for (const { name, closestEncloser } of expansions) proveExpansion(sections, name, closestEncloser)
}

/** RFC 2308 3: the SOA and its signature live no longer than the negative answer may, which its MINIMUM field limits. */
export function putNegativeSoa(sections: Sections): void {
  const { view } = sections
  const apex = view.node(view.origin)
  const soa = apex && findRRset(apex, RRType.SOA)
  const rdata = soa?.rdatas[0]
  if (soa === undefined || rdata === undefined) return
  const minimum = new DataView(rdata.buffer, rdata.byteOffset, rdata.length).getUint32(rdata.length - 4)
  sections.put(Section.Authority, view.origin, soa, Math.min(soa.ttl, minimum))
}

/** RFC 6604 3: the rcode tells of the last name of a chain. */
function rcodeOf(ending: Ending): number {
  switch (ending.kind) {
    case 'no-name':
      return Rcode.NXDOMAIN
    case 'too-long':
      return Rcode.YXDOMAIN
    default:
      return Rcode.NOERROR
  }
}
