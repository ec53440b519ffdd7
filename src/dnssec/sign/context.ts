import type { Name } from '../../wire/index.ts'
import type { Nsec3Parameters, RRset } from '../../zone/index.ts'
import { ZonemdHash } from '../../zone/index.ts'
import type { SigningPolicy } from '../keys/index.ts'
import type { SignatureSchedule } from './schedule.ts'
import { type SerialScheme, soaMinimum } from './serial.ts'
import type { ZoneKeys } from './zone-keys.ts'

/** What a zone is signed with, and how. */
export interface SigningContext {
  /** The zone, lower case. */
  readonly origin: Name
  readonly keys: ZoneKeys
  readonly schedule: SignatureSchedule
  /** Seconds since 1970. */
  readonly now: number
  readonly denial: SigningPolicy['denial']
  /** Of the chain, where `denial` is NSEC3; no salt and no additional iterations when absent (RFC 9276 3.1). */
  readonly nsec3?: Nsec3Parameters
  /** Seconds; no more than RFC 9077 allows is used in any case. */
  readonly denialTtl?: number
  readonly serial: SerialScheme
  /** Hash algorithms of the ZONEMD records to make, of `ZonemdHash`; none: no ZONEMD. */
  readonly zonemd: readonly number[]
}

/** The TTL of NSEC and NSEC3 records: no more than the SOA's own TTL and its MINIMUM (RFC 9077 3). */
export function denialTtlOf(soa: RRset, denialTtl: number = Number.POSITIVE_INFINITY): number {
  return Math.min(soa.ttl, soaMinimum(soa.rdatas[0]!), denialTtl)
}

/** The hash algorithms that a policy's word stands for. */
export function zonemdHashes(policy: SigningPolicy['zonemd']): readonly number[] {
  switch (policy) {
    case 'off':
      return []
    case 'sha384':
      return [ZonemdHash.SHA384]
    case 'sha512':
      return [ZonemdHash.SHA512]
    case 'both':
      return [ZonemdHash.SHA384, ZonemdHash.SHA512]
  }
}
