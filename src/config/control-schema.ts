import { z } from 'zod'
import { isLoopback } from '../net/index.ts'
import { lowerName, nameFromText, nameToText } from '../wire/index.ts'
import { parseAddress } from './address.ts'
import { oneOf, readableBy, text, wholeNumber } from './elements.ts'

/** Where control and metrics listen when no port is given. */
export const CONTROL_PORT = 8453
export const METRICS_PORT = 9153

/** Octets: of one request, and how much may be allowed. */
const DEFAULT_BODY = 16 * 1024 * 1024
const LARGEST_BODY = 1024 * 1024 * 1024

/** What a caller over TCP may be allowed; each route of the control server names one of them. */
const RIGHTS = ['changes', 'control', 'read'] as const

const addressList = (defaultPort: number) =>
  z
    .array(
      readableBy((value) => parseAddress(value, defaultPort)),
      { error: `expected a list of addresses, as in [127.0.0.1:${defaultPort}]` },
    )
    .min(1, `name at least one address, as in [127.0.0.1:${defaultPort}]`)

/** What callers have in common: their name, and what they may do to which zones. */
const caller = {
  // Also what a certificate's name is compared with.
  name: text().regex(/^[A-Za-z0-9._-]{1,64}$/, 'expected at most 64 letters, digits, dots, hyphens and underscores'),
  allow: z
    .array(oneOf(RIGHTS), { error: `expected a list of rights, of ${RIGHTS.join(', ')}` })
    .min(1, `name at least one right, of ${RIGHTS.join(', ')}`),
  zones: z
    .array(
      readableBy((value) => nameFromText(value)),
      { error: 'expected a list of zones, as in [zz, example]' },
    )
    .min(1, 'name at least one zone, or leave the key out for all zones')
    .optional(),
}

const token = z
  .strictObject(
    {
      ...caller,
      sha256: text()
        .regex(/^[0-9a-fA-F]{64}$/, 'expected 64 hexadecimal digits, as sha256sum prints them')
        .optional(),
      file: text().optional(),
    },
    { error: 'expected a token: name: NAME, sha256: HEX or file: PATH, and allow: [RIGHT, ...]' },
  )
  .superRefine(({ sha256, file }, context) => {
    if ((sha256 === undefined) !== (file === undefined)) return
    const message = sha256 === undefined ? 'name the token by sha256: or by file:' : 'name sha256: or file:, not both'
    context.addIssue({ code: 'custom', message })
  })

const certificate = z.strictObject(caller, { error: 'expected a certificate: name: NAME, and allow: [RIGHT, ...]' })

const tls = z.strictObject(
  { certificate: text(), key: text(), clientCa: text().optional() },
  { error: 'expected certificate: PATH, key: PATH, and clientCa: PATH for client certificates' },
)

const controlMap = z
  .strictObject(
    {
      socket: text().optional(),
      listen: addressList(CONTROL_PORT).optional(),
      tls: tls.optional(),
      tokens: z.array(token, { error: 'expected a list of tokens' }).default([]),
      certificates: z.array(certificate, { error: 'expected a list of names in client certificates' }).default([]),
      maxBody: wholeNumber(1024, LARGEST_BODY, 'octets').default(DEFAULT_BODY),
      maxConnections: wholeNumber(1, 100_000, 'connections').default(64),
      headerTimeout: wholeNumber(1, 3600, 'seconds').default(10),
      requestTimeout: wholeNumber(1, 3600, 'seconds').default(60),
    },
    { error: 'expected the path of a socket, or keys such as socket and listen' },
  )
  .superRefine((control, context) => {
    const { listen, tls, tokens, certificates, headerTimeout, requestTimeout } = control
    const complain = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message })
    if (requestTimeout < headerTimeout) {
      complain(['requestTimeout'], `must not be less than headerTimeout, ${headerTimeout} s, which is part of it`)
    }
    for (const [index, written] of (listen ?? []).entries()) {
      const address = readAddress(written)
      if (tls !== undefined || address === undefined || isLoopback(address)) continue
      complain(
        ['listen', index],
        `${written} can be reached from other machines, and without TLS tokens would cross the network in the clear: ` +
          'give tls: { certificate, key }, or listen on 127.0.0.1 or ::1',
      )
    }
    if (listen !== undefined && tokens.length + certificates.length === 0) {
      complain(['listen'], 'nobody may ask there: list tokens:, or certificates: with tls.clientCa')
    }
    if (certificates.length > 0 && tls?.clientCa === undefined) {
      complain(['certificates'], 'client certificates are verified with tls.clientCa: name its file')
    }
    if (tls?.clientCa !== undefined && certificates.length === 0) {
      complain(['tls', 'clientCa'], 'no certificate is allowed anything: list their names under certificates:')
    }
    for (const [key, callers] of [
      ['tokens', tokens],
      ['certificates', certificates],
    ] as const) {
      const seen = new Set<string>()
      for (const [index, { name }] of callers.entries()) {
        if (seen.has(name)) complain([key, index, 'name'], `the name ${name} is listed twice`)
        seen.add(name)
      }
    }
  })

export const metricsSchema = z
  .strictObject({ listen: addressList(METRICS_PORT).optional() }, { error: 'expected listen: [ADDRESS, ...]' })
  .prefault({})

/** Text is the socket's path alone. */
export const controlSchema = z
  .preprocess((value) => (typeof value === 'string' && value !== '' ? { socket: value } : value), controlMap)
  .prefault({})

/** `control` as it was written, checked. */
export type ControlConfig = z.output<typeof controlMap>

/** As origins are written throughout: lower case, fully qualified. */
export function canonicalOrigin(origin: string): string {
  return nameToText(lowerName(nameFromText(origin)))
}

function readAddress(written: string): string | undefined {
  try {
    return parseAddress(written, CONTROL_PORT).address
  } catch {
    return undefined
  }
}
