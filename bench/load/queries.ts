import { RRType } from '../../src/iana/index.ts'
import { labelCount, type Name, namesEqual, ROOT } from '../../src/wire/index.ts'
import { parseZoneFile } from '../../src/zonefile/index.ts'
import { addressOf } from './libc.ts'

/** Queries in wire form, one after another in memory that does not move. */
export interface QuerySet {
  readonly octets: Uint8Array
  readonly address: number
  readonly offsets: Uint32Array
  readonly lengths: Uint16Array
  readonly count: number
}

export interface QueryChoice {
  /** Random labels under the apex in place of delegated names. */
  readonly negative: boolean
  /** OPT with this payload, or none. */
  readonly payload: number | undefined
  readonly dnssecOk: boolean
  /** Labels put before each delegated name. */
  readonly prefix: readonly string[]
}

export interface Delegations {
  readonly apex: Name
  /** A random sample in random order. */
  readonly names: readonly Name[]
  /** How many there are in the zone. */
  readonly total: number
}

/**
 * Streams through a master file and keeps a uniform random sample of its delegated names (reservoir sampling), so
 * that a zone larger than memory can be asked for.
 */
export function sampleDelegations(path: string, origin: Name | undefined, size: number): Delegations {
  let apex: Name | undefined
  const names: Name[] = []
  let total = 0
  let last: Name = new Uint8Array()
  parseZoneFile(path, {
    origin: origin ?? ROOT,
    file: path,
    onRecord(record) {
      const owner = record.buf.subarray(record.ownerStart, record.ownerStart + record.ownerLength)
      if (record.type === RRType.SOA) apex = owner.slice()
      if (record.type !== RRType.NS || (apex !== undefined && namesEqual(owner, apex))) return
      if (last.length === owner.length && namesEqual(owner, last)) return
      last = owner.slice()
      total++
      if (names.length < size) names.push(last)
      else {
        const place = Math.floor(Math.random() * total)
        if (place < size) names[place] = last
      }
    },
  })
  if (apex === undefined) throw new Error(`${path} holds no SOA record`)
  const top = apex
  // NS records may stand before the SOA
  const delegated = names.filter((name) => !namesEqual(name, top) && labelCount(name) > labelCount(top))
  for (let i = delegated.length - 1; i > 0; i--) {
    const other = Math.floor(Math.random() * (i + 1))
    const kept = delegated[i]!
    delegated[i] = delegated[other]!
    delegated[other] = kept
  }
  return { apex, names: delegated, total }
}

function randomLabel(): string {
  return Array.from({ length: 12 }, () => String.fromCharCode(97 + Math.floor(Math.random() * 26))).join('')
}

function prepend(labels: readonly string[], name: Name): Buffer {
  const parts = labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')]))
  return Buffer.concat([...parts, name])
}

/** More than any batch: a query's octets must not stand in one batch twice, since its id is written into them. */
const LEAST_QUERIES = 1024

/** Builds one query of type A for each name; repeats the names of a small zone. */
export function buildQueries(delegations: Delegations, choice: QueryChoice): QuerySet {
  if (delegations.names.length === 0) throw new Error('the zone holds no delegation')
  const opt = choice.payload === undefined ? 0 : 11
  const repeat = Math.ceil(LEAST_QUERIES / delegations.names.length)
  const asked = Array.from({ length: repeat }, () => delegations.names).flat()
  const names = asked.map((name) =>
    choice.negative ? prepend([randomLabel()], delegations.apex) : prepend(choice.prefix, name),
  )
  const octets = new Uint8Array(new ArrayBuffer(names.reduce((sum, name) => sum + 12 + name.length + 4 + opt, 0)))
  const view = new DataView(octets.buffer)
  const offsets = new Uint32Array(names.length)
  const lengths = new Uint16Array(names.length)
  let at = 0
  for (const [i, name] of names.entries()) {
    offsets[i] = at
    view.setUint16(at + 4, 1)
    view.setUint16(at + 10, opt === 0 ? 0 : 1)
    octets.set(name, at + 12)
    let end = at + 12 + name.length
    view.setUint16(end, RRType.A)
    view.setUint16(end + 2, 1)
    end += 4
    if (choice.payload !== undefined) {
      view.setUint16(end + 1, RRType.OPT)
      view.setUint16(end + 3, choice.payload)
      view.setUint16(end + 7, choice.dnssecOk ? 0x8000 : 0)
      end += 11
    }
    lengths[i] = end - at
    at = end
  }
  return { octets, address: addressOf(octets.buffer as ArrayBuffer), offsets, lengths, count: names.length }
}
