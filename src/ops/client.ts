import { type Agent, type IncomingMessage, type RequestOptions, request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import type { ChangeReport, ReloadReport, StatusReport } from './report.ts'

/** No server answered where it was asked, or it answered with an error. */
export class ControlClientError extends Error {
  override readonly name = 'ControlClientError'
  /** True when nothing listens there: no server runs. */
  readonly absent: boolean
  /** HTTP's; undefined when there was no answer. */
  readonly status: number | undefined
  /** The server's word for what was wrong (`docs/control.md`), when it said one. */
  readonly reason: string | undefined

  constructor(message: string, absent: boolean, status?: number, reason?: string) {
    super(message)
    this.absent = absent
    this.status = status
    this.reason = reason
  }
}

/** A server that is asked over TCP. */
export interface RemoteAddress {
  /** `https://host:port` or `http://host:port`; a path is put before the routes' own. */
  readonly url: URL
  readonly token?: string
  /** PEM: who signed the server's certificate, in place of those that the system trusts. */
  readonly ca?: Buffer
  /** PEM: the client's own certificate and its key. */
  readonly certificate?: Buffer
  readonly key?: Buffer
}

/** Where a server is asked: the absolute path of its control socket, or its address. */
export type ControlAddress = string | RemoteAddress

/** An answer larger than this is not from our server. */
const LARGEST_ANSWER = 64 * 1024 * 1024
/** Milliseconds until a server that does not work on anything has to answer. */
const PROMPT = 5000

/**
 * Asks a running server for its state.
 * @throws ControlClientError
 */
export function fetchStatus(address: ControlAddress): Promise<StatusReport> {
  return call<StatusReport>(address, { method: 'GET', path: '/v1/status', timeout: PROMPT })
}

/**
 * Asks a running server for its metrics, in Prometheus' text format.
 * @throws ControlClientError
 */
export function fetchMetrics(address: ControlAddress): Promise<string> {
  return callText(address, { method: 'GET', path: '/metrics', timeout: PROMPT })
}

/**
 * Has a running server read its configuration and zones again; waits for the outcome, however long a load takes.
 * @throws ControlClientError
 */
export function requestReload(address: ControlAddress): Promise<ReloadReport> {
  return call<ReloadReport>(address, { method: 'POST', path: '/v1/reload' })
}

/**
 * Has a running server change records of a zone that it keeps signed; waits until it answers with them.
 * @param origin fully qualified
 * @param text one change a line, as `zonecut update --help` describes
 * @param agent keeps connections for those who ask often; a connection for this request alone when absent
 * @throws ControlClientError
 */
export function requestChange(
  address: ControlAddress,
  origin: string,
  text: string,
  agent: Agent | false = false,
): Promise<ChangeReport> {
  const path = `/v1/zones/${encodeURIComponent(origin)}/changes`
  return call<ChangeReport>(address, { method: 'POST', path, agent, headers: TEXT }, text)
}

/**
 * Has a running server sign all of a zone anew that it keeps signed; waits until it answers with that.
 * @param origin fully qualified
 * @param trustsClock the clock is right, whatever the zone that is served says
 * @throws ControlClientError
 */
export function requestResign(address: ControlAddress, origin: string, trustsClock: boolean): Promise<ChangeReport> {
  const query = trustsClock ? '?clock=trusted' : ''
  const path = `/v1/zones/${encodeURIComponent(origin)}/resign${query}`
  return call<ChangeReport>(address, { method: 'POST', path })
}

/** What is sent as lines of text. */
export const TEXT = { 'content-type': 'text/plain; charset=utf-8' }

/** Asks for what is answered in JSON. @throws ControlClientError */
export async function call<T>(address: ControlAddress, options: RequestOptions, body?: string): Promise<T> {
  const text = await callText(address, options, body)
  try {
    // Whoever could speak for the server holds its socket's folder, or its key.
    return JSON.parse(text) as T
  } catch {
    throw new ControlClientError('the server answered something that is not JSON', false)
  }
}

function callText(address: ControlAddress, options: RequestOptions, body?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = connectTo(address, { agent: false, ...options }, (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > LARGEST_ANSWER) outgoing.destroy(new Error('the answer is too large'))
        else chunks.push(chunk)
      })
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        if (response.statusCode === 200) resolve(text)
        else reject(answeredError(response.statusCode, text))
      })
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${PROMPT / 1000} s`)))
    outgoing.on('error', (error: NodeJS.ErrnoException) => reject(unansweredError(address, error)))
    outgoing.end(body)
  })
}

function connectTo(address: ControlAddress, options: RequestOptions, onAnswer: (response: IncomingMessage) => void) {
  if (typeof address === 'string') return requestPlain({ ...options, socketPath: address }, onAnswer)
  const { url, token, ca, certificate, key } = address
  const headers = { ...options.headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }
  const path = url.pathname.replace(/\/$/, '') + options.path
  if (url.protocol === 'http:') return requestPlain(url, { ...options, path, headers }, onAnswer)
  const tls = {
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
  }
  return requestSecure(url, { ...options, ...tls, path, headers }, onAnswer)
}

function answeredError(status: number | undefined, text: string): ControlClientError {
  let told: { error?: unknown; reason?: unknown } = {}
  try {
    told = Object(JSON.parse(text))
  } catch {
    // Not from our server, or from what stands before it: the text is shown as it is.
  }
  const message = typeof told.error === 'string' ? told.error : text.slice(0, 1000)
  const reason = typeof told.reason === 'string' ? told.reason : undefined
  return new ControlClientError(`the server answered ${status}: ${message}`, false, status, reason)
}

function unansweredError(address: ControlAddress, { code, message }: NodeJS.ErrnoException): ControlClientError {
  const where = typeof address === 'string' ? address : address.url.origin
  if (code === 'ECONNREFUSED' || (code === 'ENOENT' && typeof address === 'string')) {
    return new ControlClientError(`no server runs on ${where}`, true)
  }
  return new ControlClientError(
    code === 'EACCES' && typeof address === 'string'
      ? `the control socket ${where} is another user's; run this as the server's user`
      : code !== undefined && UNTRUSTED.test(code)
        ? `${where}: ${message}; name the certificate of who signed the server's with --ca`
        : `${where}: ${message}`,
    false,
  )
}

/** Codes of OpenSSL's verdicts on a chain of certificates that ends in none that is trusted. */
const UNTRUSTED = /SELF_SIGNED|UNABLE_TO_(?:GET_ISSUER|VERIFY)/
