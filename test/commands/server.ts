import { afterEach } from 'vitest'
import { parseQuery } from '../../src/cli/query/arguments.ts'
import { exchange } from '../../src/cli/query/exchange.ts'
import { replyToJson } from '../../src/cli/query/print.ts'
import { ServerProcess, ZONECUT } from '../peers/index.ts'

const FIRST_PORT = 15200
const PORTS = 100
/** Each vitest worker draws from a block of its own, so that two test files never race for a port. */
const BLOCK = 25

let drawn = 0

/** A port of this test file, from 15200 to 15299. */
export function testPort(): number {
  const block = ((Number(process.env.VITEST_POOL_ID ?? '1') - 1) * BLOCK) % PORTS
  return FIRST_PORT + block + (drawn++ % BLOCK)
}

const running: ServerProcess[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()))
})

/** Starts `zonecut serve`, which is ended after the test. */
export function startServer(cwd: string, ...args: string[]): ServerProcess {
  const server = new ServerProcess('zonecut', process.execPath, [ZONECUT, 'serve', ...args], { cwd })
  running.push(server)
  return server
}

/** Starts `zonecut serve` and waits until it says that it is ready; throws with its log when it ends before. */
export async function startReady(cwd: string, ...args: string[]): Promise<ServerProcess> {
  const server = startServer(cwd, ...args)
  await until(() => {
    if (server.exit !== undefined) throw new Error(`zonecut ended with ${server.exit.code}:\n${server.log}`)
    return server.log.includes(' is ready')
  })
  return server
}

/** Waits until something is so, at most `seconds`. */
export async function until(condition: () => boolean | Promise<boolean>, seconds = 20): Promise<void> {
  const deadline = performance.now() + seconds * 1000
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not so after ${seconds} s: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export interface JsonReply {
  readonly rcode: string
  readonly flags: readonly string[]
  readonly transport: string
  readonly answers: readonly { name: string; type: string; data: string }[]
  readonly authorities: readonly { name: string; type: string; data: string }[]
  readonly additionals: readonly { name: string; type: string; data: string }[]
}

/** Asks what `zonecut query --json` asks, without the time that a process takes to start. */
export async function ask(port: number, ...words: string[]): Promise<JsonReply> {
  const plan = parseQuery(['@127.0.0.1', ...words], String(port))
  return replyToJson(plan, await exchange(plan)) as JsonReply
}
