import { createHash, timingSafeEqual, type X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import { ControlError, RequestError } from './error.ts'
import type { CallerSettings, Right, TokenSettings } from './settings.ts'

/** Octets of a token in a file: fewer could be guessed, and more are no token. */
const SHORTEST_TOKEN = 16
const LONGEST_TOKEN = 4096

/** RFC 6750 2.1: b64token. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i

/** Who sent a request, and what they may do. */
export class Caller {
  readonly name: string
  readonly #rights: ReadonlySet<Right>
  readonly #zones: ReadonlySet<string> | undefined

  constructor({ name, allow, zones }: CallerSettings) {
    this.name = name
    this.#rights = new Set(allow)
    this.#zones = zones && new Set(zones)
  }

  may(right: Right): boolean {
    return this.#rights.has(right)
  }

  /** @param origin as the status shows it: fully qualified, in lower case */
  mayZone(origin: string): boolean {
    return this.#zones?.has(origin) ?? true
  }

  /** True when nothing is kept from it but by its rights. */
  get hasAllZones(): boolean {
    return this.#zones === undefined
  }
}

/** Who opens the Unix socket has the rights of the server's own user: the file's permissions said so. */
export const OWNER = new Caller({ name: 'socket', allow: ['changes', 'control', 'read'] })

/** The callers that are known over TCP. */
export class AccessList {
  readonly #tokens: readonly { readonly digest: Buffer; readonly caller: Caller }[]
  readonly #certificates: readonly Caller[]

  /** @throws ControlError when a token's file cannot be read, or two callers have the same token */
  constructor(tokens: readonly TokenSettings[], certificates: readonly CallerSettings[]) {
    this.#tokens = tokens.map((token) => ({ digest: digestOf(token), caller: new Caller(token) }))
    for (const [index, { digest, caller }] of this.#tokens.entries()) {
      const twin = this.#tokens.slice(0, index).find((other) => other.digest.equals(digest))
      if (twin === undefined) continue
      throw new ControlError(`the tokens ${twin.caller.name} and ${caller.name} are the same; give each its own`)
    }
    this.#certificates = certificates.map((caller) => new Caller(caller))
  }

  /**
   * Who sent a request, by its bearer token (RFC 6750 2.1), or by its connection's certificate when there is none.
   * @throws RequestError 401
   */
  identify({ headers: { authorization }, socket }: IncomingMessage): Caller {
    if (authorization !== undefined) {
      const caller = this.#byToken(BEARER.exec(authorization)?.[1])
      if (caller === undefined)
        throw unauthorized('the token is not one of those that are allowed here', 'invalid_token')
      return caller
    }
    const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
    if (certificate === undefined) throw unauthorized('send a token: Authorization: Bearer TOKEN')
    const { authorized, authorizationError } = socket as TLSSocket
    if (!authorized) throw unauthorized(`the client certificate was not accepted: ${authorizationError}`)
    // A connection may outlive its certificate.
    if (Date.parse(certificate.validTo) < Date.now()) throw unauthorized('the client certificate has expired')
    const caller = this.#byCertificate(certificate)
    if (caller === undefined)
      throw unauthorized("the client certificate's name is not one of those that are allowed here")
    return caller
  }

  /** Compares with every token, and whole digests: the time it takes tells nothing of any. */
  #byToken(token: string | undefined): Caller | undefined {
    if (token === undefined) return undefined
    const given = sha256(token)
    let found: Caller | undefined
    for (const { digest, caller } of this.#tokens) if (timingSafeEqual(digest, given)) found = caller
    return found
  }

  /** RFC 6125 6.4.4: the subject's common name counts only where there are no names of hosts. */
  #byCertificate(certificate: X509Certificate): Caller | undefined {
    return this.#certificates.find(
      ({ name }) => certificate.checkHost(name, { subject: 'default', wildcards: false }) !== undefined,
    )
  }
}

/** RFC 6750 3: the challenge says what to send, and the error only when something was sent. */
function unauthorized(message: string, error?: string): RequestError {
  const challenge = `Bearer realm="zonecut"${error === undefined ? '' : `, error="${error}"`}`
  return new RequestError(401, 'unauthorized', message, { headers: { 'www-authenticate': challenge } })
}

function digestOf({ name, secret }: TokenSettings): Buffer {
  if ('sha256' in secret) return Buffer.from(secret.sha256, 'hex')
  let token: string
  try {
    token = readFileSync(secret.file, 'utf8').trim()
  } catch (error) {
    throw new ControlError(`the token ${name} cannot be read: ${(error as Error).message}`)
  }
  if (token.length < SHORTEST_TOKEN || token.length > LONGEST_TOKEN || !TOKEN.test(token)) {
    throw new ControlError(
      `${secret.file} holds no token for ${name}: expected ${SHORTEST_TOKEN} to ${LONGEST_TOKEN} letters, digits and ` +
        'characters of -._~+/, as openssl rand -hex 32 prints them',
    )
  }
  return sha256(token)
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
