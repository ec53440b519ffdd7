import { lstatSync, unlinkSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Server as TlsServer } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import { AccessList, OWNER } from './access.ts'
import { ControlError } from './error.ts'
import { type DeniedRequest, httpServer } from './http.ts'
import type { ControlRoute } from './routes.ts'
import type { ControlSettings } from './settings.ts'
import { readTls } from './tls.ts'

/** A Unix socket's path has this many octets at most on Linux (108 with the final zero; fewer on BSD and macOS). */
const LONGEST_PATH = process.platform === 'linux' ? 107 : 103

export interface ControlServer {
  /** Where it listens over TCP. */
  readonly addresses: readonly { readonly address: string; readonly port: number }[]
  /**
   * Takes over callers, and reads the files of tokens and certificates again; addresses and limits stay. Nothing changes when
   * it fails.
   * @throws ControlError
   */
  reconfigure(settings: ControlSettings): void
  close(): Promise<void>
}

/**
 * Serves HTTP on a Unix socket that only the server's user may open (mode 0600), and on the TCP addresses of the settings. A
 * socket that a dead server left is replaced.
 * @param onDenied told of requests over TCP that were refused for want of a right
 * @throws ControlError saying what to do
 */
export async function openControl(
  settings: ControlSettings,
  routes: readonly ControlRoute[],
  onDenied?: (denied: DeniedRequest) => void,
): Promise<ControlServer> {
  const remote = new RemoteControl(settings)
  const servers: FastifyInstance[] = []
  try {
    servers.push(await openSocket(settings, routes))
    for (const address of settings.listen) servers.push(await remote.open(address, routes, onDenied))
  } catch (error) {
    await Promise.all(servers.map((server) => server.close()))
    throw error
  }
  return {
    addresses: servers.slice(1).map((server) => server.server.address() as AddressInfo),
    reconfigure: (next) => remote.reconfigure(next),
    close: async () => {
      await Promise.all(servers.map((server) => server.close()))
    },
  }
}

async function openSocket(
  { socket: path, limits }: ControlSettings,
  routes: readonly ControlRoute[],
): Promise<FastifyInstance> {
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    throw new ControlError(
      `the control socket's path is longer than the ${LONGEST_PATH} octets that the system allows: ${path}\n` +
        'Name a shorter one with the key control of the configuration.',
    )
  }
  await removeStaleSocket(path)
  const server = await httpServer({ routes, limits, identify: () => OWNER })
  const mask = process.umask(0o177)
  try {
    await server.listen({ path })
  } catch (error) {
    throw new ControlError(`cannot open the control socket ${path}: ${(error as Error).message}`)
  } finally {
    process.umask(mask)
  }
  return server
}

/** What the TCP addresses have in common, and a reload replaces. */
class RemoteControl {
  readonly #settings: ControlSettings
  readonly #servers: FastifyInstance[] = []
  /** How often TLS was set up anew, and at which of these times a connection was accepted. */
  #generation = 0
  readonly #accepted = new WeakMap<Socket, number>()
  #access: AccessList

  /** @throws ControlError */
  constructor(settings: ControlSettings) {
    this.#settings = settings
    this.#access = new AccessList(settings.tokens, settings.certificates)
  }

  async open(
    { address, port }: ControlSettings['listen'][number],
    routes: readonly ControlRoute[],
    onDenied?: (denied: DeniedRequest) => void,
  ): Promise<FastifyInstance> {
    const { tls, limits } = this.#settings
    const server = await httpServer({
      routes,
      limits,
      identify: (request) => this.#identify(request),
      ...(onDenied === undefined ? {} : { onDenied }),
      // Whoever sends a token needs no certificate: who has neither is told so by HTTP.
      ...(tls && { https: { ...readTls(tls), requestCert: tls.clientCa !== undefined, rejectUnauthorized: false } }),
    })
    server.server.maxConnections = limits.maxConnections
    server.server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
      this.#accepted.set(socket, this.#generation)
    })
    // Its client connects again, and meets the new certificate.
    server.addHook('onSend', async (request, reply) => {
      if (!this.#isRecent(request.raw.socket)) reply.header('connection', 'close')
    })
    try {
      await server.listen({ host: address, port, ipv6Only: address.includes(':') })
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      const why = code === 'EADDRINUSE' ? 'another program listens there' : message
      throw new ControlError(`cannot listen for control on ${address}@${port}: ${why}; see the key control.listen`)
    }
    this.#servers.push(server)
    return server
  }

  reconfigure({ tokens, certificates, tls }: ControlSettings): void {
    const access = new AccessList(tokens, certificates)
    // Whether there is TLS, and whether it asks for certificates, stays as it was at the start.
    const context = tls && this.#settings.tls && readTls(tls)
    this.#access = access
    if (context === undefined) return
    this.#generation++
    for (const { server } of this.#servers) {
      ;(server as unknown as TlsServer).setSecureContext(context)
      server.closeIdleConnections()
    }
  }

  #identify(request: IncomingMessage) {
    return this.#access.identify(request)
  }

  #isRecent(socket: Socket): boolean {
    return this.#accepted.get(socket) === this.#generation
  }
}

async function removeStaleSocket(path: string): Promise<void> {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return
  if (!stat.isSocket()) {
    throw new ControlError(
      `${path} is in the way of the control socket and is no socket; move it, or set the key control`,
    )
  }
  if (await answers(path)) throw new ControlError(`another server listens on the control socket ${path}`)
  unlinkSync(path)
}

/** True when some process accepts connections on this Unix socket. */
export function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    const settle = (alive: boolean) => {
      socket.destroy()
      resolve(alive)
    }
    socket.setTimeout(1000, () => settle(true))
    socket.once('connect', () => settle(true))
    socket.once('error', (error: NodeJS.ErrnoException) => settle(error.code === 'EACCES' || error.code === 'EPERM'))
  })
}
