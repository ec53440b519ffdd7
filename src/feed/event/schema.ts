import { z } from 'zod'
import {
  MAX_ADDRESSES,
  MAX_DIGEST_OCTETS,
  MAX_DS,
  MAX_LABEL_TEXT,
  MAX_NAME_TEXT,
  MAX_NAMESERVERS,
  MAX_RDATAS,
  MAX_STATUSES,
  MAX_TTL,
  MAX_TX_SIZE,
} from './limits.ts'
import { DOMAIN_STATUSES, HOST_STATUSES } from './statuses.ts'
import { RFC3339 } from './time.ts'

/** The version of the schema that is read, and written. */
export const FEED_VERSION = 1

/*
 * The shape of events, kind by kind; what names, times, digests and rdata mean is read afterwards (read-object.ts). Unknown
 * keys are refused: a misspelt `publishat` must not silently publish at once. Lists are never left out: an event is the full
 * state of its object, and one that lost its `ds` on the way must not make a signed delegation insecure.
 */

const whole = (least: number, most: number, what: string) => {
  const error = `expected ${what}, a whole number from ${least} to ${most}`
  return z.number({ error }).int(error).min(least, error).max(most, error).meta({ description: what })
}

const words = (what: string) => {
  const error = `expected ${what}: 1 to ${MAX_LABEL_TEXT} characters, none of them a control character`
  // Cc are the control characters, Cs surrogates without their other half, which no UTF-8 can say.
  return z
    .string({ error })
    .min(1, error)
    .max(MAX_LABEL_TEXT, error)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, error)
    .meta({ description: what })
}

const name = (what: string) => {
  const error = `expected ${what} in presentation form, at most ${MAX_NAME_TEXT} characters`
  return z.string({ error }).min(1, error).max(MAX_NAME_TEXT, error).meta({ description: what })
}

const moment = (what: string) => {
  const error = `expected ${what} after RFC 3339, not before 1970 and with its zone, as 2026-11-24T08:00:00Z`
  return z.string({ error }).regex(RFC3339, error).meta({ format: 'date-time', description: what })
}

const list = <T extends z.ZodType>(of: T, most: number, what: string) => {
  const error = `expected a list of at most ${most} ${what}; [] when there are none`
  return z.array(of, { error }).max(most, error).meta({ description: what, uniqueItems: true })
}

const ttl = whole(0, MAX_TTL, 'a TTL in seconds')
const ttls = <const T extends string>(...types: readonly T[]) =>
  z
    .strictObject(
      Object.fromEntries(types.map((type) => [type, ttl.optional()])) as Record<T, z.ZodOptional<typeof ttl>>,
      {
        error: `expected TTLs in seconds by type (${types.join(', ')}), as {"${types[0]}": 3600}`,
      },
    )
    .optional()

const ds = z.strictObject(
  {
    keyTag: whole(0, 65_535, 'a key tag'),
    // 0 is reserved in both registries: no DS has it (RFC 8078 4 uses it in CDS only).
    algorithm: whole(1, 255, "an algorithm's number"),
    digestType: whole(1, 255, "a digest type's number"),
    digest: z
      .string({ error: 'expected a digest in hexadecimal' })
      .regex(
        new RegExp(`^(?:[0-9A-Fa-f]{2}){1,${MAX_DIGEST_OCTETS}}$`),
        `expected a digest in hexadecimal: 1 to ${MAX_DIGEST_OCTETS} octets of two digits, nothing between them`,
      ),
  },
  { error: 'expected DS data: {"keyTag": …, "algorithm": …, "digestType": …, "digest": "…"}' },
)

const registrar = words('the sponsoring registrar, or null where there is none').nullable()

/** What all events of a sponsored kind have in common. */
const domainName = { kind: z.literal('domain'), name: name("the domain's name") }
const hostName = { kind: z.literal('host'), name: name("the host's name") }
const rrsetName = {
  kind: z.literal('rrset'),
  name: name("the RRset's owner"),
  type: z
    .string({ error: 'expected a type, as TXT or TYPE65400' })
    .min(1)
    .max(20, 'expected a type, as TXT or TYPE65400'),
}

const domainState = {
  registrar,
  statuses: list(
    z.enum(DOMAIN_STATUSES, {
      error: 'expected a status of a domain after RFC 5731 2.3 or RFC 3915 3.1, as clientHold',
    }),
    MAX_STATUSES,
    'statuses',
  ),
  ns: list(name("a nameserver's name"), MAX_NAMESERVERS, 'nameservers'),
  ds: list(ds, MAX_DS, 'DS data'),
  ttl: ttls('NS', 'DS'),
}

