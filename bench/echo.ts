import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'

/*
 * Packets a second of the UDP listeners alone, with a handler that only echoes: what a nameserver on one processor can
 * at most reach here. The server runs on one processor, the load generator on another.
 *
 *   npx tsx bench/echo.ts --generator PATH [--seconds N] [--rounds N] [--server-cpu N] [--generator-cpu N]
 *
 * The generator is called as `PATH HOST PORT QUERIES SECONDS SOCKETS WINDOW PID`, sends the queries of a file of 2-octet
 * lengths each followed by a message, and prints a line with `qps NUMBER` and `server-cpu-us/query NUMBER` in it. On a machine that has other work to do, the second
 * is the figure to compare.
 */
const { values } = parseArgs({
  options: {
    generator: { type: 'string', default: 'udpblast' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    'server-cpu': { type: 'string', default: '0' },
    'generator-cpu': { type: 'string', default: '1' },
  },
})

interface Setup {
  readonly name: string
  readonly io: string
  /** What to listen on; the first is asked. */
  readonly addresses: string
}

const setups: readonly Setup[] = [
  { name: 'mmsg', io: 'mmsg', addresses: '127.0.0.1' },
  { name: 'mmsg, 4 addresses', io: 'mmsg', addresses: '127.0.0.1,127.0.0.2,127.0.0.3,::1' },
  { name: 'mmsg, wildcard', io: 'mmsg', addresses: '0.0.0.0' },
  { name: 'dgram', io: 'dgram', addresses: '127.0.0.1' },
]

/** Queries for d1.zz, d2.zz, ... type A with an OPT record, 40 octets or so as a resolver sends them. */
function queryFile(): Buffer {
  const parts: Buffer[] = []
  for (let number = 0; number < 10_000; number++) {
    const label = Buffer.from(`d${number}`)
    const header = Buffer.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1])
    const rest = Buffer.from([2, 0x7a, 0x7a, 0, 0, 1, 0, 1, 0, 0, 41, 4, 208, 0, 0, 128, 0, 0, 0])
    const length = header.length + 1 + label.length + rest.length
    parts.push(Buffer.from([length >> 8, length & 255]), header, Buffer.from([label.length]), label, rest)
  }
  return Buffer.concat(parts)
}

async function startServer(setup: Setup): Promise<{ child: ChildProcess; port: string }> {
  const script = join(import.meta.dirname, 'echo-server.ts')
  const args = ['-c', values['server-cpu'], process.execPath, '--import', 'tsx', script, setup.io, setup.addresses]
  const child = spawn('taskset', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface(child.stdout!), 'line')) as [string]
  return { child, port: line.split(' ')[1]!.split(',')[0]! }
}

async function measure(setup: Setup, queries: string): Promise<string> {
  const { child, port } = await startServer(setup)
  try {
    const load = [port, queries, values.seconds, '4', '256', String(child.pid)]
    return execFileSync('taskset', ['-c', values['generator-cpu'], values.generator, '127.0.0.1', ...load], {
      encoding: 'utf8',
    })
  } finally {
    child.kill('SIGKILL')
  }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

const folder = mkdtempSync(join(tmpdir(), 'zonecut-echo-'))
try {
  const queries = join(folder, 'queries')
  writeFileSync(queries, queryFile())
  const results = new Map<string, { rate: number; cpu: number }[]>()
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const setup of setups) {
      const line = (await measure(setup, queries)).trim()
      console.log(`${setup.name}: ${line}`)
      const result = {
        rate: Number(/qps (\d+)/.exec(line)?.[1]),
        cpu: Number(/server-cpu-us\/query ([\d.]+)/.exec(line)?.[1]),
      }
      results.set(setup.name, [...(results.get(setup.name) ?? []), result])
    }
  }
  console.log(`\nmedians of ${values.rounds}: packets a second, processor microseconds a packet`)
  for (const [name, list] of results) {
    const rate = median(list.map((result) => result.rate)).toLocaleString('en')
    const cpu = median(list.map((result) => result.cpu)).toFixed(2)
    console.log(`  ${name.padEnd(20)} ${rate.padStart(8)} ${cpu.padStart(6)}`)
  }
} finally {
  rmSync(folder, { recursive: true })
}
