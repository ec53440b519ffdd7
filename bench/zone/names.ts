import { RRType } from '../../src/iana/index.ts'
import { type Name, namesEqual, rdataToText } from '../../src/wire/index.ts'
import { parseZoneFile } from '../../src/zonefile/index.ts'

/** Names in one piece of memory: an object for each of ten million would not fit. */
export class NameList {
  #octets = new Uint8Array(1 << 20)
  #ends = new Float64Array(1 << 16)
  #count = 0

  get count(): number {
    return this.#count
  }

  add(name: Name): void {
    const start = this.#count === 0 ? 0 : this.#ends[this.#count - 1]!
    const end = start + name.length
    while (end > this.#octets.length) {
      const larger = new Uint8Array(this.#octets.length * 2)
      larger.set(this.#octets)
      this.#octets = larger
    }
    if (this.#count === this.#ends.length) {
      const larger = new Float64Array(this.#ends.length * 2)
      larger.set(this.#ends)
      this.#ends = larger
    }
    this.#octets.set(name, start)
    this.#ends[this.#count++] = end
  }

  /** The name at that place; shares the list's memory. */
  at(place: number): Name {
    return this.#octets.subarray(place === 0 ? 0 : this.#ends[place - 1]!, this.#ends[place])
  }
}

/** What a zone file can be asked for. */
export interface ZoneNames {
  readonly apex: Name
  /** Every delegated name. */
  readonly delegated: NameList
  /** Places in `delegated` of those with a DS record. */
  readonly signed: readonly number[]
  readonly unsigned: readonly number[]
  /** How its names' absence is proved. */
  readonly denial: Denial
}

/** `parameters` are an NSEC3PARAM's rdata in presentation form, its flag for opt-out set where NSEC3 records have it. */
export type Denial =
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'nsec' }
  | { readonly kind: 'nsec3'; readonly parameters: string }

/** The flags octet of NSEC3 and NSEC3PARAM rdata, and the flag for opt-out (RFC 5155 3.1.2.1, 3.2). */
const NSEC3_FLAGS = 1
const OPT_OUT = 1

export class ZoneNamesError extends Error {}

const READ: ReadonlySet<number> = new Set([RRType.NS, RRType.DS, RRType.SOA, RRType.DNSKEY, RRType.NSEC3PARAM])

function denialOf(hasKey: boolean, parameters: Uint8Array | undefined, optOut: boolean): Denial {
  if (!hasKey) return { kind: 'unsigned' }
  if (parameters === undefined) return { kind: 'nsec' }
  if (optOut) parameters[NSEC3_FLAGS]! |= OPT_OUT
  return { kind: 'nsec3', parameters: rdataToText(RRType.NSEC3PARAM, parameters) }
}

/**
 * Reads the delegated names of a master file. The NS and DS records of a name must stand together or with glue between
 * them, as signers and registries write them, and the SOA record before them.
 */
export function readZoneNames(path: string, origin: Name): ZoneNames {
  let apex: Name | undefined
  let hasKey = false
  let optOut = false
  let parameters: Uint8Array | undefined
  const delegated = new NameList()
  const withDs: number[] = []
  let last: Name = new Uint8Array()
  const { problems } = parseZoneFile(path, {
    origin,
    file: path,
    onRecord(record) {
      const { type } = record
      if (type === RRType.NSEC3) optOut ||= (record.buf[record.rdataStart + NSEC3_FLAGS]! & OPT_OUT) !== 0
      if (!READ.has(type)) return
      const owner = record.buf.subarray(record.ownerStart, record.ownerStart + record.ownerLength)
      if (type === RRType.SOA) apex = owner.slice()
      if (apex === undefined) return
      if (namesEqual(owner, apex)) {
        if (type === RRType.DNSKEY) hasKey = true
        if (type === RRType.NSEC3PARAM) {
          parameters = record.buf.slice(record.rdataStart, record.rdataStart + record.rdataLength)
        }
        return
      }
      const isLast = last.length === owner.length && namesEqual(owner, last)
      if (type === RRType.NS && !isLast) {
        delegated.add(owner)
        last = delegated.at(delegated.count - 1)
      } else if (type === RRType.DS && isLast) {
        if (withDs.at(-1) !== delegated.count - 1) withDs.push(delegated.count - 1)
      }
    },
  })
  if (problems[0] !== undefined) throw new ZoneNamesError(`${path}: line ${problems[0].line}: ${problems[0].message}`)
  if (apex === undefined) throw new ZoneNamesError(`${path} holds no SOA record`)
  if (delegated.count === 0) throw new ZoneNamesError(`${path} holds no delegation`)
  const marked = new Set(withDs)
  const unsigned = Array.from({ length: delegated.count }, (_, place) => place).filter((place) => !marked.has(place))
  return { apex, delegated, signed: withDs, unsigned, denial: denialOf(hasKey, parameters, optOut) }
}
