import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { TcpAsker, UdpAsker } from '../interop/asker.ts'
import { decodeMessage, TYPE } from '../interop/message.ts'
import { wireName } from '../interop/name.ts'
import { buildQuery } from '../interop/query.ts'
import { atEnd } from './cleanup.ts'
import { freePort } from './port.ts'
import { ServerProcess } from './process.ts'
import { toolPath } from './tool.ts'

export interface PeerZone {
  /** Presentation form, fully qualified. */
  readonly origin: string
  /** A master file in plain text. */
  readonly file: string
}

/** How one kind of server is started: writes what it needs into `folder` and says what to run. */
export interface PeerKind {
  readonly name: string
  readonly tool: string
  prepare(folder: string, port: number, zones: readonly PeerZone[]): PeerCommand
}

export interface PeerCommand {
  /** A path, or the name of a program to find. */
  readonly command: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

/** A running server on a loopback port, with a UDP and a TCP asker connected to it. */
export class Peer {
  readonly name: string
  readonly host = '127.0.0.1'
  readonly port: number
  readonly folder: string
  readonly process: ServerProcess
  readonly udp: UdpAsker
  readonly tcp: TcpAsker

  constructor(name: string, port: number, folder: string, server: ServerProcess) {
    this.name = name
    this.port = port
    this.folder = folder
    this.process = server
    this.udp = new UdpAsker(this.host, port)
    this.tcp = new TcpAsker(this.host, port)
  }

  /** Waits until each zone's SOA is answered with authority over UDP. Throws with the server's log when it is not. */
  async ready(zones: readonly PeerZone[], timeoutMs = 30_000): Promise<void> {
    const end = Date.now() + timeoutMs
    for (const zone of zones) {
      const query = buildQuery({ name: wireName(zone.origin), type: TYPE.SOA })
      for (;;) {
        const reply = await this.udp.ask(query, 200)
        if (reply !== undefined) {
          const message = decodeMessage(reply)
          if (message.rcode === 0 && message.aa && message.answer.length > 0) break
        }
        if (this.process.exit !== undefined) throw new Error(`${this.name} ended early:\n${this.process.log}`)
        if (Date.now() > end) throw new Error(`${this.name} does not answer for ${zone.origin}:\n${this.process.log}`)
        await sleep(50)
      }
    }
  }

  async stop(): Promise<void> {
    this.udp.close()
    this.tcp.close()
    await this.process.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A folder under the system's temporary one, removed when the process ends. */
export function temporaryFolder(purpose: string): string {
  const folder = mkdtempSync(join(tmpdir(), `zonecut-${purpose}-`))
  atEnd(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Starts a server of these zones and waits until it answers for each. */
export async function startPeer(kind: PeerKind, zones: readonly PeerZone[]): Promise<Peer> {
  const folder = temporaryFolder(kind.name)
  const port = await freePort()
  const { command, args, env } = kind.prepare(folder, port, zones)
  const program = isAbsolute(command) ? command : toolPath(command)
  const server = new ServerProcess(kind.name, program, args, env === undefined ? { cwd: folder } : { cwd: folder, env })
  const peer = new Peer(kind.name, port, folder, server)
  try {
    await peer.ready(zones)
  } catch (error) {
    await peer.stop()
    throw error
  }
  return peer
}

/** Starts several servers of the same zones. When one fails, the others are stopped. */
export async function startPeers(kinds: readonly PeerKind[], zones: readonly PeerZone[]): Promise<Peer[]> {
  const started = await Promise.allSettled(kinds.map((kind) => startPeer(kind, zones)))
  const peers = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failure = started.find((result) => result.status === 'rejected')
  if (failure === undefined) return peers
  await Promise.all(peers.map((peer) => peer.stop()))
  throw failure.reason
}
