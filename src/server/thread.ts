import { parentPort, workerData } from 'node:worker_threads'
import { Responder } from '../answer/index.ts'
import { BindError } from '../net/index.ts'
import type { LogLevel } from './log.ts'
import type { ThreadData, ThreadMessage } from './messages.ts'
import { ThreadZones } from './thread-zones.ts'

/** What every answering thread has: its zones, its responder, and a way to speak to the main thread. */
export interface AnsweringThread<Data extends ThreadData> {
  readonly data: Data
  readonly responder: Responder
  /** For the listener: an exception that left the responder. */
  readonly onHandlerError: (error: unknown) => void
  send(message: ThreadMessage): void
}

/** Runs the body of a worker thread; a failure to bind is told to the main thread instead of thrown. */
export async function runThread<Data extends ThreadData>(
  body: (thread: AnsweringThread<Data>) => Promise<void>,
): Promise<void> {
  const port = parentPort
  if (port === null) throw new Error('this file is the body of a worker thread')
  const data = workerData as Data
  const send = (message: ThreadMessage) => port.postMessage(message)
  const log = (level: LogLevel, message: string, fields: object) => send({ kind: 'log', level, message, fields })
  const zones = new ThreadZones(data, ({ origin }, error) =>
    send({ kind: 'zone-failed', origin, message: (error as Error).message }),
  )
  const { answer } = data
  const responder = new Responder({
    zones: zones.table,
    takeUp: zones.takeUp,
    udpPayload: answer.udpPayload,
    nsid: answer.nsid === undefined ? undefined : Buffer.from(answer.nsid),
    chaos: {
      versionBind: answer.versionText,
      versionServer: answer.versionText,
      hostnameBind: answer.hostnameText,
      idServer: answer.idText,
    },
    tcpIdleTimeout: answer.tcpIdleTimeout,
  })
  const onHandlerError = (error: unknown) =>
    log('error', 'a query could not be answered; it went without a reply', { thread: data.name, error: stackOf(error) })
  try {
    await body({ data, responder, onHandlerError, send })
  } catch (error) {
    if (!(error instanceof BindError)) throw error
    send(error.toData())
  } finally {
    zones.close()
    // The port keeps the thread's event loop alive.
    data.port.close()
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
