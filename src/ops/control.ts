import { lstatSync, unlinkSync } from 'node:fs'
import { connect } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { ChangeReport, ReloadReport, StatusReport } from './report.ts'

/** What the control socket lets an operator ask of the server. */
export interface ControlTarget {
  status(): StatusReport
  /** Reads the configuration and the zones again; settles when the outcome is known. */
  reload(): Promise<ReloadReport>
  /** Changes records of a zone that the server keeps signed; settles when it answers with them. */
  change(origin: string, text: string): Promise<ChangeReport>
}

/** The control socket cannot be opened. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
}

/** A Unix socket's path has this many octets at most on Linux (108 with the final zero; fewer on BSD and macOS). */
const LONGEST_PATH = process.platform === 'linux' ? 107 : 103

/** Octets of changes that one request may hold. */
const LARGEST_BODY = 16 * 1024 * 1024

export interface ControlServer {
  close(): Promise<void>
}

/**
 * Serves HTTP on a Unix socket that only the server's user may open (mode 0600). A socket that a dead server left is
 * replaced.
 * @param path absolute path of the socket
 * @throws ControlError saying what to do
 */
export async function openControl(path: string, target: ControlTarget): Promise<ControlServer> {
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    throw new ControlError(
      `the control socket's path is longer than the ${LONGEST_PATH} octets that the system allows: ${path}\n` +
        'Name a shorter one with the key control of the configuration.',
    )
  }
  await removeStaleSocket(path)
  const server = await routes(target)
  const mask = process.umask(0o177)
  try {
    await server.listen({ path })
  } catch (error) {
    throw new ControlError(`cannot open the control socket ${path}: ${(error as Error).message}`)
  } finally {
    process.umask(mask)
  }
  return { close: () => server.close() }
}

async function routes(target: ControlTarget): Promise<FastifyInstance> {
  // Only here: clients of the socket enter by the same door, and start twice as fast without it.
  const { fastify } = await import('fastify')
  // A client that keeps its connection open must not hold up the server's end.
  const server = fastify({ logger: false, bodyLimit: LARGEST_BODY, forceCloseConnections: true })
  server.get('/v1/status', () => target.status())
  server.post('/v1/reload', () => target.reload())
  server.post<{ Params: { origin: string }; Body: string }>('/v1/zones/:origin/changes', ({ params, body }) =>
    target.change(params.origin, body),
  )
  return server
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
