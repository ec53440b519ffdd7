import { statSync } from 'node:fs'
import { z } from 'zod'
import { DEFAULT_FEED_TTL, DEFAULT_NATS, DEFAULT_RULES } from '../feed/index.ts'
import { nameFromText } from '../wire/index.ts'
import { oneOf, period, readableBy, text, wholeNumber } from './elements.ts'

const EXPECT_SHARE = 'expected a share such as 5%, or a number from 0 to 1'

const name = () => readableBy((value) => nameFromText(value))

const list = (example: string) => z.array(text(), { error: `expected a list, as in [${example}]` })

const flag = () => z.boolean({ error: 'expected true or false' })

const ttl = (seconds: number) => period().default(seconds)

const login = z
  .strictObject(
    {
      user: text().optional(),
      passwordFile: text().optional(),
      tokenFile: text().optional(),
      nkeyFile: text().optional(),
      credsFile: text().optional(),
    },
    { error: 'expected user and passwordFile, or one of tokenFile, nkeyFile and credsFile' },
  )
  .refine(
    ({ user, passwordFile, tokenFile, nkeyFile, credsFile }) =>
      (user === undefined) === (passwordFile === undefined) &&
      [user, tokenFile, nkeyFile, credsFile].filter((value) => value !== undefined).length === 1,
    'write user and passwordFile, or one of tokenFile, nkeyFile and credsFile',
  )

const nats = z.strictObject(
  {
    servers: list('nats://127.0.0.1:4222').min(1, 'name at least one, as in [nats://127.0.0.1:4222]'),
    stream: text(),
    durable: text(),
    subject: text().optional(),
    startSequence: wholeNumber(1, Number.MAX_SAFE_INTEGER, '').optional(),
    ackWait: period().default(DEFAULT_NATS.ackWait),
    maxUnsettled: wholeNumber(1, DEFAULT_NATS.maxUnsettled, 'messages').default(DEFAULT_NATS.maxUnsettled),
    login: login.optional(),
    tls: z
      .strictObject(
        { caFile: text().optional(), certFile: text().optional(), keyFile: text().optional() },
        { error: 'expected the keys caFile, certFile and keyFile' },
      )
      .refine(({ certFile, keyFile }) => (certFile === undefined) === (keyFile === undefined), {
        error: 'certFile and keyFile belong together',
      })
      .optional(),
  },
  { error: 'expected keys such as servers, stream and durable' },
)

const source = z
  .strictObject(
    { file: text().optional(), folder: text().optional(), stdin: z.literal(true).optional(), nats: nats.optional() },
    { error: 'expected file: PATH, folder: PATH, stdin: true, or nats: with its keys' },
  )
  .refine(
    (written) => Object.values(written).filter((value) => value !== undefined).length === 1,
    'expected one of file, folder, stdin and nats',
  )

const pattern = readableBy((value) => new RegExp(value, 'u'))

const rules = z.strictObject(
  {
    firstCome: flag().default(DEFAULT_RULES.firstCome),
    publicationDelay: period().optional(),
    reserved: z.array(name(), { error: 'expected a list, as in [www, nic]' }).default([]),
    refusedLabels: z.array(pattern, { error: 'expected a list of patterns, as in ["..--.*"]' }).default([]),
    suffixes: z
      .array(name(), { error: 'expected a list, as in [com, co.uk]' })
      .min(1, 'name at least one, as in [com]')
      .optional(),
    linkedHosts: flag().default(DEFAULT_RULES.linkedHosts),
  },
  { error: 'expected keys such as firstCome and reserved' },
)

const share = z.union([z.string(), z.number()], { error: EXPECT_SHARE }).transform((value, context): number => {
  const percent = typeof value === 'string' ? /^(\d+(?:\.\d+)?)\s*%$/.exec(value) : null
  const number = percent === null ? Number(value) : Number(percent[1]) / 100
  if (number >= 0 && number <= 1) return number
  context.addIssue({ code: 'custom', message: EXPECT_SHARE })
  return z.NEVER
})

const brakeMap = z.strictObject(
  {
    share: share.default(0.05),
    count: wholeNumber(0, 2 ** 31, 'delegations').optional(),
    window: period().default(3600),
  },
  { error: 'expected off, or the keys share, count and window' },
)

const feedMap = z.strictObject(
  {
    sources: z.array(source, { error: 'expected a list of sources, as in [{ file: PATH }]' }).default([]),
    serial: oneOf(['increment', 'date', 'unix']).default('increment'),
    ttl: z
      .strictObject(
        {
          NS: ttl(DEFAULT_FEED_TTL.NS),
          DS: ttl(DEFAULT_FEED_TTL.DS),
          A: ttl(DEFAULT_FEED_TTL.A),
          AAAA: ttl(DEFAULT_FEED_TTL.AAAA),
        },
        { error: 'expected the keys NS, DS, A and AAAA' },
      )
      .prefault({}),
    rules: rules.prefault({}),
    brake: z
      .preprocess((value) => (value === false || value === 'off' ? undefined : value), brakeMap.optional())
      .prefault({}),
  },
  { error: 'expected true, false, or keys such as sources and rules' },
)

/** The feed that a zone follows: `true` for one that comes over HTTP only, with all defaults; `false` for none. */
export const feedSchema = z
  .preprocess((value) => (value === true ? {} : value === false ? undefined : value), feedMap.optional())
  .optional()

/** A zone's `feed` as it was written, checked. */
export type FeedConfig = z.output<typeof feedMap>

/** A feed from a file, a folder, or the standard input (`-`), with all defaults. */
export function feedOfPath(path: string): FeedConfig {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  const source = path === '-' ? { stdin: true } : isFolder ? { folder: path } : { file: path }
  return feedMap.parse({ sources: [source] })
}

/** What a feed is that nothing was written of. */
export function defaultFeed(): FeedConfig {
  return feedMap.parse({})
}
