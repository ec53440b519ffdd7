import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { textRecords } from '../../../test/zones/records.ts'
import { DnssecAlgorithm } from '../../iana/index.ts'
import { type Name, nameFromText } from '../../wire/index.ts'
import { ZoneChecker, type ZoneFindings } from '../../zone/checks/index.ts'
import { MemoryZone, type ZoneNode } from '../../zone/index.ts'
import { DEFAULT_POLICY } from '../keys/index.ts'
import { FileKeyStore, type SigningKey } from '../keystore/index.ts'
import { RrsigVerifier } from '../verify/index.ts'
import type { PublishedKeys, SigningContext } from './index.ts'
import { partKeys, SignatureSchedule } from './index.ts'

export const NOW = 1_790_000_000

/** Makes keys, which sign after their files are gone. */
export function makeKeys(
  origin: string,
  split: boolean,
  algorithm: number = DnssecAlgorithm.ECDSAP256SHA256,
): SigningKey[] {
  const folder = mkdtempSync(join(tmpdir(), 'zonecut-sign-test-'))
  try {
    const store = new FileKeyStore(folder)
    const kinds = split ? [true, false] : [true]
    return kinds.map((isSep) => store.generate({ origin: nameFromText(origin), algorithm, isSep }))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export function contextOf(keys: readonly SigningKey[], changes: Partial<SigningContext> = {}): SigningContext {
  return {
    origin: keys[0]!.origin,
    keys: partKeys(keys),
    schedule: new SignatureSchedule(DEFAULT_POLICY),
    now: NOW,
    denial: 'nsec3-opt-out',
    serial: 'increment',
    zonemd: [],
    ...changes,
  }
}

export function publishedOf(keys: readonly SigningKey[]): PublishedKeys {
  return { dnskeys: keys.map(({ dnskey }) => dnskey), dnskeyTtl: 3600 }
}

export function nodesOf(text: string, origin: string): readonly ZoneNode[] {
  const name = nameFromText(origin)
  return new MemoryZone(name, textRecords(text, name)).nodes
}

/** What the zone checks find in a signed zone, every signature verified. */
export function findingsIn(nodes: Iterable<ZoneNode>, origin: Name, now: number = NOW): ZoneFindings {
  const checker = new ZoneChecker({ origin, now, verifier: new RrsigVerifier() })
  for (const node of nodes) checker.node(node)
  return checker.finish()
}

/** A TLD with something of everything that signers treat in their own way. */
export const TLD = `
@ 3600 SOA a.nic hostmaster 41 1800 900 604800 900
@ NS a.nic
@ NS b.nic
@ MX 10 mail
@ TXT "a" "b"
a.nic A 192.0.2.1
b.nic AAAA 2001:db8::1
mail A 192.0.2.2
*.wild TXT wildcard
alias CNAME mail
redirect DNAME example.org.
plain NS ns.example.
glued NS ns.glued
ns.glued A 192.0.2.3
occluded.glued TXT below
plain2 NS ns.glued
own NS own
own A 192.0.2.7
secure NS ns.example.
secure DS 1 13 2 571242425051c1ccd17f9acae01f5057ca02135e92b1d3f28ede0d7ac3baea9e
secureglue NS ns.secureglue
secureglue DS 2 13 2 671242425051c1ccd17f9acae01f5057ca02135e92b1d3f28ede0d7ac3baea9e
ns.secureglue A 192.0.2.4
one.co NS ns.example.
two.co NS ns.example.
one.gov NS ns.example.
two.gov NS ns.example.
two.gov DS 3 13 2 771242425051c1ccd17f9acae01f5057ca02135e92b1d3f28ede0d7ac3baea9e
a.b.c.deep TXT x
a.b.x.shallow NS ns.example.
odd\\.\\000label TXT x
UPPER TXT x
types TYPE65280 \\# 2 abcd
types CAA 0 issue "ca.example"
`
