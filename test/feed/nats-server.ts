import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { ServerProcess, toolPath } from '../peers/index.ts'

/** A nats-server with JetStream that is killed and started again as a test wants, and a connection to it. */
export class NatsServer {
  readonly folder: string
  readonly port: number
  #process!: ServerProcess
  #connection: NatsConnection | undefined
  #manager: JetStreamManager | undefined

  private constructor(folder: string, port: number) {
    this.folder = folder
    this.port = port
  }

  /** Started in a folder, which holds its streams too; the stream EVENTS is made. */
  static async begin(folder: string): Promise<NatsServer> {
    const server = new NatsServer(folder, await randomPort())
    server.start()
    await server.connect()
    await server.makeStream()
    return server
  }

  get process(): ServerProcess {
    return this.#process
  }

  get connection(): NatsConnection {
    return this.#connection!
  }

  get manager(): JetStreamManager {
    return this.#manager!
  }

  /** @param more arguments of nats-server */
  start(...more: readonly string[]): void {
    const args = [...more, '-js', '-sd', this.folder, '-a', '127.0.0.1', '-p', String(this.port)]
    this.#process = new ServerProcess('nats-server', toolPath('nats-server'), args, { cwd: this.folder })
  }

  /** Waits until it answers. */
  async connect(): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        this.#connection = await connect({ servers: `127.0.0.1:${this.port}`, reconnect: false })
        this.#manager = await jetstreamManager(this.#connection)
        await this.#manager.streams.list().next()
        return
      } catch (error) {
        if (tries > 100) throw error
        await this.disconnect()
        await sleep(50)
      }
    }
  }

  async disconnect(): Promise<void> {
    await this.#connection?.close().catch(() => undefined)
  }

  async makeStream(): Promise<void> {
    await this.manager.streams.add({ name: 'EVENTS', subjects: ['registry.>'] })
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    this.#process.killGroup()
    await this.#process.exited
    await this.disconnect()
  }

  async restart(): Promise<void> {
    await this.kill()
    this.start()
    await this.connect()
  }
}

async function randomPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