const hostState = {
  registrar,
  statuses: list(
    z.enum(HOST_STATUSES, { error: 'expected a status of a host after RFC 5732 2.3, as linked' }),
    MAX_STATUSES,
    'statuses',
  ),
  addrs: list(z.string({ error: 'expected an IPv4 or IPv6 address' }).min(1).max(64), MAX_ADDRESSES, 'addresses'),
  ttl: ttls('A', 'AAAA'),
}

const rrsetState = {
  ttl,
  rdata: list(z.string({ error: 'expected rdata in presentation form' }), MAX_RDATAS, 'rdatas').min(
    1,
    'expected at least one rdata; to remove the RRset, send a deletion',
  ),
}

const head = {
  v: z.literal(FEED_VERSION, { error: `expected ${FEED_VERSION}, the version of this schema` }),
  seq: whole(1, Number.MAX_SAFE_INTEGER, "the event's number"),
  tx: words("the registry transaction's identifier").optional(),
  txSize: whole(1, MAX_TX_SIZE, 'how many events the registry transaction has').optional(),
  at: moment('when the registry committed the change'),
}
const upsert = { op: z.literal('upsert') }
const deletion = { op: z.literal('delete') }
const publishAt = moment('when the change is to be seen').optional()
const transfer = z.boolean({ error: 'expected true or false' }).optional()

const EXPECT_OP = 'expected "upsert" or "delete"'
const EXPECT_KIND = 'expected "domain", "host" or "rrset"'

/** An event, one line of the feed. */
export const eventSchema = z.discriminatedUnion(
  'kind',
  [
    z.discriminatedUnion(
      'op',
      [
        z.strictObject({ ...head, ...upsert, ...domainName, ...domainState, publishAt, transfer }),
        z.strictObject({ ...head, ...deletion, ...domainName, registrar, publishAt }),
      ],
      { error: EXPECT_OP },
    ),
    z.discriminatedUnion(
      'op',
      [
        z.strictObject({ ...head, ...upsert, ...hostName, ...hostState, publishAt, transfer }),
        z.strictObject({ ...head, ...deletion, ...hostName, registrar, publishAt }),
      ],
      { error: EXPECT_OP },
    ),
    z.discriminatedUnion(
      'op',
      [
        z.strictObject({ ...head, ...upsert, ...rrsetName, ...rrsetState, publishAt }),
        z.strictObject({ ...head, ...deletion, ...rrsetName, publishAt }),
      ],
      { error: EXPECT_OP },
    ),
  ],
  { error: EXPECT_KIND },
)

/** What a snapshot document says of an object: an event without what tells of the change, and a deletion only to come. */
const deletionToCome = { ...deletion, publishAt: moment('when the deletion is to be seen') }
const snapshotObject = z.discriminatedUnion(
  'kind',
  [
    z.discriminatedUnion(
      'op',
      [
        z.strictObject({ ...upsert, ...domainName, ...domainState, publishAt }),
        z.strictObject({ ...deletionToCome, ...domainName }),
      ],
      { error: EXPECT_OP },
    ),
    z.discriminatedUnion(
      'op',
      [
        z.strictObject({ ...upsert, ...hostName, ...hostState, publishAt }),
        z.strictObject({ ...deletionToCome, ...hostName }),
      ],
      { error: EXPECT_OP },
    ),
    z.discriminatedUnion(
      'op',
      [
        z.strictObject({ ...upsert, ...rrsetName, ...rrsetState, publishAt }),
        z.strictObject({ ...deletionToCome, ...rrsetName }),
      ],
      { error: EXPECT_OP },
    ),
  ],
  { error: EXPECT_KIND },
)

/** The parts of a snapshot document, a line each: one head, the objects, one end. */
export const snapshotSchemas = {
  head: z.strictObject({
    v: head.v,
    snapshot: name('the name of the zone'),
    seq: whole(0, Number.MAX_SAFE_INTEGER, 'the number of the last event that the objects hold, 0 before the first'),
    at: moment('when the snapshot was taken'),
    serial: whole(0, 2 ** 32 - 1, "the zone's serial then").optional(),
  }),
  object: snapshotObject,
  end: z.strictObject({
    end: z.literal('snapshot', { error: 'expected "snapshot"' }),
    objects: whole(0, Number.MAX_SAFE_INTEGER, 'how many lines of objects stand before'),
  }),
} as const

export type EventShape = z.infer<typeof eventSchema>
/** The state that an upsert tells of, or a deletion's object. */
export type ObjectShape = Extract<z.infer<typeof snapshotObject>, { op: 'upsert' }>
