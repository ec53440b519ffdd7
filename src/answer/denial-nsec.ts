import { RRType } from '../iana/index.ts'
import type { Name } from '../wire/index.ts'
import { findRRset, wildcardBelow } from './search.ts'
import { Section, type Sections } from './sections.ts'

/** Writes the NSEC RRset that matches or covers a name. */
function putNsec(sections: Sections, name: Name): void {
  const node = sections.view.nsecAtOrBefore(name)
  const nsec = node && findRRset(node, RRType.NSEC)
  if (nsec !== undefined) sections.put(Section.Authority, node!.owner, nsec)
}

/**
 * RFC 4035 3.1.3.1: the name exists without the type. An empty non-terminal has no NSEC of its own; the one that
 * covers it names a descendant as the next owner, which shows that it exists. Also the denial of DS at a cut (3.1.4).
 */
export function proveNoDataByNsec(sections: Sections, name: Name): void {
  putNsec(sections, name)
}

/** RFC 4035 3.1.3.2: neither the name exists nor the wildcard that could have stood for it. */
export function proveNoNameByNsec(sections: Sections, name: Name, closestEncloser: Name): void {
  putNsec(sections, name)
  const wildcard = wildcardBelow(closestEncloser)
  if (wildcard !== undefined) putNsec(sections, wildcard)
}

/** RFC 4035 3.1.3.3: the wildcard rightly stood for the name, since nothing closer to it exists. */
export function proveExpansionByNsec(sections: Sections, name: Name): void {
  putNsec(sections, name)
}

/** RFC 4035 3.1.3.4: the wildcard lacks the type, and nothing closer to the name exists. */
export function proveWildcardNoDataByNsec(sections: Sections, name: Name, wildcard: Name): void {
  putNsec(sections, wildcard)
  putNsec(sections, name)
}
