import { RRType } from '../iana/index.ts'
import { isAtOrBelow, type Name } from '../wire/index.ts'
import type { ZoneNode } from '../zone/index.ts'
import { proveNoData } from './denial.ts'
import { findRRset } from './search.ts'
import { Section, type Sections } from './sections.ts'

/*
 * A referral (RFC 1034 4.3.2 step 3b), part by part in the order in which they stand in the reply. Compiled answers
 * are made by these very functions.
 */

/** The NS RRset of the cut. The parent does not sign it (RFC 4035 2.2). */
export function putDelegation(sections: Sections, cut: ZoneNode): void {
  const ns = findRRset(cut, RRType.NS)
  if (ns !== undefined) sections.put(Section.Authority, cut.owner, ns)
}

/** With DNSSEC: the DS RRset of the cut, or the proof that there is none (RFC 4035 3.1.4, RFC 5155 7.2.7). */
export function putDelegationSecurity(sections: Sections, cut: ZoneNode): void {
  if (!sections.dnssec) return
  const ds = findRRset(cut, RRType.DS)
  // An unsigned DS RRset of an unsigned zone would prove nothing.
  const isSigned = ds !== undefined && (ds.signatures.length > 0 || sections.view.denial !== 'none')
  if (isSigned) sections.put(Section.Authority, cut.owner, ds)
  else proveNoData(sections, cut.owner)
}

/**
 * The addresses of nameservers named at or below the cut: without all of them the zone may be out of reach, so that
 * the reply is truncated when they do not fit (RFC 9471 3.1).
 */
export function putInDomainGlue(sections: Sections, cut: ZoneNode): void {
  for (const nameserver of nameserversOf(cut)) {
    if (!isAtOrBelow(nameserver, cut.owner)) continue
    const node = sections.view.node(nameserver)
    for (const type of ADDRESS_TYPES) {
      const glue = node && findRRset(node, type)
      if (glue !== undefined) sections.put(Section.Additional, nameserver, glue)
    }
  }
}

/**
 * The other addresses that the zone holds of the cut's nameservers, RRset by RRset up to the first that does not fit
 * (RFC 9471 3.2: sibling glue may be left out without truncation).
 */
export function offerSiblingGlue(sections: Sections, cut: ZoneNode): void {
  for (const nameserver of nameserversOf(cut)) {
    if (isAtOrBelow(nameserver, cut.owner)) continue
    if (!offerAddresses(sections, nameserver)) return
  }
}

const ADDRESS_TYPES = [RRType.A, RRType.AAAA]

/**
 * Adds the addresses that the zone holds of a name.
 * @returns false when one did not fit
 */
export function offerAddresses(sections: Sections, name: Name): boolean {
  const { view } = sections
  const node = isAtOrBelow(name, view.origin) ? view.node(name) : undefined
  for (const type of ADDRESS_TYPES) {
    const addresses = node && findRRset(node, type)
    if (addresses !== undefined && !sections.offer(Section.Additional, name, addresses)) return false
  }
  return true
}

function nameserversOf(cut: ZoneNode): readonly Name[] {
  return findRRset(cut, RRType.NS)?.rdatas ?? []
}
