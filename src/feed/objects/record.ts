import type { DomainObject, HostObject, RegistryObject, RRsetObject } from '../object.ts'

/** An object as the store keeps it. */
export interface ObjectRecord<T extends RegistryObject> {
  /** What counts now; null when nothing does. Of an RRset the zone itself is the store: always null. */
  readonly live: T | null
  /** What takes its place, null for a deletion, at a time in milliseconds since 1970. */
  readonly next?: { readonly object: T | null; readonly at: number; readonly seq: number } | undefined
}

export type DomainRecord = ObjectRecord<DomainObject>
export type HostRecord = ObjectRecord<HostObject>
export type RRsetRecord = ObjectRecord<RRsetObject>

/** Nothing: no object, and none to come. */
export const NO_RECORD: ObjectRecord<never> = { live: null }

export function isNothing(record: ObjectRecord<RegistryObject>): boolean {
  return record.live === null && record.next === undefined
}

/** What the registry said last: what is to come, or what is; of an object that is to go, what it still is. */
export function latest<T extends RegistryObject>(record: ObjectRecord<T>): T | null {
  return record.next?.object ?? record.live
}

export function decodeRecord<T extends RegistryObject>(value: Uint8Array): ObjectRecord<T> {
  return JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.length).toString()) as ObjectRecord<T>
}

/** Undefined where there is nothing to keep. */
export function encodeRecord(record: ObjectRecord<RegistryObject>): Uint8Array | undefined {
  return isNothing(record) ? undefined : Buffer.from(JSON.stringify(record))
}
