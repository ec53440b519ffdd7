import type { Name } from '../wire/index.ts'
import { proveExpansionByNsec, proveNoDataByNsec, proveNoNameByNsec, proveWildcardNoDataByNsec } from './denial-nsec.ts'
import {
  proveExpansionByNsec3,
  proveNoDataByNsec3,
  proveNoNameByNsec3,
  proveWildcardNoDataByNsec3,
} from './denial-nsec3.ts'
import type { Sections } from './sections.ts'

/*
 * Authenticated denial of existence (RFC 4035 3.1.3, RFC 5155 7.2), by whichever chain the zone has; each writes
 * nothing when DNSSEC was not asked for or the zone is unsigned.
 */

/** The name, which exists and may be an empty non-terminal, lacks the type asked for; or a cut lacks DS. */
export function proveNoData(sections: Sections, name: Name): void {
  if (!sections.dnssec) return
  if (sections.view.denial === 'nsec') proveNoDataByNsec(sections, name)
  else if (sections.view.denial === 'nsec3') proveNoDataByNsec3(sections, name)
}

/** The name does not exist, nor a wildcard that could stand for it. */
export function proveNoName(sections: Sections, name: Name, closestEncloser: Name): void {
  if (!sections.dnssec) return
  if (sections.view.denial === 'nsec') proveNoNameByNsec(sections, name, closestEncloser)
  else if (sections.view.denial === 'nsec3') proveNoNameByNsec3(sections, name, closestEncloser)
}

/** The wildcard below the closest encloser rightly stood for the name. */
export function proveExpansion(sections: Sections, name: Name, closestEncloser: Name): void {
  if (!sections.dnssec) return
  if (sections.view.denial === 'nsec') proveExpansionByNsec(sections, name)
  else if (sections.view.denial === 'nsec3') proveExpansionByNsec3(sections, name, closestEncloser)
}

/** The wildcard that stands for the name lacks the type asked for. */
export function proveWildcardNoData(sections: Sections, name: Name, closestEncloser: Name, wildcard: Name): void {
  if (!sections.dnssec) return
  if (sections.view.denial === 'nsec') proveWildcardNoDataByNsec(sections, name, wildcard)
  else if (sections.view.denial === 'nsec3') proveWildcardNoDataByNsec3(sections, name, closestEncloser, wildcard)
}
