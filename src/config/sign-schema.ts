import { z } from 'zod'
import { SHORTEST_VALIDITY } from '../dnssec/gate/index.ts'
import { DEFAULT_POLICY, type SigningPolicy } from '../dnssec/keys/index.ts'
import { canSign } from '../dnssec/keystore/index.ts'
import { SchedulePeriodError, SignatureSchedule } from '../dnssec/sign/index.ts'
import { algorithmFromText, DigestType } from '../iana/index.ts'
import { parseServer } from './address.ts'
import { oneOf, period, periodOrNever, readableBy, text, wholeNumber } from './elements.ts'

const EXPECT_ALGORITHM =
  'expected RSASHA256, RSASHA512, ECDSAP256SHA256, ECDSAP384SHA384, ED25519 or ED448, or its number'
/** RFC 8624 3.3: SHA-1 is not to be made any more, and GOST neither. */
const DIGESTS = { sha256: DigestType.SHA256, sha384: DigestType.SHA384 } as const

const algorithm = z.union([z.string(), z.number()], { error: EXPECT_ALGORITHM }).transform((value, context): number => {
  const number = typeof value === 'number' ? value : algorithmFromText(value)
  if (number !== undefined && canSign(number)) return number
  context.addIssue({ code: 'custom', message: EXPECT_ALGORITHM })
  return z.NEVER
})

const digest = oneOf(['sha256', 'sha384']).transform((name) => DIGESTS[name])

/** Seconds: a sweep begins each eighth of the refresh period and takes another, and the server looks once a minute. */
const SHORTEST_REFRESH = 600

/** YAML 1.1 reads `off` as false, and so do people. */
const offIsText = (value: unknown) => (value === false ? 'off' : value)

/**
 * What may be written of a signing policy. What is absent is as in the default policy, which is the one place for that:
 * so a rule that two periods break can be told at one that was written.
 */
const policySchema = z
  .strictObject(
    {
      keys: oneOf(['split', 'csk']).optional(),
      algorithm: algorithm.optional(),
      rsaBits: wholeNumber(1024, 4096, 'bits').optional(),
      denial: oneOf(['nsec', 'nsec3', 'nsec3-opt-out']).optional(),
      validity: period().optional(),
      jitter: period().optional(),
      refresh: period().optional(),
      inceptionOffset: period().optional(),
      dnskeyTtl: period().optional(),
      denialTtl: period().optional(),
      serial: oneOf(['increment', 'date', 'unix', 'keep']).optional(),
      lifetimes: z
        .strictObject(
          { ksk: periodOrNever().optional(), zsk: periodOrNever().optional(), csk: periodOrNever().optional() },
          { error: 'expected the keys ksk, zsk and csk' },
        )
        .optional(),
      kskRollover: oneOf(['double-ksk', 'double-ds']).optional(),
      propagationDelay: period().optional(),
      parentPropagationDelay: period().optional(),
      safetyMargin: period().optional(),
      cds: z.boolean({ error: 'expected true or false' }).optional(),
      dsDigests: z
        .array(digest, { error: 'expected a list, as in [sha256, sha384]' })
        .min(1, 'name at least one, as in [sha256]')
        .optional(),
      purgeAfter: periodOrNever().optional(),
      zonemd: z.preprocess(offIsText, oneOf(['off', 'sha384', 'sha512', 'both'])).optional(),
    },
    { error: 'expected keys such as algorithm and validity' },
  )
  .superRefine((written, context) => {
    const policy = completePolicy(written)
    const complain = (candidates: readonly (keyof typeof written)[], message: string) => {
      const path = candidates.find((key) => written[key] !== undefined)
      context.addIssue({ code: 'custom', path: path === undefined ? [] : [path], message })
    }
    try {
      new SignatureSchedule(policy)
    } catch (error) {
      if (!(error instanceof SchedulePeriodError)) throw error
      const { validity, jitter, refresh } = policy
      complain(
        ['validity', 'refresh', 'jitter', 'inceptionOffset'],
        `${error.message}; with validity ${inUnits(validity)}, jitter ${inUnits(jitter)} and refresh ${inUnits(refresh)}, ` +
          'lengthen the validity or shorten the others',
      )
    }
    const { validity, jitter, refresh, dnskeyTtl, denialTtl = 0, propagationDelay } = policy
    // Of signatures that are made now, the first to end.
    const shortestMade = validity - jitter
    if (validity > jitter && shortestMade < SHORTEST_VALIDITY) {
      complain(
        ['validity', 'jitter'],
        `no change would pass the gate, which wants new signatures to be valid for ${inUnits(SHORTEST_VALIDITY)} at least (docs/gate.md); ` +
          `with validity ${inUnits(validity)} and jitter ${inUnits(jitter)} some last ${inUnits(shortestMade)}: lengthen the validity to ` +
          `${inUnits(SHORTEST_VALIDITY + jitter)} or more`,
      )
    }
    // RFC 6781 4.4.1: what a cache, or a secondary before it, still holds must not expire there as the zone goes on.
    const held = Math.max(dnskeyTtl, denialTtl) + propagationDelay
    if (refresh < held) {
      const ttl = dnskeyTtl >= denialTtl ? (['dnskeyTtl', dnskeyTtl] as const) : (['denialTtl', denialTtl] as const)
      complain(
        ['refresh', ttl[0], 'propagationDelay'],
        `signatures would expire in caches: with ${ttl[0]} ${inUnits(ttl[1])} and propagationDelay ${inUnits(propagationDelay)}, ` +
          `refresh must be ${inUnits(held)} or more, and is ${inUnits(refresh)}`,
      )
    } else if (refresh < SHORTEST_REFRESH) {
      complain(
        ['refresh'],
        `signatures would expire before they are renewed: refresh must be ${inUnits(SHORTEST_REFRESH)} or more, and is ${inUnits(refresh)}`,
      )
    }
    const roles = policy.keys === 'csk' ? (['csk'] as const) : (['ksk', 'zsk'] as const)
    const shortest = policy.dnskeyTtl + policy.propagationDelay + policy.safetyMargin
    for (const [role, lifetime] of Object.entries(written.lifetimes ?? {})) {
      const path = ['lifetimes', role]
      if (!roles.some((used) => used === role)) {
        const other = `keys: ${policy.keys} there is no ${role.toUpperCase()}; write the lifetime of ${roles.join(' or ')}`
        context.addIssue({ code: 'custom', path, message: `with ${other}` })
      } else if (lifetime !== undefined && lifetime <= shortest) {
        const message = `a key's lifetime must be longer than ${inUnits(shortest)}, which its successor needs to become known (dnskeyTtl, propagationDelay and safetyMargin together)`
        context.addIssue({ code: 'custom', path, message })
      }
    }
  })

