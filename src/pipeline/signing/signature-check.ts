import { GateRefusal } from '../../dnssec/gate/index.ts'
import type { ZoneKeys } from '../../dnssec/sign/index.ts'
import { RrsigVerifier } from '../../dnssec/verify/index.ts'
import { algorithmToText } from '../../iana/index.ts'
import type { Name } from '../../wire/index.ts'
import { Dnskey, keyTag, type RRset, Rrsig } from '../../zone/index.ts'

/** A signature just made that does not verify: key, DNSKEY or machine is at fault, and the zone must not be served. */
export class SignatureRefusal extends GateRefusal {
  readonly #problem: string

  constructor(owner: Name, type: number, problem: string) {
    super('signature', owner, type, problem)
    this.#problem = problem
  }

  /** For its way from the thread that signs to the one that asked for it. */
  toOctets(): Uint8Array {
    return Buffer.concat([
      Uint8Array.of(this.type >>> 8, this.type, this.owner.length),
      this.owner,
      Buffer.from(this.#problem),
    ])
  }

  static fromOctets(octets: Uint8Array): SignatureRefusal {
    const [high, low, length] = [octets[0]!, octets[1]!, octets[2]!]
    const problem = Buffer.from(octets.subarray(3 + length)).toString()
    return new SignatureRefusal(octets.subarray(3, 3 + length), (high << 8) | low, problem)
  }
}

/** Verifies signatures right after they are made, with the keys that validators will have. */
export class SignatureCheck {
  readonly #verifier = new RrsigVerifier()
  /** DNSKEY rdata by tag and algorithm: several may share them (RFC 4035 5.3.1). */
  readonly #dnskeys = new Map<number, Uint8Array[]>()

  /**
   * @param published DNSKEY rdata as the zone will publish them
   * @param keys that sign. One that is not published, as in an algorithm rollover (RFC 6781 4.1.4), is held against its
   * own DNSKEY; that each RRset has a signature by a published one is for the zone checks to see.
   */
  constructor(published: readonly Uint8Array[], keys: ZoneKeys) {
    for (const dnskey of published) this.#add(dnskey)
    for (const { dnskey } of [...keys.forKeys, ...keys.forZone])
      if (!this.#dnskeys.has(tagOf(dnskey))) this.#add(dnskey)
  }

  /** @throws SignatureRefusal, which names the record, when a signature of the RRset does not verify */
  verify(owner: Name, { type, rdatas, signatures }: RRset): void {
    for (let i = 0; i < signatures.length; i++) {
      const signature = signatures[i]!
      const tag = Rrsig.keyTag(signature)
      const algorithm = Rrsig.algorithm(signature)
      const dnskeys = this.#dnskeys.get(tagAndAlgorithm(tag, algorithm))
      if (dnskeys?.some((dnskey) => this.#verifier.verify(owner, type, rdatas, signature, dnskey) === 'valid')) continue
      throw new SignatureRefusal(
        owner,
        type,
        `the new signature by key ${tag}, ${algorithmToText(algorithm)}, ` +
          'does not verify with the DNSKEY records that are to be published',
      )
    }
  }

  #add(dnskey: Uint8Array): void {
    const tag = tagOf(dnskey)
    const sharing = this.#dnskeys.get(tag)
    if (sharing === undefined) this.#dnskeys.set(tag, [dnskey])
    else sharing.push(dnskey)
  }
}

function tagOf(dnskey: Uint8Array): number {
  return tagAndAlgorithm(keyTag(dnskey), Dnskey.algorithm(dnskey))
}

function tagAndAlgorithm(tag: number, algorithm: number): number {
  return (tag << 8) | algorithm
}
