import { resolve } from 'node:path'
import fc from 'fast-check'
import { fastify } from 'fastify'
import { expect, test } from 'vitest'
import { nameFromText } from '../../wire/index.ts'
import { FeedRefusal } from '../outcome.ts'
import { eventJsonSchema, snapshotJsonSchema } from './json-schema.ts'
import { domainLine, hostLine, rrsetLine } from './parse.fixture.ts'
import { parseEvent } from './parse.ts'
import { eventSchema, snapshotSchemas } from './schema.ts'

const DOCS = resolve(import.meta.dirname, '../../../docs')
const origin = nameFromText('zz.')

// `npx vitest run src/feed/event/json-schema.test.ts -u` writes the files anew.
test.each([
  ['feed-event.schema.json', eventJsonSchema],
  ['feed-snapshot.schema.json', snapshotJsonSchema],
])('docs/%s is what the code gives', async (file, schema) => {
  await expect(`${JSON.stringify(schema(), null, 2)}\n`).toMatchFileSnapshot(resolve(DOCS, file))
})

/** Asks a validator of JSON Schema that is not ours: the one that fastify checks requests with. */
async function validator(schema: object): Promise<(value: unknown) => Promise<boolean>> {
  // It is to judge, not to mend.
  const server = fastify({
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false } },
  })
  server.post('/', { schema: { body: schema } }, async () => 'fine')
  await server.ready()
  return async (value) => {
    const headers = { 'content-type': 'application/json' }
    const { statusCode } = await server.inject({ method: 'POST', url: '/', headers, payload: JSON.stringify(value) })
    return statusCode === 200
  }
}

function isTaken(value: unknown): boolean {
  try {
    parseEvent(JSON.stringify(value), origin)
    return true
  } catch (error) {
    if (error instanceof FeedRefusal) return false
    throw error
  }
}

const gone = { statuses: undefined, ns: undefined, ds: undefined, addrs: undefined, ttl: undefined, rdata: undefined }
const EVENTS = [
  domainLine({ tx: 'T', txSize: 2, publishAt: '2027-01-01T00:00:00Z', ttl: { NS: 60 }, transfer: true }),
  domainLine({ registrar: null, ns: [], ds: [] }),
  domainLine({ ...gone, op: 'delete' }),
  hostLine({ ttl: { A: 60, AAAA: 0 } }),
  hostLine({ ...gone, op: 'delete', publishAt: '2027-01-01T00:00:00+02:00' }),
  rrsetLine(),
  rrsetLine({ ...gone, op: 'delete', ttl: undefined }),
].map((text) => JSON.parse(text) as Readonly<Record<string, unknown>>)

test('events that are taken are as the schema has them', async () => {
  const isValid = await validator(eventJsonSchema())
  for (const event of EVENTS) {
    expect(isTaken(event), JSON.stringify(event)).toBe(true)
    expect(await isValid(event), JSON.stringify(event)).toBe(true)
  }
})

test.each([
  ['another version', { v: 2 }],
  ['an unknown key', { publishat: '2027-01-01T00:00:00Z' }],
  ['a list that is left out', { ds: undefined }],
  ['a number that begins too low', { seq: 0 }],
  ['a time without its zone', { at: '2026-11-24T08:00:00' }],
  ['a transaction with a size and without a name', { txSize: 2 }],
  ['a status that there is none of', { statuses: ['hold'] }],
  ['a status twice', { statuses: ['ok', 'ok'] }],
  [
    'DS data with a key too many',
    { ds: [{ keyTag: 1, algorithm: 8, digestType: 2, digest: '00'.repeat(32), flags: 0 }] },
  ],
  ['a digest of half an octet', { ds: [{ keyTag: 1, algorithm: 8, digestType: 9, digest: '0' }] }],
  ['too many nameservers', { ns: Array.from({ length: 101 }, (_, i) => `ns${i}.example`) }],
  ['a TTL beyond 31 bits', { ttl: { NS: 2 ** 31 } }],
  ['the addresses of a host', { addrs: [] }],
])('%s is refused by both', async (_, changes) => {
  const isValid = await validator(eventJsonSchema())
  const event = JSON.parse(domainLine(changes)) as unknown
  expect(isTaken(event)).toBe(false)
  expect(await isValid(event)).toBe(false)
})

test('what the schema refuses is not taken, and what has not the shape is refused by it', async () => {
  const isValid = await validator(eventJsonSchema())
  const keys = [...new Set([...EVENTS.flatMap((event) => Object.keys(event)), 'more'])]
  const values = fc.oneof(
    fc.constantFrom<unknown>(
      undefined,
      null,
      true,
      0,
      -1,
      1.5,
      2 ** 53,
      '',
      'x',
      [],
      {},
      ['ok'],
      [1],
      'delete',
      'host',
    ),
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom(...EVENTS.flatMap((event) => Object.values(event))),
  )
  const changed = fc.tuple(fc.constantFrom(...EVENTS), fc.constantFrom(...keys), values)
  await fc.assert(
    fc.asyncProperty(changed, async ([event, key, value]) => {
      const candidate = JSON.parse(JSON.stringify({ ...event, [key]: value })) as unknown
      const valid = await isValid(candidate)
      if (!valid) expect(isTaken(candidate)).toBe(false)
      if (!eventSchema.safeParse(candidate).success) expect(valid).toBe(false)
    }),
    { numRuns: 1000, seed: 5 },
  )
})

test('the lines of a snapshot document', async () => {
  const isValid = await validator(snapshotJsonSchema())
  const { v: _v, seq: _seq, at: _at, ...object } = EVENTS[1]!
  const lines = [
    [{ v: 1, snapshot: 'zz.', seq: 0, at: '2026-11-24T08:00:00Z' }, 'head', true],
    [{ v: 1, snapshot: 'zz.', at: '2026-11-24T08:00:00Z' }, 'head', false],
    [object, 'object', true],
    [EVENTS[1], 'object', false],
    [{ op: 'delete', kind: 'host', name: 'a.', publishAt: '2026-11-24T08:00:00Z' }, 'object', true],
    [{ op: 'delete', kind: 'host', name: 'a.' }, 'object', false],
    [{ end: 'snapshot', objects: 3 }, 'end', true],
    [{ end: 'snapshot' }, 'end', false],
  ] as const
  for (const [line, part, expected] of lines) {
    expect(await isValid(line), JSON.stringify(line)).toBe(expected)
    expect(snapshotSchemas[part].safeParse(line).success, JSON.stringify(line)).toBe(expected)
  }
})
