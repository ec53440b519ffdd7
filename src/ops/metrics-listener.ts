import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ControlError } from './error.ts'
import type { Metrics } from './metrics.ts'
import type { StatusReport } from './report.ts'

/** Connections open at once to each address, and milliseconds: scrapers are few, ask for little and soon again. */
const CONNECTIONS = 32
const REQUEST_TIMEOUT = 5000
const IDLE_TIMEOUT = 65_000
const CHECKING_INTERVAL = 500

export interface MetricsListener {
  readonly addresses: readonly { readonly address: string; readonly port: number }[]
  close(): Promise<void>
}

/**
 * Serves `GET /metrics`, and `GET /healthz`, which is 200 while every zone is served and 503 otherwise, as plain HTTP to whoever
 * asks.
 * @throws ControlError saying what to do
 */
export async function openMetricsListener(
  listen: readonly { readonly address: string; readonly port: number }[],
  metrics: Metrics,
  status: () => StatusReport,
): Promise<MetricsListener> {
  const servers: Server[] = []
  const close = async () => {
    await Promise.all(servers.map(closed))
  }
  try {
    for (const { address, port } of listen) {
      const server = createServer({ connectionsCheckingInterval: CHECKING_INTERVAL }, (request, response) => {
        void answer(request, response, metrics, status)
      })
      server.maxConnections = CONNECTIONS
      server.headersTimeout = REQUEST_TIMEOUT
      server.requestTimeout = REQUEST_TIMEOUT
      server.keepAliveTimeout = IDLE_TIMEOUT
      await listening(server, address, port)
      servers.push(server)
    }
  } catch (error) {
    await close()
    throw error
  }
  return { addresses: servers.map((server) => server.address() as AddressInfo), close }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  metrics: Metrics,
  status: () => StatusReport,
): Promise<void> {
  const reply = (code: number, text: string, headers: Record<string, string> = {}) => {
    response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8', ...headers })
    response.end(text)
  }
  try {
    const path = request.url?.split('?', 1)[0]
    if (path !== '/metrics' && path !== '/healthz') reply(404, 'there are /metrics and /healthz\n')
    else if (request.method !== 'GET') reply(405, 'only GET is understood\n', { allow: 'GET' })
    else if (path === '/metrics') reply(200, await metrics.text(), { 'content-type': metrics.contentType })
    else {
      const unserved = status().zones.filter(({ state }) => state !== 'serving')
      if (unserved.length === 0) reply(200, 'ok\n')
      else reply(503, unserved.map(({ origin, state }) => `${origin} ${state}\n`).join(''))
    }
  } catch (error) {
    if (response.headersSent) response.destroy()
    else reply(500, `${(error as Error).message}\n`)
  }
}

function listening(server: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      const why = code === 'EADDRINUSE' ? 'another program listens there' : message
      reject(new ControlError(`cannot listen for metrics on ${address}@${port}: ${why}; see the key metrics.listen`))
    })
    server.listen({ host: address, port, ipv6Only: address.includes(':') }, resolve)
  })
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
