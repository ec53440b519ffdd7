import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ask, startReady, testPort } from '../commands/server.ts'
import { type Answer, send } from '../control/http.ts'
import type { ServerProcess } from '../peers/index.ts'
import { scratchFolder, ZONE } from './fed-zones.ts'

const TOKEN = 'registry-token-0123456789'

export interface FeedServerOptions {
  readonly origin?: string
  /** The zone to begin with. */
  readonly zone?: string
  /** As the configuration has it: `file: /path`, `nats: { servers: … }`. */
  readonly source: string
  readonly folder?: string
}

/** A whole server whose zone follows a feed from a source and over HTTP, started and killed as often as a test wants. */
export class FeedServer {
  readonly folder: string
  readonly origin: string
  readonly port = testPort()
  readonly #control = testPort()
  #server: ServerProcess | undefined

  constructor({ origin = 'zz.', zone = ZONE, source, folder = scratchFolder() }: FeedServerOptions) {
    this.folder = folder
    this.origin = origin
    mkdirSync(this.dataDir, { recursive: true })
    writeFileSync(join(folder, 'begin.zone'), zone)
    const sha256 = createHash('sha256').update(TOKEN).digest('hex')
    writeFileSync(
      join(folder, 'zonecut.yaml'),
      `
data: data
listen: [127.0.0.1@${this.port}]
workers: 1
control:
  listen: ['127.0.0.1:${this.#control}']
  tokens: [{ name: registry, sha256: ${sha256}, allow: [changes, control, read] }]
zones:
  - origin: '${origin}'
    file: begin.zone
    feed: { sources: [{ ${source} }], brake: off }
`,
    )
  }

  get dataDir(): string {
    return join(this.folder, 'data')
  }

  get process(): ServerProcess {
    return this.#server!
  }

  /** Of the process that follows the feed, its only child. */
  get keeperPid(): number {
    const { pid } = this.process
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'))
  }

  /** Starts it, and waits until it answers. */
  async start(): Promise<void> {
    this.#server = await startReady(this.folder, '--config', 'zonecut.yaml')
  }

  /** SIGKILL to all of its processes. */
  async kill(): Promise<void> {
    this.#server?.killGroup()
    await this.#server?.exited
  }

  /** Sends events over HTTP, one a line. */
  push(...texts: readonly string[]): Promise<Answer> {
    return this.pushBody(texts.join('\n'))
  }

  pushBody(body: string | Buffer, headers: Record<string, string> = {}): Promise<Answer> {
    const path = `/v1/changes?zone=${this.origin}`
    return send(this.#control, path, { method: 'POST', token: TOKEN, body, headers })
  }

  cursor(): Promise<Answer> {
    return send(this.#control, `/v1/cursor?zone=${this.origin}`, { token: TOKEN })
  }

  /** The last event done with; undefined while the feed starts. */
  async seq(): Promise<number | undefined> {
    return (await this.cursor()).json.seq as number | undefined
  }

  /** As it answers. */
  async soaSerial(): Promise<number> {
    const [soa] = (await ask(this.port, this.origin, 'SOA')).answers
    return Number(soa!.data.split(' ')[2])
  }

  /** What it answers about one RRset, as the lines that the answer, or the referral, has of it; sorted. */
  async answers(name: string, type: string): Promise<string[]> {
    const { rcode, answers, authorities, additionals } = await ask(this.port, name, type)
    if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN') throw new Error(`${name} ${type}: ${rcode}`)
    return [...answers, ...authorities, ...additionals]
      .filter((record) => record.name.toLowerCase() === name && record.type === type)
      .map((record) => `${record.name.toLowerCase()} ${type} ${record.data}`)
      .sort()
  }
}
