import { type Agent, request } from 'node:http'
import type { ChangeReport, ReloadReport, StatusReport } from './report.ts'

/** No server answered on the control socket, or it answered with an error. */
export class ControlClientError extends Error {
  override readonly name = 'ControlClientError'
  /** True when nothing listens there: no server runs. */
  readonly absent: boolean

  constructor(message: string, absent: boolean) {
    super(message)
    this.absent = absent
  }
}

/** An answer larger than this is not from our server. */
const LARGEST_ANSWER = 64 * 1024 * 1024

/**
 * Asks a running server for its state.
 * @param socketPath absolute path of its control socket
 * @throws ControlClientError
 */
export function fetchStatus(socketPath: string): Promise<StatusReport> {
  return call<StatusReport>(socketPath, 'GET', '/v1/status', 5000)
}

/**
 * Has a running server read its configuration and zones again; waits for the outcome, however long a load takes.
 * @throws ControlClientError
 */
export function requestReload(socketPath: string): Promise<ReloadReport> {
  return call<ReloadReport>(socketPath, 'POST', '/v1/reload', 0)
}

/**
 * Has a running server change records of a zone that it keeps signed; waits until it answers with them.
 * @param origin fully qualified
 * @param text one change a line, as `zonecut update --help` describes
 * @param agent keeps connections for those who ask often; a connection for this request alone when absent
 * @throws ControlClientError
 */
export function requestChange(socketPath: string, origin: string, text: string, agent?: Agent): Promise<ChangeReport> {
  return call<ChangeReport>(socketPath, 'POST', `/v1/zones/${encodeURIComponent(origin)}/changes`, 0, text, agent)
}

function call<T>(
  socketPath: string,
  method: string,
  path: string,
  timeout: number,
  body?: string,
  agent: Agent | false = false,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'text/plain; charset=utf-8' }
    const outgoing = request({ socketPath, method, path, timeout, headers, agent }, (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > LARGEST_ANSWER) outgoing.destroy(new Error('the answer is too large'))
        else chunks.push(chunk)
      })
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        if (response.statusCode !== 200) {
          reject(new ControlClientError(`the server answered ${response.statusCode}: ${text}`, false))
          return
        }
        try {
          // The socket is in a folder that only the server's user may write: its answers are ours.
          resolve(JSON.parse(text) as T)
        } catch {
          reject(new ControlClientError('the server answered something that is not JSON', false))
        }
      })
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${timeout / 1000} s`)))
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const absent = error.code === 'ENOENT' || error.code === 'ECONNREFUSED'
      const message = absent
        ? `no server runs on ${socketPath}`
        : error.code === 'EACCES'
          ? `the control socket ${socketPath} is another user's; run this as the server's user`
          : `${socketPath}: ${error.message}`
      reject(new ControlClientError(message, absent))
    })
    outgoing.end(body)
  })
}
