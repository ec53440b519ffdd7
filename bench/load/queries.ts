import { RRType } from '../../src/iana/index.ts'
import { labelCount, type Name, namesEqual, ROOT } from '../../src/wire/index.ts'
import { parseZoneFile } from '../../src/zonefile/index.ts'
import { type QuerySet, QueryWriter, querySet } from './query-set.ts'

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

function labelOctets(labels: readonly string[]): Buffer {
  return Buffer.concat(labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label, 'latin1')]))
}

/** More than any batch: a query's octets must not stand in one batch twice, since its id is written into them. */
export const LEAST_QUERIES = 1024

/** Builds one query of type A for each name; repeats the names of a small zone. */
export function buildQueries(delegations: Delegations, choice: QueryChoice): QuerySet {
  if (delegations.names.length === 0) throw new Error('the zone holds no delegation')
  const { payload, dnssecOk } = choice
  const edns = payload === undefined ? undefined : { payload, dnssecOk }
  const prefix = labelOctets(choice.prefix)
  const repeat = Math.ceil(LEAST_QUERIES / delegations.names.length)
  const writer = new QueryWriter()
  for (let round = 0; round < repeat; round++) {
    for (const name of delegations.names) {
      if (choice.negative) writer.add(labelOctets([randomLabel()]), delegations.apex, RRType.A, edns)
      else writer.add(prefix, name, RRType.A, edns)
    }
  }
  return querySet(writer.octets)
}
