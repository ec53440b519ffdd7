import { DnssecAlgorithm } from '../../iana/index.ts'
import { nameFromText } from '../../wire/index.ts'
import { DNSKEY_PROTOCOL } from '../../zone/index.ts'
import { dsOfKey } from '../verify/index.ts'
import { isSep, isShown, type KeySet } from './key-set.ts'
import type { SigningPolicy } from './policy.ts'

/** What a zone is to show of its keys, by their ids. */
export interface Publication {
  /** Keys in the DNSKEY RRset. */
  readonly dnskeys: readonly string[]
  /** Keys that sign the DNSKEY RRset. */
  readonly signDnskeyWith: readonly string[]
  /** Keys that sign everything else. One of a new or an old algorithm may be absent from the DNSKEY RRset. */
  readonly signZoneWith: readonly string[]
  /**
   * Keys that sign CDS and CDNSKEY: those of the DNSKEY RRset, since the parent takes them only under a key that it vouches
   * for (RFC 7344 4.1), and those of the zone, so that caches which learn of a new KSK can go on with the copy they have.
   */
  readonly signCdsWith: readonly string[]
  /** Keys that the parent is to have a DS for. */
  readonly cds: readonly string[]
  /** The parent is to remove every DS (RFC 8078 4). */
  readonly cdsDelete: boolean
}

/** What the zone is to show in this state. */
export function publication(state: KeySet): Publication {
  const { keys, goal } = state
  const idsOf = (chosen: KeySet['keys']) => chosen.map(({ id }) => id)
  const shown = keys.filter(({ dnskey }) => isShown(dnskey))
  const signDnskeyWith = idsOf(shown.filter(isSep))
  const signZoneWith = idsOf(keys.filter(({ signatures }) => isShown(signatures)))
  return {
    dnskeys: idsOf(shown),
    signDnskeyWith,
    signZoneWith,
    signCdsWith: [...new Set([...signDnskeyWith, ...signZoneWith])],
    cds: idsOf(keys.filter(({ ds }) => isShown(ds))),
    cdsDelete: goal === 'insecure' && shown.length > 0 && keys.some(({ ds }) => ds.phase !== 'hidden'),
  }
}

/** Rdata of the RRsets that tell the parent which DS to have; empty where there is to be none. */
export interface ParentRequest {
  readonly cds: readonly Uint8Array[]
  readonly cdnskey: readonly Uint8Array[]
}

/** RFC 8078 4: algorithm 0 asks for the removal of all DS; the rest is as given there. */
const CDS_DELETE = Uint8Array.of(0, 0, DnssecAlgorithm.DELETE, 0, 0)
const CDNSKEY_DELETE = Uint8Array.of(0, 0, DNSKEY_PROTOCOL, DnssecAlgorithm.DELETE, 0)

/** The CDS and CDNSKEY RRsets at the apex (RFC 7344 3, RFC 8078 4). */
export function parentRequest(state: KeySet, policy: SigningPolicy): ParentRequest {
  const { cds, cdsDelete } = publication(state)
  if (!policy.cds) return { cds: [], cdnskey: [] }
  if (cdsDelete) return { cds: [CDS_DELETE], cdnskey: [CDNSKEY_DELETE] }
  const origin = nameFromText(state.zone)
  const dnskeys = state.keys
    .filter(({ id }) => cds.includes(id))
    .map(({ publicKey }) => Buffer.from(publicKey, 'base64'))
  return {
    cds: dnskeys.flatMap((dnskey) => policy.dsDigests.flatMap((digest) => dsOfKey(origin, dnskey, digest) ?? [])),
    // RFC 7344 3.2: the DNSKEY's rdata as it is.
    cdnskey: dnskeys,
  }
}
