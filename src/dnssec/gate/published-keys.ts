import { algorithmToText, RRType } from '../../iana/index.ts'
import { Dnskey, DnskeyFlag, keyTag, type RRset } from '../../zone/index.ts'
import { isVerifiable, publicKeyOf } from '../verify/index.ts'
import type { FutureZone } from './future-zone.ts'
import { octetsEqual, rrsetOf } from './names.ts'
import { GateRefusal } from './refusal.ts'

/** A key that signatures may be by. */
export interface GateKey {
  /** DNSKEY rdata. */
  readonly rdata: Uint8Array
  /** False for a key that signs before it is published, or after it is withdrawn. */
  readonly isPublished: boolean
}

/** The keys of the zone as it will be published. */
export class PublishedKeys {
  /** The DNSKEY RRset. */
  readonly rrset: RRset
  /** Those of the DNSKEY RRset that sign data (RFC 5011 2.1: a revoked one does not), each algorithm once. */
  readonly algorithms: readonly number[]
  readonly #keys = new Map<number, GateKey[]>()

  /**
   * @param earlyKeys see `GateOptions`
   * @throws GateRefusal when there is no DNSKEY RRset, or keys in it that no validator could use or tell apart
   */
  constructor(zone: FutureZone, earlyKeys: readonly Uint8Array[]) {
    const refuse = (problem: string) => new GateRefusal('dnskey', zone.origin, RRType.DNSKEY, problem)
    const rrset = zone.rrset(zone.origin, RRType.DNSKEY)
    if (rrset === undefined) throw refuse('the zone would have no key')
    this.rrset = rrset
    const before = rrsetOf(zone.view.node(zone.origin), RRType.DNSKEY)
    const algorithms = new Set<number>()
    for (const rdata of rrset.rdatas) {
      const what = `key ${keyTag(rdata)}, ${algorithmToText(Dnskey.algorithm(rdata))},`
      // RFC 4034 2.1.1, 2.1.2.
      if (!Dnskey.isZoneKey(rdata)) throw refuse(`${what} is no zone key`)
      const isNew = !before?.rdatas.some((published) => octetsEqual(published, rdata))
      if (isNew && isVerifiable(Dnskey.algorithm(rdata)) && publicKeyOf(rdata) === undefined) {
        throw refuse(`${what} is no public key of its algorithm`)
      }
      // Validators try the keys of a tag one after the other, and some only the first.
      if (this.with(keyTag(rdata), Dnskey.algorithm(rdata)).length > 0) throw refuse(`${what} has the tag of another`)
      this.#add({ rdata, isPublished: true })
      if (!isRevoked(rdata)) algorithms.add(Dnskey.algorithm(rdata))
    }
    if (algorithms.size === 0) throw refuse('all keys of the zone would be revoked')
    this.algorithms = [...algorithms]
    for (const rdata of earlyKeys) {
      if (!rrset.rdatas.some((published) => octetsEqual(published, rdata))) this.#add({ rdata, isPublished: false })
    }
  }

  /** The keys with this tag and algorithm. */
  with(tag: number, algorithm: number): readonly GateKey[] {
    return this.#keys.get((tag << 8) | algorithm) ?? []
  }

  #add(key: GateKey): void {
    const at = (keyTag(key.rdata) << 8) | Dnskey.algorithm(key.rdata)
    this.#keys.set(at, [...(this.#keys.get(at) ?? []), key])
  }
}

export function isRevoked(dnskey: Uint8Array): boolean {
  return (Dnskey.flags(dnskey) & DnskeyFlag.REVOKE) !== 0
}
