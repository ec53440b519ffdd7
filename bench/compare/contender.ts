import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import {
  bind,
  findTool,
  knot,
  nsd,
  type PeerCommand,
  type PeerKind,
  type PeerZone,
  powerdns,
  ZONECUT,
  zonecutWith,
} from '../../test/peers/index.ts'
import type { Denial } from '../zone/names.ts'
import { onCpu } from './pin.ts'

export const SERVER_KINDS = ['zonecut', 'nsd', 'knot', 'bind', 'powerdns'] as const
export type ServerKind = (typeof SERVER_KINDS)[number]

/** The zone that every server serves. */
export interface ComparedZone extends PeerZone {
  readonly denial: Denial
}

/** What to run, and before that. */
export interface Prepared {
  readonly command: PeerCommand
  /** Milliseconds that the zone took to load into a new store, for a server that has one. */
  readonly loadMs?: number
}

/** A server that takes part: which program, under which name. */
export interface Contender {
  /** What tables call it; no two have the same. */
  readonly name: string
  /** The batched echo is the reference, not a nameserver. */
  readonly kind: ServerKind | 'echo'
  readonly version: string
  /**
   * Prepares a start in an empty folder.
   * @param cpu the processor that the server will have
   */
  prepare(folder: string, port: number, zone: ComparedZone, cpu: number | undefined): Prepared
}

/** A server that cannot take part, and why. */
export class ContenderError extends Error {}

/** What a program says of itself. */
function versionOf(program: string, args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  return /\d+\.\d+[\w.]*/.exec(`${stdout}${stderr}`)?.[0] ?? 'unknown version'
}

function peerContender(kind: Exclude<ServerKind, 'zonecut'>, name: string, program: string): Contender {
  const { peer, versionFlag } = PEERS[kind]
  return {
    name,
    kind,
    version: versionOf(program, [versionFlag]),
    prepare(folder, port, zone) {
      const command = { ...peer.prepare(folder, port, [zone]), command: program }
      return { command: kind === 'powerdns' ? asOperatorsRunPowerdns(command, folder, zone, program) : command }
    },
  }
}

const PEERS: Readonly<Record<Exclude<ServerKind, 'zonecut'>, { peer: PeerKind; versionFlag: string }>> = {
  nsd: { peer: nsd, versionFlag: '-v' },
  knot: { peer: knot, versionFlag: '-V' },
  bind: { peer: bind, versionFlag: '-v' },
  powerdns: { peer: powerdns, versionFlag: '--version' },
}

/**
 * PowerDNS with its caches as they are by default, which tests have off; and with the database that tells it that the
 * zone's file is signed, without which it would serve no signature.
 */
function asOperatorsRunPowerdns(
  command: PeerCommand,
  folder: string,
  { origin, denial }: ComparedZone,
  program: string,
): PeerCommand {
  if (denial.kind !== 'unsigned') {
    const database = join(folder, 'dnssec.sqlite3')
    appendFileSync(join(folder, 'pdns.conf'), `bind-dnssec-db=${database}\n`)
    const util = [join(dirname(program), 'pdnsutil'), findTool('pdnsutil')].find((path) => path && existsSync(path))
    if (util === undefined)
      throw new ContenderError('PowerDNS serves a signed zone only with pdnsutil, which is missing')
    const run = (...args: readonly string[]) =>
      execFileSync(util, [`--config-dir=${folder}`, ...args], { stdio: 'pipe' })
    run('create-bind-db', database)
    run('set-presigned', origin)
    if (denial.kind === 'nsec3') run('set-meta', origin, 'NSEC3PARAM', denial.parameters)
  }
  const caches = ['--cache-ttl=20', '--query-cache-ttl=20', '--negquery-cache-ttl=60']
  return { ...command, args: [...command.args, ...caches, '--max-tcp-connections=200'] }
}

/** zonecut loads its store first, on the processor that it will have, and then starts on the store. */
function zonecutContender(name: string, program: string): Contender {
  return {
    name,
    kind: 'zonecut',
    version: versionOf(process.execPath, [program, '--version']),
    prepare(folder, port, zone, cpu) {
      const data = join(folder, 'data')
      const load = onCpu(cpu, process.execPath, [program, 'load', zone.file, '--zone', zone.origin, '--data', data])
      const began = performance.now()
      const { status, stdout, stderr } = spawnSync(load.command, load.args, { encoding: 'utf8', cwd: folder })
      if (status !== 0) throw new ContenderError(`${name} does not load the zone:\n${stdout}${stderr}`)
      const loadMs = performance.now() - began
      const { command, args } = zonecutWith({ workers: 1, data }).prepare(folder, port, [])
      return { command: { command, args: [program, ...args.slice(1)] }, loadMs }
    },
  }
}

/** The listeners of zonecut with a handler that sends each query back: the ceiling of this machine's sockets. */
export const echo: Contender = {
  name: 'echo',
  kind: 'echo',
  version: 'batched',
  prepare(_folder, port) {
    const script = join(import.meta.dirname, '../echo-server.ts')
    const args = ['--import', import.meta.resolve('tsx'), script, 'mmsg', `127.0.0.1@${port}`]
    return { command: { command: process.execPath, args } }
  },
}

/**
 * The servers of a kind that take part.
 * @param programs "PATH" or "NAME=PATH", of other builds than the installed one; empty: that one, where there is one
 */
export function contendersOf(kind: ServerKind, programs: readonly string[]): Contender[] {
  const installed = kind === 'zonecut' ? ZONECUT : findTool(PEERS[kind].peer.tool)
  const chosen = programs.length > 0 ? programs : installed === undefined ? [] : [installed]
  return chosen.map((text) => {
    const { name, path } = /^(?<name>[^=/]+)=(?<path>.+)$/.exec(text)?.groups ?? { name: kind, path: text }
    const program = resolve(path!)
    if (!existsSync(program)) throw new ContenderError(`there is no ${kind} at ${program}`)
    return kind === 'zonecut' ? zonecutContender(name!, program) : peerContender(kind, name!, program)
  })
}
