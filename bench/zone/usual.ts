import { join } from 'node:path'
import { missingTools } from '../../test/peers/index.ts'
import { signZone } from '../../test/zones/sign.ts'
import { writeTldZone } from './generate.ts'

const SEED = 7

/**
 * Writes the zone that is measured where none is given: generated, and signed with NSEC3 and opt-out, as TLDs are, where
 * BIND's tools are installed.
 * @returns its master file
 */
export function writeUsualZone(origin: string, folder: string, delegations: number): string {
  const file = join(folder, 'generated.zone')
  writeTldZone(file, { origin, delegations, seed: SEED })
  const missing = missingTools(['dnssec-keygen', 'dnssec-signzone'])
  return missing === undefined ? signZone(origin, file, folder, 'nsec3-opt-out') : file
}
