import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex, Readable } from 'node:stream'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from './access.ts'
import { RequestError } from './error.ts'
import { tooLarge, unpackGzip } from './gzip-body.ts'
import { type ControlRoute, TextAnswer } from './routes.ts'
import type { ControlLimits } from './settings.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent it; set before anything else looks at the request. */
    caller: Caller
  }
}

/** Milliseconds between two looks for connections whose time is up. */
const CHECKING_INTERVAL = 500

export interface HttpOptions {
  readonly routes: readonly ControlRoute[]
  readonly limits: ControlLimits
  /** Who sent a request. @throws RequestError */
  readonly identify: (request: IncomingMessage) => Caller
  /** Told of each request that is refused for want of a right. */
  readonly onDenied?: (denied: DeniedRequest) => void
  /** Options of node:https; plain HTTP without. */
  readonly https?: object
}

/** A request that its sender had no right to. */
export interface DeniedRequest {
  /** Undefined when it is not known. */
  readonly caller: string | undefined
  readonly address: string | undefined
  readonly method: string
  readonly path: string
  readonly problem: string
}

/** A server of HTTP that answers the routes, not listening yet. */
export async function httpServer(options: HttpOptions): Promise<FastifyInstance> {
  const { routes, limits, identify, onDenied, https } = options
  // Only here: clients of the socket enter by the same door, and start twice as fast without it.
  const { fastify } = await import('fastify')
  const header = limits.headerTimeout * 1000
  const times = { connectionsCheckingInterval: CHECKING_INTERVAL, headersTimeout: header }
  const common = {
    logger: false,
    bodyLimit: limits.maxBody,
    requestTimeout: limits.requestTimeout * 1000,
    keepAliveTimeout: header,
    // A client that keeps its connection open must not hold up the server's end.
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 2048 },
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) => refuse(error, reply),
  } as const
  const server = (
    https === undefined
      ? fastify({ ...common, http: times })
      : fastify({ ...common, https: { ...times, ...https, handshakeTimeout: header } })
  ) as FastifyInstance

  const denied = (request: FastifyRequest, error: unknown) => {
    if (!(error instanceof RequestError)) return
    onDenied?.({
      caller: request.caller?.name,
      address: request.raw.socket.remoteAddress,
      method: request.method,
      path: request.url.slice(0, 256),
      problem: error.message,
    })
  }
  server.decorateRequest('caller')
  server.addHook('onRequest', async (request) => {
    try {
      request.caller = identify(request.raw)
    } catch (error) {
      denied(request, error)
      throw error
    }
  })
  server.addHook('preParsing', async (request, _reply, payload) =>
    unpacked(request, payload as Readable, limits.maxBody),
  )
  // Routes read their own formats, whatever a client calls them: curl calls everything a form.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  server.setErrorHandler((error: FastifyError, _request, reply) => refuse(error, reply, limits.maxBody))
  server.setNotFoundHandler((request, reply) => {
    void refuse(new RequestError(404, 'not-found', `there is no ${request.method} ${request.url.slice(0, 256)}`), reply)
  })

  for (const route of routes) {
    server.route<{ Params: Record<string, string>; Querystring: Record<string, string>; Body: string | undefined }>({
      method: route.method,
      url: route.path,
      onRequest: async (request) => {
        try {
          authorise(route, request.caller, request.params)
        } catch (error) {
          denied(request, error)
          throw error
        }
      },
      handler: async ({ caller, params, query, body }, reply) => {
        const answer = await route.answer({ caller, parameters: params, query, body: body ?? '' })
        if (!(answer instanceof TextAnswer)) return answer
        return reply.type(answer.type).send(answer.text)
      },
    })
  }
  return server
}

function authorise({ right, zones }: ControlRoute, caller: Caller, { origin }: Readonly<Record<string, string>>): void {
  if (!caller.may(right)) {
    throw new RequestError(403, 'forbidden', `${caller.name} has not the right ${right}`, { fields: { right } })
  }
  if (zones === 'server' && !caller.hasAllZones) {
    const message = `${caller.name} is limited to some zones, and this is about the whole server`
    throw new RequestError(403, 'forbidden', message, { fields: { right } })
  }
  if (zones === 'path' && !caller.mayZone(origin!)) {
    const message = `the zone ${origin} is not one of those of ${caller.name} (they are written in full, as in zz.)`
    throw new RequestError(403, 'forbidden', message, { fields: { right, zone: origin } })
  }
}

function unpacked(request: FastifyRequest, payload: Readable, limit: number): Readable {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding === 'identity') return payload
  if (encoding === 'gzip' || encoding === 'x-gzip') return unpackGzip(payload, limit)
  // RFC 9110 12.5.3: the answer says what would be understood.
  throw new RequestError(
    415,
    'unsupported-encoding',
    `the Content-Encoding ${encoding.slice(0, 64)} is not understood`,
    {
      headers: { 'accept-encoding': 'gzip' },
    },
  )
}

/** `{ error, reason, ... }`: a message for people and a word for programs. */
async function refuse(error: FastifyError | RequestError, reply: FastifyReply, limit = 0): Promise<void> {
  const { statusCode, reason, message, fields, headers } = asRequestError(error, limit)
  // The rest of a body is read and thrown away, until the request's time is up: who still sends would not see the answer if
  // the connection were closed.
  reply.removeHeader('connection')
  await reply
    .code(statusCode)
    .headers(headers)
    .send({ error: message, reason, ...fields })
}

function asRequestError(error: FastifyError | RequestError, limit: number): RequestError {
  if (error instanceof RequestError) return error
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return tooLarge(limit)
  const { statusCode = 500, message } = error
  return statusCode < 500
    ? new RequestError(statusCode, 'bad-request', message)
    : new RequestError(500, 'internal', message)
}

/** What came is no HTTP, or came too slowly: there is no request that could be answered. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, reason, message] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? ([408, 'timeout', 'the request did not arrive in time'] as const)
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? ([431, 'too-large', 'the header of the request is too large'] as const)
        : ([400, 'bad-request', 'this is not HTTP'] as const)
  const body = JSON.stringify({ error: message, reason })
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8`
  socket.end(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`, () =>
    socket.destroy(),
  )
}
