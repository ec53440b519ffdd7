import { readRecordKey } from '../../src/feed/objects/keys.ts'
import { type DeadLetter, deadLetters, type FeedCursor, readCursor } from '../../src/pipeline/index.ts'
import type { ZoneSnapshot } from '../../src/store/index.ts'
import type { ZoneNode } from '../../src/zone/index.ts'
import { zoneLines } from '../zones/lines.ts'
import { type ModelDomain, type ModelHost, objectLine } from './model.ts'

/** What signing adds to a zone; beside it, and beside SOA and NS of the apex, the records are the registry's. */
const OF_SIGNING = /^\S+ \d+ (RRSIG|DNSKEY|NSEC|NSEC3|NSEC3PARAM|CDS|CDNSKEY|ZONEMD) /
const OF_APEX = /^zz\. \d+ (SOA|NS) /

/** What the store holds of zz. and its feed, as the model writes it. */
export interface Stored {
  readonly serial: number
  /** Undefined while the zone's records are not its first objects yet. */
  readonly cursor: FeedCursor | undefined
  readonly zone: readonly string[]
  readonly objects: readonly string[]
  readonly dead: readonly Pick<DeadLetter, 'seq' | 'reason'>[]
}

export function storedIn(snapshot: ZoneSnapshot): Stored {
  return {
    serial: snapshot.serial,
    cursor: readCursor(snapshot),
    zone: recordLines([...snapshot.nodes()].map(({ node }) => node)),
    objects: objectLines(snapshot),
    dead: [...deadLetters(snapshot)].map(({ seq, reason }) => ({ seq, reason })),
  }
}

/** The records that are the registry's, as lines without TTLs, sorted. */
export function recordLines(nodes: Iterable<ZoneNode>): string[] {
  return zoneLines(nodes)
    .filter((line) => !OF_SIGNING.test(line) && !OF_APEX.test(line))
    .map((line) => line.replace(/ \d+ /, ' '))
    .sort()
}

interface StoredObject {
  readonly kind: 'domain' | 'host'
  readonly ds?: readonly { keyTag: number; algorithm: number; digestType: number; digest: string }[]
}

interface StoredRecord {
  readonly live: StoredObject | null
  readonly next?: { readonly object: StoredObject | null; readonly at: number }
}

function objectLines(snapshot: ZoneSnapshot): string[] {
  const lines: string[] = []
  for (const prefix of ['feed/d/', 'feed/h/']) {
    for (const { key, value } of snapshot.states(Buffer.from(prefix))) {
      const { live, next } = JSON.parse(Buffer.from(value).toString()) as StoredRecord
      const { text } = readRecordKey(key, snapshot.origin)
      lines.push(objectLine(text, modelOf(live), next && modelOf(next.object), next?.at))
    }
  }
  return lines.sort()
}

function modelOf(object: StoredObject | null): ModelDomain | ModelHost | null {
  if (object === null || object.kind === 'host') return object as ModelHost | null
  const ds = object.ds!.map((one) => `${one.keyTag} ${one.algorithm} ${one.digestType} ${one.digest.toLowerCase()}`)
  return { ...object, ds } as unknown as ModelDomain
}
