import type { z } from 'zod'
import { typeToText } from '../../iana/index.ts'
import { type Name, nameToText } from '../../wire/index.ts'
import type { RegistryObject } from '../object.ts'
import { type EventPlace, FeedRefusal } from '../outcome.ts'
import { MAX_EVENT_OCTETS } from '../sources/source.ts'
import type { FeedEvent } from './event.ts'
import { MAX_LABEL_TEXT, MAX_TX_SIZE } from './limits.ts'
import { readName, readOwner } from './read-name.ts'
import { readObject, readType } from './read-object.ts'
import { quoted, refuse } from './refuse.ts'
import { type EventShape, eventSchema, FEED_VERSION } from './schema.ts'
import { readTime } from './time.ts'

/** Problems that one message lists. */
const LISTED = 3

/**
 * Reads one event of a zone's feed.
 * @param text one JSON object
 * @param origin of the zone, lower case
 * @throws FeedRefusal with the reason, the place in the event, and its `seq` where that could be read
 */
export function parseEvent(text: string, origin: Name): FeedEvent {
  const value = parseLine(text)
  try {
    const shape = checkShape(eventSchema, value)
    return readEvent(shape, origin)
  } catch (error) {
    if (error instanceof FeedRefusal) throw new FeedRefusal(error.reason, error.message, placeOf(value))
    throw error
  }
}

/** The value of one line of JSON Lines. @throws FeedRefusal when it is too long or no JSON */
export function parseLine(text: string): unknown {
  if (
    text.length > MAX_EVENT_OCTETS ||
    (3 * text.length > MAX_EVENT_OCTETS && Buffer.byteLength(text) > MAX_EVENT_OCTETS)
  ) {
    throw new FeedRefusal('too-long', `an event has at most ${MAX_EVENT_OCTETS} octets: tell of one object in each`)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    // RFC 8259: one value, complete; V8's message names the place, and shows a piece of the text.
    throw new FeedRefusal('malformed', `not JSON: ${(error as Error).message.slice(0, 200)}`)
  }
}

/** @throws FeedRefusal that names the first places where the value differs from the schema */
export function checkShape<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const version = ownOf(value, 'v')
  if (typeof version === 'number' && version !== FEED_VERSION) {
    throw new FeedRefusal('version', `v: ${version} is not the version read here, which is ${FEED_VERSION}`)
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const { issues } = result.error
  const listed = issues.slice(0, LISTED).map((issue) => `${pathText(issue.path)}: ${issueText(issue, value)}`)
  if (issues.length > LISTED) listed.push(`and ${issues.length - LISTED} more`)
  throw new FeedRefusal('schema', listed.join('; '))
}

function issueText(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.slice(0, LISTED).map(quoted).join(', ')
    const more = issue.keys.length > LISTED ? ` and ${issue.keys.length - LISTED} more` : ''
    return `${keys}${more} can't stand here: see docs/feed.md for what an event of this kind and op holds`
  }
  const found = issue.path.reduce<unknown>((part, step) => ownOf(part, step), value)
  return `${issue.message}, found ${foundText(found)}`
}

function foundText(found: unknown): string {
  if (found === undefined) return 'nothing'
  if (typeof found === 'string') return quoted(found)
  if (Array.isArray(found)) return `a list of ${found.length}`
  return typeof found === 'object' && found !== null ? 'an object' : String(found)
}

/** `ds[1].digest` from `['ds', 1, 'digest']`. */
function pathText(path: readonly PropertyKey[]): string {
  const text = path.reduce<string>(
    (done, step) =>
      typeof step === 'number' ? `${done}[${step}]` : done === '' ? String(step) : `${done}.${String(step)}`,
    '',
  )
  return text === '' ? 'event' : text
}

function ownOf(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Record<PropertyKey, unknown>)[key]
}

function placeOf(value: unknown): EventPlace | undefined {
  const [seq, tx, txSize] = ['seq', 'tx', 'txSize'].map((key) => ownOf(value, key))
  const isCount = (found: unknown): found is number => Number.isSafeInteger(found) && (found as number) >= 1
  if (!isCount(seq)) return undefined
  if (typeof tx !== 'string' || tx.length > MAX_LABEL_TEXT) return { seq, tx: undefined, txSize: undefined }
  return { seq, tx, txSize: isCount(txSize) && txSize <= MAX_TX_SIZE ? txSize : undefined }
}

function readEvent(shape: EventShape, origin: Name): FeedEvent {
  if (shape.txSize !== undefined && shape.tx === undefined) {
    refuse('schema', 'txSize', 'stands with tx only: it says how many events that transaction has')
  }
  return {
    seq: shape.seq,
    tx: shape.tx,
    txSize: shape.txSize,
    at: readMoment(shape.at, 'at'),
    op: shape.op,
    object: shape.op === 'upsert' ? readObject(shape, origin) : deleted(shape, origin),
    transfer: 'transfer' in shape && shape.transfer === true,
    publishAt:
      'publishAt' in shape && shape.publishAt !== undefined ? readMoment(shape.publishAt, 'publishAt') : undefined,
  }
}

/** @param path where in the event it stands @returns milliseconds since 1970 @throws FeedRefusal when there is no such day */
export function readMoment(text: string, path: string): number {
  return readTime(text) ?? refuse('schema', path, `${quoted(text)}: there is no such day, or it lies before 1970`)
}

/** What a deletion's shape says of its object. */
type DeletedShape =
  | { readonly kind: 'domain' | 'host'; readonly name: string; readonly registrar?: string | null }
  | { readonly kind: 'rrset'; readonly name: string; readonly type: string }

/**
 * What a deletion says of its object: which one it is, and who deletes it where that is told.
 * @throws FeedRefusal
 */
export function deleted(shape: DeletedShape, origin: Name): RegistryObject {
  switch (shape.kind) {
    case 'domain': {
      const name = readOwner(shape.name, 'name', origin)
      return { kind: 'domain', name, registrar: shape.registrar ?? null, statuses: [], ns: [], ds: [], ttl: {} }
    }
    case 'host': {
      const name = nameToText(readName(shape.name, 'name'))
      return { kind: 'host', name, registrar: shape.registrar ?? null, statuses: [], addrs: [], ttl: {} }
    }
    case 'rrset': {
      const name = readOwner(shape.name, 'name', origin)
      return { kind: 'rrset', name, type: typeToText(readType(shape.type)), ttl: 0, rdatas: [] }
    }
  }
}
