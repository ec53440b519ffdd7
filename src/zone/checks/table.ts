import { aliasChecks } from './aliases.ts'
import { apexChecks, nsMissing, soaMissing } from './apex.ts'
import type { NodeCheck, ZoneCheck } from './check.ts'
import { delegationChecks } from './delegation.ts'
import { denialMissing, denialTtl } from './denial.ts'
import { glueMissing } from './glue.ts'
import { apexHostWithoutAddress, hostIsAlias, hostWithoutAddress } from './hosts.ts'
import { nsecBitmap, nsecChain, nsecExtra, nsecMissing } from './nsec.ts'
import {
  nsec3Bitmap,
  nsec3Chain,
  nsec3Checks,
  nsec3Extra,
  nsec3Missing,
  nsec3Unchecked,
  nsec3Unlisted,
} from './nsec3-rows.ts'
import { recordChecks } from './records.ts'
import { signatureChecks } from './signature-rows.ts'
import { zonemdMismatch, zonemdUnchecked } from './zonemd.ts'

/** Checks of one node at a time: to add one is to add a row to one of these. */
export const nodeChecks: readonly NodeCheck[] = [...apexChecks, ...aliasChecks, ...delegationChecks, ...nsec3Checks]

/** All zone checks, under the headings of docs/checks.md. */
export const checkGroups: readonly { readonly title: string; readonly checks: readonly ZoneCheck[] }[] = [
  { title: 'Apex', checks: [soaMissing, nsMissing, ...apexChecks, apexHostWithoutAddress] },
  { title: 'Records', checks: recordChecks },
  { title: 'Aliases', checks: aliasChecks },
  { title: 'Delegations and hosts', checks: [glueMissing, hostWithoutAddress, hostIsAlias, ...delegationChecks] },
  { title: 'Signatures', checks: signatureChecks },
  {
    title: 'Denial of existence',
    checks: [
      denialMissing,
      denialTtl,
      nsecMissing,
      nsecChain,
      nsecBitmap,
      nsecExtra,
      nsec3Missing,
      nsec3Chain,
      nsec3Bitmap,
      nsec3Extra,
      nsec3Unlisted,
      nsec3Unchecked,
      ...nsec3Checks,
    ],
  },
  { title: 'Zone digest', checks: [zonemdMismatch, zonemdUnchecked] },
]

/** All zone checks. */
export const zoneChecks: readonly ZoneCheck[] = checkGroups.flatMap(({ checks }) => checks)

const DNSSEC_GROUPS = ['Signatures', 'Denial of existence', 'Zone digest']
const dnssecChecks = new Set(
  checkGroups
    .filter(({ title }) => DNSSEC_GROUPS.includes(title))
    .flatMap(({ checks }) => checks.map(({ name }) => name)),
)

/** True when a validator may find fault where this check does, be it an error or a warning. */
export function isDnssecCheck(name: string): boolean {
  return dnssecChecks.has(name)
}
