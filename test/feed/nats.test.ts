import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { jetstream } from '@nats-io/jetstream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSource, type FeedItem, type FeedSink, type FeedSource, type NatsSettings } from '../../src/feed/index.ts'
import { describeWithTools } from '../peers/suite.ts'
import { NatsServer } from './nats-server.ts'

/** Keeps the events whose number is the next one, as an intake does, and settles what it is given, in order. */
class Intake implements FeedSink {
  next = 1
  readonly given: FeedItem[] = []
  readonly problems: (string | undefined)[] = []
  gap: string | undefined
  position: string | undefined
  settling = true

  async take(items: readonly FeedItem[]): Promise<void> {
    for (const item of items) {
      this.given.push(item)
      const seq = item.text === undefined ? undefined : JSON.parse(item.text).seq
      if (seq > this.next) this.gap ??= `${seq} where ${this.next} was next`
      if (seq === this.next) this.next++
      if (!this.settling) continue
      this.position = item.position
      item.settle?.({ outcome: 'ignored', seq: seq ?? 0 })
    }
  }

  problem(text: string | undefined): void {
    this.problems.push(text)
  }

  async until(what: () => boolean, ms = 20_000): Promise<void> {
    const end = performance.now() + ms
    while (!what()) {
      if (performance.now() > end) {
        throw new Error(
          `not within ${ms} ms: next is ${this.next}, problems ${JSON.stringify(this.problems.slice(-5))}`,
        )
      }
      await sleep(5)
    }
  }
}

