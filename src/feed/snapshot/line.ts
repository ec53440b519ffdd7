import { type Name, nameToText } from '../../wire/index.ts'
import type { FeedEvent } from '../event/event.ts'
import { checkShape, deleted, parseLine, readMoment } from '../event/parse.ts'
import { readNameText } from '../event/read-name.ts'
import { readObject } from '../event/read-object.ts'
import { FEED_VERSION, snapshotSchemas } from '../event/schema.ts'
import { timeToText } from '../event/time.ts'
import type { RegistryObject } from '../object.ts'
import { FeedRefusal } from '../outcome.ts'

/*
 * A snapshot document, JSON Lines: a head, a line for each object that counts, one more for each change that waits for its
 * time, and an end, without which it is not whole. docs/feed.md has it for registries.
 */

/** What the first line says. */
export interface SnapshotHead {
  /** The last event that the objects hold; 0 before the first. */
  readonly seq: number
  /** Milliseconds since 1970. */
  readonly at: number
  /** Of the zone at that time, where it is told. */
  readonly serial: number | undefined
}

/** What a line says of an object: what it is, or, with `publishAt`, what is to become of it (ms since 1970). */
export type SnapshotObject = Pick<FeedEvent, 'op' | 'object' | 'publishAt'>

/** @param origin of the zone, lower case @throws FeedRefusal also when it is the snapshot of another zone */
export function parseSnapshotHead(text: string, origin: Name): SnapshotHead {
  const { snapshot, seq, at, serial } = checkShape(snapshotSchemas.head, parseLine(text))
  const zone = readNameText(snapshot, 'snapshot')
  if (zone !== nameToText(origin)) {
    throw new FeedRefusal('out-of-zone', `it is the snapshot of ${zone}, not of ${nameToText(origin)}`)
  }
  return { seq, at: readMoment(at, 'at'), serial }
}

/** @returns a number for the end: how many objects stand before it @throws FeedRefusal */
export function parseSnapshotLine(text: string, origin: Name): SnapshotObject | number {
  const value = parseLine(text)
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, 'end')) {
    return checkShape(snapshotSchemas.end, value).objects
  }
  const shape = checkShape(snapshotSchemas.object, value)
  return {
    op: shape.op,
    object: shape.op === 'upsert' ? readObject(shape, origin) : deleted(shape, origin),
    publishAt: shape.publishAt === undefined ? undefined : readMoment(shape.publishAt, 'publishAt'),
  }
}

/** The first line, with its end. @param zone in presentation form */
export function snapshotHeadText(zone: string, { seq, at, serial }: SnapshotHead): string {
  return `${JSON.stringify({ v: FEED_VERSION, snapshot: zone, seq, at: timeToText(at), serial })}\n`
}

/** A line that says what an object is, or is to be. @param publishAt ms since 1970 */
export function snapshotObjectText(object: RegistryObject, publishAt?: number): string {
  return lineOf({ op: 'upsert', ...stateOf(object), ...timeOf(publishAt) })
}

/** A line that says when an object is to go. @param publishAt ms since 1970 */
export function snapshotDeletionText(object: DeletedObject, publishAt: number): string {
  return lineOf({ op: 'delete', ...object, publishAt: timeToText(publishAt) })
}

/** The last line. */
export function snapshotEndText(objects: number): string {
  return `${JSON.stringify({ end: 'snapshot', objects })}\n`
}

/** Which object is to go; names and types in presentation form. */
export type DeletedObject =
  | { readonly kind: 'domain' | 'host'; readonly name: string }
  | { readonly kind: 'rrset'; readonly name: string; readonly type: string }

function stateOf(object: RegistryObject) {
  switch (object.kind) {
    case 'domain': {
      const { kind, name, registrar, statuses, ns, ds, ttl } = object
      return { kind, name, registrar, statuses, ns, ds, ...ttlsOf(ttl) }
    }
    case 'host': {
      const { kind, name, registrar, statuses, addrs, ttl } = object
      return { kind, name, registrar, statuses, addrs, ...ttlsOf(ttl) }
    }
    case 'rrset': {
      const { kind, name, type, ttl, rdatas } = object
      return { kind, name, type, ttl, rdata: rdatas }
    }
  }
}

function ttlsOf(ttl: object) {
  return Object.keys(ttl).length === 0 ? {} : { ttl }
}

function timeOf(publishAt: number | undefined) {
  return publishAt === undefined ? {} : { publishAt: timeToText(publishAt) }
}

function lineOf(shape: object): string {
  return `${JSON.stringify(shape)}\n`
}
