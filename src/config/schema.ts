import { z } from 'zod'
import { nameFromText } from '../wire/index.ts'
import { parseAddress } from './address.ts'
import { canonicalOrigin, controlSchema, metricsSchema } from './control-schema.ts'
import { EXPECT_TEXT, oneOf, readableBy, text, wholeNumber } from './elements.ts'
import { feedSchema } from './feed-schema.ts'
import { signSchema } from './sign-schema.ts'

/** One character-string (RFC 1035 3.3). */
const MAX_CHARACTER_STRING = 255
/** As much as the responder sends. */
const MAX_NSID = 128

/** Text of at most so many octets, `auto` for the default, or `off`. */
const identity = (most: number) =>
  z
    .union([text(), z.literal(false)], { error: `${EXPECT_TEXT}, or write auto or off` })
    .refine((value) => value === false || Buffer.byteLength(value) <= most, `must be at most ${most} octets`)

const zone = z.strictObject(
  {
    origin: readableBy((value) => nameFromText(value)),
    file: text().optional(),
    sign: signSchema,
    feed: feedSchema,
  },
  { error: 'expected a zone: origin: NAME, and file: PATH' },
)

/**
 * The configuration file, key by key, with its defaults. Unknown keys are errors: a misspelt key must not silently mean
 * its default. Every key is described in docs/configuration.md, which a test compares with this.
 */
export const configSchema = z.strictObject(
  {
    data: text().default('./data'),
    listen: z
      .array(
        readableBy((value) => parseAddress(value)),
        { error: 'expected a list of addresses, as in [127.0.0.1@5300, ::1@5300]' },
      )
      .min(1, 'name at least one address, as in [127.0.0.1@5300]')
      .default(['127.0.0.1@5300']),
    workers: z
      .union([z.literal('auto'), wholeNumber(1, 256, 'threads')], {
        error: 'expected auto or a whole number from 1 to 256 (threads)',
      })
      .default('auto'),
    io: oneOf(['auto', 'mmsg', 'dgram']).default('auto'),
    control: controlSchema,
    metrics: metricsSchema,
    zones: z
      .array(zone, { error: 'expected a list of zones, each with origin: and file:' })
      .superRefine((zones, context) => {
        const seen = new Set<string>()
        for (const [index, { origin }] of zones.entries()) {
          const name = canonicalText(origin)
          if (name === undefined) continue
          if (seen.has(name)) {
            context.addIssue({ code: 'custom', path: [index, 'origin'], message: `the zone ${name} is listed twice` })
          }
          seen.add(name)
        }
      })
      .default([]),
    edns: z
      .strictObject({ payload: wholeNumber(512, 4096, 'octets').default(1232) }, { error: 'expected payload: OCTETS' })
      .prefault({}),
    nsid: identity(MAX_NSID).default('off'),
    chaos: z
      .strictObject(
        {
          version: identity(MAX_CHARACTER_STRING).default('auto'),
          hostname: identity(MAX_CHARACTER_STRING).default('auto'),
          id: identity(MAX_CHARACTER_STRING).default('auto'),
        },
        { error: 'expected the keys version, hostname and id' },
      )
      .prefault({}),
    tcp: z
      .strictObject(
        {
          maxConnections: wholeNumber(1, 1_000_000, 'connections').default(2000),
          maxPerClient: wholeNumber(1, 1_000_000, 'connections').default(100),
          idleTimeout: wholeNumber(1, 3600, 'seconds').default(10),
          messageTimeout: wholeNumber(1, 3600, 'seconds').default(5),
          writeTimeout: wholeNumber(1, 3600, 'seconds').default(5),
        },
        { error: 'expected keys such as idleTimeout and maxConnections' },
      )
      .prefault({}),
    log: z
      .strictObject(
        {
          level: oneOf(['debug', 'info', 'warn', 'error']).default('info'),
          format: oneOf(['text', 'json']).default('text'),
        },
        { error: 'expected the keys level and format' },
      )
      .prefault({}),
  },
  { error: 'expected keys and values, as in data: /var/lib/zonecut' },
)

function canonicalText(origin: string): string | undefined {
  try {
    return canonicalOrigin(origin)
  } catch {
    return undefined
  }
}

/** A checked configuration file, defaults filled in; paths and addresses still as written. */
export type Config = z.output<typeof configSchema>

/** Every key that the file may hold, with its parents: `tcp.idleTimeout`, `zones[].origin`. */
export function configKeys(): string[] {
  return keysOf(configSchema, '')
}

function keysOf(schema: z.core.$ZodType, prefix: string): string[] {
  const inner = unwrap(schema)
  if (inner instanceof z.ZodObject) {
    return Object.entries(inner.shape).flatMap(([key, value]) => {
      const path = prefix === '' ? key : `${prefix}.${key}`
      const below = keysOf(value, path)
      return below.length > 0 ? below : [path]
    })
  }
  return inner instanceof z.ZodArray ? keysOf(inner.element, `${prefix}[]`) : []
}

/** The keys that may stand in the map at this path of the file; undefined when no map belongs there. */
export function keysAt(path: readonly PropertyKey[]): string[] | undefined {
  let schema: z.core.$ZodType = configSchema
  for (const step of path) {
    const inner: z.core.$ZodType = unwrap(schema)
    const next: z.core.$ZodType | undefined =
      inner instanceof z.ZodObject ? inner.shape[String(step)] : inner instanceof z.ZodArray ? inner.element : undefined
    if (next === undefined) return undefined
    schema = next
  }
  const inner = unwrap(schema)
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : undefined
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional
    ? unwrap(schema.unwrap())
    : schema instanceof z.ZodPipe && schema.in instanceof z.ZodTransform
      ? // What stands behind a preprocessing step.
        unwrap(schema.out)
      : schema
}
