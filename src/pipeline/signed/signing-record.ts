import type { StatePut, ZoneSnapshot } from '../../store/index.ts'

/** What is known of a zone's signatures since all of them were last looked at. It is kept with the zone. */
export interface SigningRecord {
  /** Ids of the keys that every RRset to be signed is signed by; there are no signatures of others. */
  readonly keys: readonly string[]
  /** The largest TTL of any RRset that is signed, in seconds; of an unsigned zone, of any. */
  readonly maxTtl: number
  /** What the signatures were held against: keys and policy. */
  readonly fingerprint: string
  /** When the look began, in seconds since 1970. */
  readonly at: number
}

/** What the record is kept under. Each version of a zone begins without one. */
export const RECORD_KEY = Buffer.from('signing')

/** The record in the store; undefined when there is none yet. */
export function readRecord(snapshot: ZoneSnapshot): SigningRecord | undefined {
  const value = snapshot.state(RECORD_KEY)
  return value === undefined ? undefined : (JSON.parse(Buffer.from(value).toString()) as SigningRecord)
}

/** What stores a record. */
export function putRecord(record: SigningRecord): StatePut {
  return { key: RECORD_KEY, value: Buffer.from(JSON.stringify(record)) }
}
