import { DEFAULT_POLICY, type SigningPolicy } from '../../src/dnssec/keys/index.ts'
import type { FileKeyStore, SigningKey } from '../../src/dnssec/keystore/index.ts'
import { partKeys, SignatureSchedule, type SigningContext, zonemdHashes } from '../../src/dnssec/sign/index.ts'
import { dsOfKey } from '../../src/dnssec/verify/index.ts'
import { DigestType, RRType } from '../../src/iana/index.ts'
import type { LoadSigning } from '../../src/pipeline/index.ts'
import type { Name } from '../../src/wire/index.ts'

/** What signs now, with these keys, by a policy that differs so from the default. */
export function policyContext(
  origin: Name,
  signers: readonly SigningKey[],
  policy: Partial<SigningPolicy> = {},
): SigningContext {
  const { denial, serial, zonemd, ...periods } = { ...DEFAULT_POLICY, ...policy }
  return {
    origin,
    keys: partKeys(signers),
    schedule: new SignatureSchedule(periods),
    now: Math.floor(Date.now() / 1000),
    denial,
    serial,
    zonemd: zonemdHashes(zonemd),
  }
}

/** Signing with all keys that a store has for a zone, each of which is published; CDS and CDNSKEY for those with SEP. */
export function loadSigning(origin: Name, keys: FileKeyStore, policy: Partial<SigningPolicy> = {}): LoadSigning {
  const { dnskeyTtl } = { ...DEFAULT_POLICY, ...policy }
  const stored = keys.list(origin)
  const vouched = stored.filter(({ isSep }) => isSep).map(({ dnskey }) => dnskey)
  return {
    context: policyContext(
      origin,
      stored.map(({ id }) => keys.open(id)),
      policy,
    ),
    published: { dnskeys: stored.map(({ dnskey }) => dnskey), dnskeyTtl },
    store: { kind: 'files', folder: keys.folder },
    apex: [
      {
        type: RRType.CDS,
        ttl: dnskeyTtl,
        rdatas: vouched.map((dnskey) => dsOfKey(origin, dnskey, DigestType.SHA256)!),
        signatures: [],
      },
      { type: RRType.CDNSKEY, ttl: dnskeyTtl, rdatas: vouched, signatures: [] },
    ],
  }
}
