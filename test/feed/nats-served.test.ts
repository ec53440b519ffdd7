import { setTimeout as sleep } from 'node:timers/promises'
import { jetstream } from '@nats-io/jetstream'
import { expect, test } from 'vitest'
import { until } from '../commands/server.ts'
import { describeWithTools } from '../peers/suite.ts'
import { Random } from '../zones/random.ts'
import { scratchFolder } from './fed-zones.ts'
import { FeedServer } from './feed-server.ts'
import { LeftBehind } from './killed.ts'
import { NatsServer } from './nats-server.ts'
import { LiveStream } from './registry-stream.ts'

/** Seconds after which the NATS server gives again what was not acknowledged. */
const ACK_WAIT = 2

/** A registry that publishes, and a server that follows. */
class Fleet {
  readonly stream = new LiveStream(new Random(41))
  readonly nats: NatsServer
  readonly server: FeedServer
  readonly left: LeftBehind
  #published = 0

  constructor(nats: NatsServer) {
    this.nats = nats
    const settings = `servers: [127.0.0.1:${nats.port}], stream: EVENTS, durable: zonecut, ackWait: ${ACK_WAIT}`
    this.server = new FeedServer({ source: `nats: { ${settings} }` })
    this.left = new LeftBehind(this.server.dataDir, this.stream)
  }

  /** Publishes so many events more, each once, however often the NATS server has to be asked. */
  async publish(count: number): Promise<void> {
    while (this.stream.events.length < this.#published + count) this.stream.more()
    const js = jetstream(this.nats.connection)
    for (const { seq, text } of this.stream.events.slice(this.#published)) {
      await js.publish('registry.zz', text, { msgID: String(seq), timeout: 20_000 })
      this.#published = seq
    }
  }

  /** Waits until all that was published is committed and nothing is under way, and compares it with the model. */
  async settled(): Promise<void> {
    const { left, stream } = this
    await until(() => left.progress.seq === stream.events.length && !left.progress.isWaiting, 30)
    left.checkEnd()
    await until(async () => {
      const info = await this.nats.manager.consumers.info('EVENTS', 'zonecut')
      return info.num_ack_pending === 0 && info.num_pending === 0
    })
    expect(left.check()).toBe(stream.events.length)
  }

  async end(): Promise<void> {
    await this.server.kill()
    await this.nats.kill()
  }
}

describeWithTools('a server that follows NATS JetStream', ['nats-server'], () => {
  test('catches up, and neither loses nor doubles an event, when either is killed or stands still', async () => {
    const fleet = new Fleet(await NatsServer.begin(scratchFolder()))
    const { nats, server } = fleet
    try {
      await fleet.publish(100)
      await server.start()
      await fleet.settled()

      // The NATS server killed in mid-stream.
      for (let round = 0; round < 3; round++) {
        await fleet.publish(150)
        await nats.restart()
        await fleet.publish(50)
      }
      await fleet.settled()

      // A partition longer than the ack wait, which begins while events are under way.
      const publishing = fleet.publish(300)
      await sleep(50)
      nats.process.signal('SIGSTOP')
      await sleep(ACK_WAIT * 1000 + 1500)
      nats.process.signal('SIGCONT')
      await publishing
      await fleet.settled()

      // The server killed in mid-stream, with the NATS server and without.
      for (let round = 0; round < 4; round++) {
        await fleet.publish(150)
        await server.kill()
        fleet.left.check()
        if (round % 2 === 1) await nats.restart()
        await fleet.publish(50)
        await server.start()
      }
      await fleet.settled()

      // The process that follows the feed stands still for longer than the ack wait: what comes again is ignored.
      await fleet.publish(50)
      process.kill(server.keeperPid, 'SIGSTOP')
      await fleet.publish(100)
      await sleep(ACK_WAIT * 1000 + 1500)
      process.kill(server.keeperPid, 'SIGCONT')
      await fleet.publish(50)
      await fleet.settled()
      expect((await server.cursor()).json).toMatchObject({ state: 'following', problem: null, missing: null })
    } finally {
      await fleet.end()
    }
  }, 120_000)
})