describeWithTools('events from NATS JetStream', ['nats-server'], () => {
  let folder: string
  let server: NatsServer
  let settings: NatsSettings
  let published = 0
  const sources: FeedSource[] = []

  async function publish(count: number): Promise<void> {
    const js = jetstream(server.connection)
    for (let i = 0; i < count; i++) await js.publish('registry.zz', JSON.stringify({ seq: ++published }))
  }

  async function follow(from?: string, intake = new Intake()): Promise<{ source: FeedSource; intake: Intake }> {
    const source = await createSource(settings)
    sources.push(source)
    source.start(from, intake)
    return { source, intake }
  }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'zonecut-nats-'))
    published = 0
    server = await NatsServer.begin(folder)
    settings = { kind: 'nats', servers: [`127.0.0.1:${server.port}`], stream: 'EVENTS', durable: 'zonecut', ackWait: 3 }
  })

  afterEach(async () => {
    for (const source of sources.splice(0)) await source.stop()
    await server.kill()
    rmSync(folder, { recursive: true, force: true })
  })

  test('are given in order, and acknowledged when settled', async () => {
    await publish(500)
    const { source, intake } = await follow()
    await intake.until(() => intake.next === 501)
    expect(intake.given.length).toBe(500)
    await publish(1)
    await intake.until(() => intake.next === 502)
    for (let tries = 0; tries < 100; tries++) {
      const info = await server.manager.consumers.info('EVENTS', 'zonecut')
      if (info.ack_floor.stream_seq === 501) break
      await sleep(20)
    }
    expect((await server.manager.consumers.info('EVENTS', 'zonecut')).ack_floor.stream_seq).toBe(501)
    expect(source.report()).toMatchObject({ name: 'nats:EVENTS/zonecut', state: 'following', behind: 0 })
    expect(source.report().position).toMatch(/^501@20/)
  })

  test('come again in order after a stop before they were settled', async () => {
    await publish(100)
    const intake = new Intake()
    intake.settling = false
    const first = await follow(undefined, intake)
    await intake.until(() => intake.given.length === 100)
    await first.source.stop()
    const again = await follow(intake.given[39]?.position)
    await again.intake.until(() => again.intake.given.length === 60)
    expect(again.intake.given.map(({ text }) => JSON.parse(text!).seq)).toEqual(
      Array.from({ length: 60 }, (_, i) => i + 41),
    )
  })

  test('that wait to be settled longer than the ack wait are not given twice', async () => {
    await publish(20)
    const intake = new Intake()
    intake.settling = false
    await follow(undefined, intake)
    await intake.until(() => intake.given.length === 20)
    await sleep(5000)
    expect(intake.given.length).toBe(20)
    expect((await server.manager.consumers.info('EVENTS', 'zonecut')).num_redelivered).toBe(0)
  })

  test('go on after the server was killed in mid-stream', async () => {
    const { intake } = await follow()
    for (let round = 0; round < 3; round++) {
      await publish(200)
      await server.restart()
      await publish(100)
    }
    await intake.until(() => intake.next === published + 1)
    expect(intake.gap).toBeUndefined()
  }, 60_000)

  test('go on after the server stood still for longer than the ack wait', async () => {
    const { intake } = await follow()
    await publish(200)
    await intake.until(() => intake.next > 1)
    server.process.signal('SIGSTOP')
    await sleep(5000)
    server.process.signal('SIGCONT')
    await publish(200)
    await intake.until(() => intake.next === 401)
    expect(intake.gap).toBeUndefined()
  }, 60_000)

  test('a stream that was deleted is told, and read when it is made anew; so with the consumer', async () => {
    const { intake } = await follow()
    await publish(10)
    await intake.until(() => intake.next === 11)
    await server.manager.consumers.delete('EVENTS', 'zonecut')
    await publish(10)
    await intake.until(() => intake.next === 21)
    await server.manager.streams.delete('EVENTS')
    await intake.until(() => intake.problems.some((text) => text?.includes('stream EVENTS is not there')))
    await server.makeStream()
    await publish(10)
    await intake.until(() => intake.next === 31)
    expect(intake.gap).toBeUndefined()
  }, 60_000)

  test('that were settled are not given again when their acknowledgements were lost, not even what has no number', async () => {
    const intake = new Intake()
    intake.settling = false
    await follow(undefined, intake)
    await publish(1)
    await jetstream(server.connection).publish('registry.zz', Buffer.from([0xff]))
    await publish(1)
    await intake.until(() => intake.given.length === 3)
    server.process.signal('SIGSTOP')
    for (const { settle } of intake.given) settle?.({ outcome: 'ignored', seq: 0 })
    intake.settling = true
    await server.restart()
    await publish(1)
    await intake.until(() => intake.given.length === 4)
    // Longer than the ack wait.
    await sleep(4000)
    expect(intake.given.map(({ text }) => text)).toEqual(['{"seq":1}', undefined, '{"seq":2}', '{"seq":3}'])
    expect((await server.manager.consumers.info('EVENTS', 'zonecut')).num_ack_pending).toBe(0)
  }, 60_000)

  test('what is not UTF-8 is given with a fault', async () => {
    await jetstream(server.connection).publish('registry.zz', Buffer.from([0xff, 0xfe]))
    const { intake } = await follow()
    await intake.until(() => intake.given.length === 1)
    expect(intake.given[0]).toMatchObject({ text: undefined, fault: '2 octets that are not UTF-8' })
  })

  test('a consumer by which events could be lost is refused', async () => {
    await server.manager.consumers.add('EVENTS', { durable_name: 'zonecut' })
    const { intake } = await follow()
    await intake.until(() => intake.problems.length > 0)
    expect(intake.problems[0]).toContain('consumer zonecut has ack policy none: delete it')
  })

  test('a password from a file, and a refusal while it is wrong', async () => {
    writeFileSync(join(folder, 'nats.conf'), 'authorization { user: zonecut, password: right }\n')
    writeFileSync(join(folder, 'password'), 'wrong\n')
    await server.kill()
    server.start('-c', join(folder, 'nats.conf'))
    settings = { ...settings, login: { user: 'zonecut', passwordFile: join(folder, 'password') } }
    const { source, intake } = await follow()
    await intake.until(() => intake.problems.some((text) => /authorization/i.test(text ?? '')))
    writeFileSync(join(folder, 'password'), 'right\n')
    await intake.until(() => source.report().state === 'following')
  })
})
