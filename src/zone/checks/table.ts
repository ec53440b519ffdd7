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
import * as signatures from './signatures.ts'
import { zonemdMismatch, zonemdUnchecked } from './zonemd.ts'

/** Checks of one node at a time: to add one is to add a row. */
export const nodeChecks: readonly NodeCheck[] = [...apexChecks, ...aliasChecks, ...delegationChecks, ...nsec3Checks]

/** All zone checks, in the order of docs/checks.md. */
export const zoneChecks: readonly ZoneCheck[] = [
  soaMissing,
  nsMissing,
  ...apexChecks,
  apexHostWithoutAddress,
  ...aliasChecks,
  glueMissing,
  hostWithoutAddress,
  hostIsAlias,
  ...delegationChecks,
  ...recordChecks,
  signatures.signatureMissing,
  signatures.signatureInvalid,
  signatures.signatureSigner,
  signatures.signatureLabels,
  signatures.signatureExpired,
  signatures.signatureEarly,
  signatures.signatureTtl,
  signatures.signatureWithoutKey,
  signatures.signatureMisplaced,
  signatures.signatureOfNothing,
  signatures.algorithmIncomplete,
  signatures.dnskeyUnsigned,
  signatures.dnskeyUnusable,
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
  zonemdMismatch,
  zonemdUnchecked,
]
