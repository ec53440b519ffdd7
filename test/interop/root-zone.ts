import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'

/**
 * The DNS root zone as IANA published it, serial 2026073102. It is not part of this project: the tests that use it run
 * where a folder `shared` stands beside the checkout, or where ZONECUT_SHARED names it.
 */
export const SHARED = process.env.ZONECUT_SHARED ?? resolve(import.meta.dirname, '../../../shared')
export const ROOT_ZONE_GZ = join(SHARED, 'data/root-2026073102.zone.gz')

/** A time, as ldns-verify-zone takes it, at which that zone's signatures hold. */
export const ROOT_ZONE_TIME = '20260801000000'

/** Why the root zone's tests cannot run, or undefined when they can. */
export const rootZoneMissing: string | undefined = existsSync(ROOT_ZONE_GZ) ? undefined : `no ${ROOT_ZONE_GZ}`

export function rootZoneText(): string {
  return gunzipSync(readFileSync(ROOT_ZONE_GZ)).toString('latin1')
}
