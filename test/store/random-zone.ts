import { RRType } from '../../src/iana/index.ts'
import { type Name, nameFromText, nameToText } from '../../src/wire/index.ts'
import { type RRset, type RRsetChange, writeNsec3Hash, type ZoneRecord } from '../../src/zone/index.ts'
import type { Random } from '../zones/random.ts'

export const ORIGIN = nameFromText('zz.')

/** How the zone denies. Its chains are of random records: what is tested is what depends on them, not whether they prove. */
export type Chains = 'none' | 'nsec' | 'nsec3'

const LABELS = ['a', 'b', 'c', '*', 'ns1', 'ns2', 'deep', 'host', 'z']
const FAR = ['ns.example.net.', 'www.example.org.'].map((text) => nameFromText(text))
const BASE32HEX = '0123456789abcdefghijklmnopqrstuv'

/**
 * A zone of a few dozen names in which everything happens: cuts above data, glue of cuts and of their siblings, wildcards,
 * empty non-terminals, aliases. It is held as RRsets by owner and type.
 */
export class RandomZone {
  readonly #random: Random
  readonly #chains: Chains
  readonly #rrsets = new Map<string, { readonly owner: Name; readonly rrset: RRset }>()
  #serial = 1

  constructor(random: Random, chains: Chains, names = 60) {
    this.#random = random
    this.#chains = chains
    for (const change of this.#apex()) this.#take(change)
    for (let i = 0; i < names; i++) this.#take(this.#change())
  }

  get records(): ZoneRecord[] {
    return [...this.#rrsets.values()].flatMap(({ owner, rrset: { type, ttl, rdatas, signatures } }) => [
      ...rdatas.map((rdata) => ({ owner, type, ttl, rdata })),
      ...signatures.map((rdata) => ({ owner, type: RRType.RRSIG, ttl, rdata })),
    ])
  }

