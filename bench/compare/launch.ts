import { performance } from 'node:perf_hooks'
import { RRType } from '../../src/iana/index.ts'
import { portIsFree, ServerProcess } from '../../test/peers/index.ts'
import { QueryWriter } from '../load/query-set.ts'
import type { ZoneNames } from '../zone/names.ts'
import { type Contender, ContenderError, type Prepared } from './contender.ts'
import { firstAnswer, isReferral } from './first-answer.ts'
import { onCpu } from './pin.ts'

export const HOST = '127.0.0.1'
const FIRST_PORT = 15500
const LAST_PORT = 15599
/** A million names take a server half a minute to read; ten million, minutes. */
const START_TIMEOUT = 600_000

/** Looks for a port of loopback that nobody has, a different one in each round where it can. */
export async function freePort(round: number): Promise<number> {
  const ports = LAST_PORT - FIRST_PORT + 1
  for (let tries = 0; tries < ports; tries++) {
    const port = FIRST_PORT + ((round + tries) % ports)
    if (await portIsFree(port)) return port
  }
  throw new ContenderError(`no port from ${FIRST_PORT} to ${LAST_PORT} is free`)
}

function readinessQuery(names: ZoneNames): Uint8Array {
  const writer = new QueryWriter()
  writer.add(new Uint8Array(), names.delegated.at(0), RRType.A, { payload: 1232, dnssecOk: true })
  return writer.octets.slice(2)
}

/** What a start needs to know. */
export interface Launch {
  readonly contender: Contender
  /** Where the server was prepared, and runs. */
  readonly folder: string
  readonly port: number
  readonly command: Prepared['command']
  readonly names: ZoneNames
  /** The processor it is bound to; undefined: any. */
  readonly cpu: number | undefined
}

/** A server that answers. */
export interface Launched {
  readonly server: ServerProcess
  /** Milliseconds from the start of the process to the first answer from the zone. */
  readonly firstAnswerMs: number
}

/** Starts a server and awaits its first answer. Throws ContenderError with its output when there is none. */
export async function launch({ contender, folder, port, command, names, cpu }: Launch): Promise<Launched> {
  const query = readinessQuery(names)
  const pinned = onCpu(cpu, command.command, command.args)
  const environment = command.env === undefined ? {} : { env: command.env }
  const began = performance.now()
  const server = new ServerProcess(contender.name, pinned.command, pinned.args, { cwd: folder, ...environment })
  const answered = await firstAnswer({ host: HOST, port }, query, {
    good: contender.kind === 'echo' ? () => true : isReferral,
    alive: () => server.exit === undefined,
    timeoutMs: START_TIMEOUT,
  })
  if (answered !== undefined) return { server, firstAnswerMs: answered - began }
  const how = server.exit === undefined ? 'does not answer' : `ended with ${server.exit.code ?? server.exit.signal}`
  await server.stop()
  throw new ContenderError(`${how}:\n${server.log}`)
}
