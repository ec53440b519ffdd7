import { JetStreamApiCodes, JetStreamApiError, jetstream, jetstreamManager } from '@nats-io/jetstream'
import { type NatsConnection, RequestError } from '@nats-io/transport-node'
import { Giving, messageOf } from './giving.ts'
import { connectTo } from './nats/connection.ts'
import { readyConsumer } from './nats/consumer.ts'
import { Delivery, parseNatsPosition } from './nats/delivery.ts'
import { DEFAULT_NATS, type NatsSettings } from './settings.ts'
import type { FeedSink, FeedSource, SourceReport } from './source.ts'

/** Messages asked for at a time, and the octets that they may have together, were each as long as the server allows. */
const FETCH_MESSAGES = 256
const FETCH_OCTETS = 128 << 20
const FETCH_MS = 30_000
const REQUEST_MS = 5000
/** Waits between connections, milliseconds: doubled from the first to the longest. */
const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 5000
/** A connection that held so long was a good one, milliseconds. */
const GOOD_MS = 10_000

/** Deliveries of the consumer went elsewhere. */
class DeliveryLost extends Error {
  override readonly name = 'DeliveryLost'
}

/** Events from a durable consumer of a NATS JetStream stream; docs/feed-sources.md says what comes again when. */
export class NatsSource implements FeedSource {
  readonly name: string
  readonly #settings: NatsSettings
  #running: Session | undefined

  constructor(settings: NatsSettings) {
    this.name = `nats:${settings.stream}/${settings.durable}`
    this.#settings = settings
  }

  start(from: string | undefined, sink: FeedSink): void {
    if (this.#running !== undefined) throw new Error(`${this.name} is started already`)
    this.#running = new Session(this.#settings, from, sink)
  }

  async stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    await running?.stop()
  }

  report(): SourceReport {
    const running = this.#running
    const behind = running?.behind ?? null
    return {
      name: this.name,
      state: running === undefined ? 'stopped' : running.following ? 'following' : 'waiting',
      position: running?.position ?? null,
      behind,
      behindUnit: behind === null ? null : 'events',
    }
  }
}

/** From start to stop: one connection after another. */
class Session {
  readonly #settings: NatsSettings
  readonly #giving: Giving
  readonly #delivery: Delivery
  #connection: NatsConnection | undefined
  #wake: () => void = () => undefined
  #done: Promise<void>
  following = false
  /** Messages that the consumer has still to deliver; null when that is not known. */
  behind: number | null = null

  constructor(settings: NatsSettings, from: string | undefined, sink: FeedSink) {
    this.#settings = settings
    this.#giving = new Giving(sink)
    const position = from === undefined ? undefined : parseNatsPosition(from)
    const first = { sequence: (settings.startSequence ?? 1) - 1, stream: undefined }
    this.#delivery = new Delivery(this.#giving, position ?? first)
    this.#done = this.#run()
  }

  get position(): string {
    return this.#delivery.position
  }

  async stop(): Promise<void> {
    this.#giving.end()
    this.#delivery.release()
    this.#wake()
    if (this.#connection === undefined) return // a connection that comes late is closed at once
    await this.#close(this.#connection)
    await this.#done
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    let failures = 0
    while (!this.#giving.over) {
      const began = performance.now()
      try {
        await this.#follow()
      } catch (error) {
        this.#giving.problem(this.#explain(error))
      }
      this.following = false
      if (performance.now() - began > GOOD_MS) failures = 0
      if (!this.#giving.over) await this.#sleep(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures++))
    }
  }

  /** One connection, until it ends or what it reads is gone: then this rejects. */
  async #follow(): Promise<void> {
    const connection = await connectTo(this.#settings)
    this.#connection = connection
    let working: NodeJS.Timeout | undefined
    try {
      if (this.#giving.over) return
      const { stream, durable } = this.#settings
      void this.#listen(connection)
      const manager = await jetstreamManager(connection, { timeout: REQUEST_MS, checkAPI: false })
      const { created, state } = await manager.streams.info(stream)
      this.#delivery.sees(created, state.last_seq)
      const info = await readyConsumer(manager, this.#settings, this.#delivery.progress)
      const ackWaitMs = (info.config.ack_wait ?? DEFAULT_NATS.ackWait * 1e9) / 1e6
      const consumer = await jetstream(connection, { timeout: REQUEST_MS }).consumers.get(stream, durable)
      if (this.#giving.over) return

      working = setInterval(() => this.#delivery.tellWorking(), ackWaitMs / 3)
      this.following = true
      this.behind = info.num_pending
      this.#giving.problem(undefined)
      const most = Math.max(1, Math.min(FETCH_MESSAGES, Math.floor(FETCH_OCTETS / connection.info!.max_payload)))
      let delivered = info.delivered.consumer_seq
      while (!this.#giving.over) {
        const messages = await consumer.fetch({
          max_messages: most,
          expires: FETCH_MS,
          idle_heartbeat: Math.min(5000, Math.max(500, ackWaitMs / 6)),
          bind: true,
        })
        for await (const message of messages) {
          if (message.info.deliverySequence !== delivered + 1) {
            throw new DeliveryLost(`${durable} gave messages to another connection: does another server use it?`)
          }
          delivered++
          this.behind = message.info.pending
          this.#delivery.accept(message)
        }
        if (connection.isClosed()) throw (await connection.closed()) ?? new Error('the server closed the connection')
        await this.#delivery.room()
      }
    } finally {
      clearInterval(working)
      this.#connection = undefined
      await this.#close(connection)
    }
  }

  /** Tells what the server refuses, as an acknowledgement for want of permission. */
  async #listen(connection: NatsConnection): Promise<void> {
    void connection.closed().then(() => this.#delivery.release())
    for await (const status of connection.status()) {
      if (status.type === 'error') this.#giving.problem(`NATS server: ${status.error.message}`)
    }
  }

  async #close(connection: NatsConnection): Promise<void> {
    if (connection.isClosed()) return
    // acknowledgements are sent, where the server takes them; one that is stopped is not waited for
    const flushed = connection.flush().catch(() => undefined)
    let timer: NodeJS.Timeout | undefined
    await Promise.race([flushed, new Promise((resolve) => (timer = setTimeout(resolve, 300)))])
    clearTimeout(timer)
    await connection.close().catch(() => undefined)
  }

  async #sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #explain(error: unknown): string {
    const { stream, servers } = this.#settings
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) {
      return `stream ${stream} is not there: it is read when it is made`
    }
    if (error instanceof RequestError && error.isNoResponders()) {
      return `JetStream does not answer for stream ${stream}: is it enabled for this account?`
    }
    return `NATS at ${servers.join(', ')}: ${messageOf(error)}`
  }
}