  get rrsets(): readonly { readonly owner: Name; readonly rrset: RRset }[] {
    return [...this.#rrsets.values()]
  }

  /** Some random changes, mostly with a new serial; not all of them change anything. */
  step(): RRsetChange[] {
    const changes: RRsetChange[] = []
    if (this.#random.chance(0.8)) {
      this.#serial++
      changes.push(...this.#apex())
      for (const change of changes) this.#take(change)
    }
    const count = this.#random.pick([1, 1, 1, 2, 5, 40])
    for (let i = 0; i < count; i++) {
      const change = this.#change()
      changes.push(change)
      this.#take(change)
    }
    return changes
  }

  name(): Name {
    const labels = Array.from({ length: this.#random.pick([1, 1, 1, 1, 2, 2, 3]) }, () => this.#label())
    return nameFromText(`${labels.join('.')}.zz.`)
  }

  #label(): string {
    return this.#random.chance(0.5) ? this.#random.pick(LABELS) : `n${this.#random.below(12)}`
  }

  #apex(): RRsetChange[] {
    const serial = Buffer.alloc(20)
    serial.writeUInt32BE(this.#serial)
    serial.writeUInt32BE(60, 16)
    const nameserver = nameFromText('ns1.zz.')
    const changes = [
      this.#set(ORIGIN, RRType.SOA, 600, [Buffer.concat([nameserver, FAR[0]!, serial])]),
      this.#set(ORIGIN, RRType.NS, 600, [nameserver, ...(this.#random.chance(0.5) ? [nameFromText('ns2.zz.')] : [])]),
    ]
    if (this.#chains === 'nsec') changes.push(this.#set(ORIGIN, RRType.NSEC, 60, [this.#nsec()]))
    if (this.#chains === 'nsec3') {
      changes.push(this.#set(ORIGIN, RRType.NSEC3PARAM, 0, [Uint8Array.of(1, 0, 0, 0, 0)]))
      changes.push(this.#set(hashedName(ORIGIN), RRType.NSEC3, 60, [this.#nsec3()]))
    }
    return changes
  }

  #change(): RRsetChange {
    const random = this.#random
    const existing = [...this.#rrsets.values()].filter(({ owner }) => owner.length > ORIGIN.length)
    if (random.chance(0.4) && existing.length > 0) {
      const { owner, rrset } = random.pick(existing)
      if (random.chance(0.7)) return { owner, type: rrset.type, rrset: undefined }
      return { owner, type: rrset.type, rrset: { ...rrset, ttl: 60 + random.below(3) } }
    }
    if (this.#chains === 'nsec3' && random.chance(0.3)) {
      const owner = hashedName(random.chance(0.8) ? this.name() : nameFromText(`${random.hex(4)}.zz.`))
      return random.chance(0.5)
        ? { owner, type: RRType.NSEC3, rrset: undefined }
        : this.#set(owner, RRType.NSEC3, 60, [this.#nsec3()])
    }
    if (this.#chains === 'nsec' && random.chance(0.2)) return this.#set(this.name(), RRType.NSEC, 60, [this.#nsec()])
    const change = this.#data(this.name())
    // RFC 1034 3.6.2: beside an alias stands nothing else.
    const others = existing.filter(({ owner }) => nameToText(owner) === nameToText(change.owner))
    const clashes = others.some(({ rrset }) => (rrset.type === RRType.CNAME) !== (change.type === RRType.CNAME))
    return clashes ? { ...change, rrset: undefined } : change
  }

  #data(owner: Name): RRsetChange {
    const random = this.#random
    const several = (make: () => Uint8Array) => Array.from({ length: random.pick([1, 1, 2, 3]) }, make)
    const address = (length: number) => several(() => Buffer.from(random.hex(length), 'hex'))
    switch (
      random.pick(['NS', 'NS', 'NS', 'NS', 'DS', 'A', 'A', 'A', 'AAAA', 'TXT', 'CNAME', 'DNAME', 'MX'] as const)
    ) {
      case 'NS':
        return this.#set(
          owner,
          RRType.NS,
          3600,
          several(() => this.#host(owner)),
          false,
        )
      case 'DS':
        return this.#set(
          owner,
          RRType.DS,
          3600,
          several(() => Buffer.from(`00010d02${random.hex(32)}`, 'hex')),
        )
      case 'A':
        return this.#set(owner, RRType.A, 300, address(4), random.chance(0.2))
      case 'AAAA':
        return this.#set(owner, RRType.AAAA, 300, address(16), random.chance(0.2))
      case 'TXT': {
        const text = 'x'.repeat(random.pick([3, 30, 250]))
        return this.#set(owner, RRType.TXT, 300, several(() => Buffer.from(`\0${text}${random.below(9)}`)).map(counted))
      }
      case 'CNAME':
        return this.#set(owner, RRType.CNAME, 300, [this.#host(owner)])
      case 'DNAME':
        return random.chance(0.3)
          ? this.#set(owner, RRType.DNAME, 300, [this.#host(owner)])
          : { owner, type: RRType.DNAME, rrset: undefined }
      case 'MX':
        return this.#set(owner, RRType.MX, 300, [Buffer.concat([Uint8Array.of(0, 1), this.#host(owner)])])
    }
  }

  /** A host below the owner, somewhere in the zone, or elsewhere. */
  #host(owner: Name): Name {
    const random = this.#random
    if (random.chance(0.2)) return random.pick(FAR)
    if (random.chance(0.4)) return nameFromText(`${this.#label()}.`.concat(nameToText(owner)))
    return this.name()
  }

  #nsec(): Uint8Array {
    return Buffer.concat([this.name(), Uint8Array.of(0, 1, 0x40)])
  }

  #nsec3(): Uint8Array {
    const head = Uint8Array.of(1, this.#random.below(2), 0, 0, 0, 20)
    return Buffer.concat([head, Buffer.from(this.#random.hex(20), 'hex'), Uint8Array.of(0, 1, 0x40)])
  }

  #set(owner: Name, type: number, ttl: number, rdatas: readonly Uint8Array[], signed = true): RRsetChange {
    const sorted = [...new Set(rdatas.map((rdata) => Buffer.from(rdata).toString('hex')))].sort()
    const signatures = signed && this.#chains !== 'none' ? [this.#signature(type)] : []
    const rrset = { type, ttl, rdatas: sorted.map((hex) => new Uint8Array(Buffer.from(hex, 'hex'))), signatures }
    return { owner, type, rrset }
  }

  #signature(type: number): Uint8Array {
    const head = Buffer.from([type >> 8, type, 13, 2, 0, 0, 0, 60, 0, 0, 0, 9, 0, 0, 0, 8, 0, 7])
    return new Uint8Array(Buffer.concat([head, ORIGIN, Buffer.from(this.#random.hex(64), 'hex')]))
  }

  #take({ owner, type, rrset }: RRsetChange): void {
    const key = `${nameToText(owner)} ${type}`
    if (rrset === undefined) this.#rrsets.delete(key)
    else this.#rrsets.set(key, { owner, rrset })
  }
}

/** Gives a character string its length (RFC 1035 3.3). */
function counted(text: Uint8Array): Uint8Array {
  text[0] = text.length - 1
  return text
}

/** The owner of the NSEC3 record of a name (RFC 5155 1.3). */
function hashedName(name: Name): Name {
  const hash = new Uint8Array(20)
  writeNsec3Hash(name, 0, new Uint8Array(0), hash, 0)
  const bits = [...hash].map((octet) => octet.toString(2).padStart(8, '0')).join('')
  const digits = bits.match(/.{5}/g)!.map((five) => BASE32HEX[Number.parseInt(five, 2)]!)
  return nameFromText(`${digits.join('')}.zz.`)
}