const signMap = z.strictObject(
  {
    keys: text().optional(),
    parents: z
      .array(
        readableBy((value) => parseServer(value)),
        { error: 'expected a list of addresses, as in [192.0.2.1@53, 2001:db8::1@53]' },
      )
      .default([]),
    gate: z
      .strictObject(
        {
          command: z
            .array(text(), { error: 'expected a list, the program first, as in [/usr/bin/ldns-verify-zone]' })
            .min(1, 'name the program, as in [/usr/bin/ldns-verify-zone]'),
          timeout: period()
            .refine((seconds) => seconds >= 1 && seconds <= 86_400, 'expected a time from 1 s to 1 d')
            .default(60),
        },
        { error: 'expected command: [PROGRAM, ARGUMENT, ...], and timeout: TIME' },
      )
      .optional(),
    policy: policySchema.prefault({}),
  },
  { error: 'expected true, false, or keys such as keys and policy' },
)

/** How a zone is signed: `true` for all defaults, `false` for not at all. */
export const signSchema = z
  .preprocess((value) => (value === true ? {} : value === false ? undefined : value), signMap.optional())
  .optional()

/** A zone's `sign` as it was written, checked. */
export type SignConfig = z.output<typeof signMap>

/** `sign: true`. */
export function defaultSign(): SignConfig {
  return signMap.parse({})
}

/** The policy that results from what was written. */
export function completePolicy({ lifetimes, ...written }: z.output<typeof policySchema>): SigningPolicy {
  const values = { ...DEFAULT_POLICY, ...written, lifetimes: { ...DEFAULT_POLICY.lifetimes, ...lifetimes } }
  return withoutUndefined({ ...values, lifetimes: withoutUndefined(values.lifetimes) })
}

/** A key that holds undefined is `never`, which a policy says by leaving it out. */
function withoutUndefined<T extends object>(values: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T
}

/** Seconds for a person: `5d`, `1h30m`. */
function inUnits(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ] as const
  let rest = seconds
  let found = ''
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) found += `${count}${unit}`
  }
  return found === '' ? '0s' : found
}
