import { createHmac } from 'node:crypto'
import { DnssecAlgorithm, RRType, typeToText } from '../../iana/index.ts'
import { type Name, nameToText, octetText, rdataToText } from '../../wire/index.ts'
import { keyTag, MemoryZone, type RRset, type RRsetChange, type ZoneNode, type ZoneRecord } from '../../zone/index.ts'
import type { SigningKey } from '../keystore/index.ts'

/** A zone as a table of RRsets, to which changes are applied. */
export class ModelZone {
  readonly origin: Name
  readonly #rrsets = new Map<string, { readonly owner: Name; readonly rrset: RRset }>()

  constructor(origin: Name, nodes: Iterable<ZoneNode>) {
    this.origin = origin
    for (const { owner, rrsets } of nodes) for (const rrset of rrsets) this.#put(owner, rrset.type, rrset)
  }

  apply(changes: Iterable<RRsetChange>): void {
    for (const { owner, type, rrset } of changes) this.#put(owner, type, rrset)
  }

  rrset(owner: Name, type: number): RRset | undefined {
    return this.#rrsets.get(`${octetText(owner)} ${type}`)?.rrset
  }

  view(): MemoryZone {
    const records: ZoneRecord[] = []
    for (const { owner, rrset } of this.#rrsets.values()) {
      const { type, ttl, rdatas, signatures } = rrset
      for (const rdata of rdatas) records.push({ owner, type, ttl, rdata })
      for (const rdata of signatures) records.push({ owner, type: RRType.RRSIG, ttl, rdata })
    }
    return new MemoryZone(this.origin, records)
  }

  /** All nodes in no order, those of NSEC3 records among them. */
  nodes(): ZoneNode[] {
    const nodes = new Map<string, { owner: Name; rrsets: RRset[] }>()
    for (const { owner, rrset } of this.#rrsets.values()) {
      const node = nodes.get(octetText(owner)) ?? { owner, rrsets: [] }
      node.rrsets.push(rrset)
      nodes.set(octetText(owner), node)
    }
    return [...nodes.values()]
  }

  /** A line for each RRset, with a digest of its signatures. */
  lines(): string[] {
    const lines: string[] = []
    for (const { owner, rrset } of this.#rrsets.values()) {
      const { type, ttl, rdatas, signatures } = rrset
      const texts = rdatas.map((rdata) => rdataToText(type, rdata)).join(' | ')
      const signed = signatures.map((rdata) => Buffer.from(rdata).toString('base64')).join(' ')
      lines.push(`${nameToText(owner)} ${ttl} ${typeToText(type)} ${texts} [${signed}]`)
    }
    return lines.sort()
  }

  #put(owner: Name, type: number, rrset: RRset | undefined): void {
    const key = `${octetText(owner)} ${type}`
    if (rrset === undefined) this.#rrsets.delete(key)
    else this.#rrsets.set(key, { owner, rrset })
  }
}

/** A key whose signatures are quickly made and depend on nothing but the data; nobody can verify them. */
export function quickKey(origin: Name, isSep: boolean): SigningKey {
  const algorithm = DnssecAlgorithm.ECDSAP256SHA256
  const dnskey = Uint8Array.of(1, isSep ? 1 : 0, 3, algorithm, ...new Uint8Array(64).fill(isSep ? 7 : 8))
  return {
    id: isSep ? 'ksk' : 'zsk',
    origin,
    algorithm,
    keyTag: keyTag(dnskey),
    isSep,
    dnskey,
    sign: (data) => createHmac('sha512', dnskey).update(data).digest(),
  }
}
