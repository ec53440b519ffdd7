import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSource, type FeedItem, type FeedSink, type FeedSource, type NatsSettings } from '../../src/feed/index.ts'
import { ServerProcess, toolPath } from '../peers/index.ts'
import { describeWithTools } from '../peers/suite.ts'

async function randomPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

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
  let port: number
  let server: ServerProcess
  let connection: NatsConnection
  let manager: JetStreamManager
  let settings: NatsSettings
  let published = 0
  const sources: FeedSource[] = []

  function startServer(): void {
    const args = ['-js', '-sd', folder, '-a', '127.0.0.1', '-p', String(port)]
    server = new ServerProcess('nats-server', toolPath('nats-server'), args, { cwd: folder })
  }

  async function client(): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        connection = await connect({ servers: `127.0.0.1:${port}`, reconnect: false })
        manager = await jetstreamManager(connection)
        await manager.streams.list().next()
        return
      } catch (error) {
        if (tries > 100) throw error
        await connection?.close().catch(() => undefined)
        await sleep(50)
      }
    }
  }

  async function makeStream(): Promise<void> {
    await manager.streams.add({ name: 'EVENTS', subjects: ['registry.>'] })
  }

  async function publish(count: number): Promise<void> {
    const js = jetstream(connection)
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
    port = await randomPort()
    published = 0
    settings = { kind: 'nats', servers: [`127.0.0.1:${port}`], stream: 'EVENTS', durable: 'zonecut', ackWait: 3 }
    startServer()
    await client()
    await makeStream()
  })

  afterEach(async () => {
    for (const source of sources.splice(0)) await source.stop()
    await connection.close().catch(() => undefined)
    server.killGroup()
    await server.exited
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
      const info = await manager.consumers.info('EVENTS', 'zonecut')
      if (info.ack_floor.stream_seq === 501) break
      await sleep(20)
    }
    expect((await manager.consumers.info('EVENTS', 'zonecut')).ack_floor.stream_seq).toBe(501)
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
    expect((await manager.consumers.info('EVENTS', 'zonecut')).num_redelivered).toBe(0)
  })

  test('go on after the server was killed in mid-stream', async () => {
    const { intake } = await follow()
    for (let round = 0; round < 3; round++) {
      await publish(200)
      server.killGroup()
      await server.exited
      await connection.close().catch(() => undefined)
      startServer()
      await client()
      await publish(100)
    }
    await intake.until(() => intake.next === published + 1)
    expect(intake.gap).toBeUndefined()
  }, 60_000)

  test('go on after the server stood still for longer than the ack wait', async () => {
    const { intake } = await follow()
    await publish(200)
    await intake.until(() => intake.next > 1)
    server.signal('SIGSTOP')
    await sleep(5000)
    server.signal('SIGCONT')
    await publish(200)
    await intake.until(() => intake.next === 401)
    expect(intake.gap).toBeUndefined()
  }, 60_000)

  test('a stream that was deleted is told, and read when it is made anew; so with the consumer', async () => {
    const { intake } = await follow()
    await publish(10)
    await intake.until(() => intake.next === 11)
    await manager.consumers.delete('EVENTS', 'zonecut')
    await publish(10)
    await intake.until(() => intake.next === 21)
    await manager.streams.delete('EVENTS')
    await intake.until(() => intake.problems.some((text) => text?.includes('stream EVENTS is not there')))
    await makeStream()
    await publish(10)
    await intake.until(() => intake.next === 31)
    expect(intake.gap).toBeUndefined()
  }, 60_000)

  test('what is not UTF-8 is given with a fault', async () => {
    await connection.flush()
    await jetstream(connection).publish('registry.zz', Buffer.from([0xff, 0xfe]))
    const { intake } = await follow()
    await intake.until(() => intake.given.length === 1)
    expect(intake.given[0]).toMatchObject({ text: undefined, fault: '2 octets that are not UTF-8' })
  })

  test('a consumer by which events could be lost is refused', async () => {
    await manager.consumers.add('EVENTS', { durable_name: 'zonecut' })
    const { intake } = await follow()
    await intake.until(() => intake.problems.length > 0)
    expect(intake.problems[0]).toContain('consumer zonecut has ack policy none: delete it')
  })

  test('a password from a file, and a refusal while it is wrong', async () => {
    writeFileSync(join(folder, 'nats.conf'), 'authorization { user: zonecut, password: right }\n')
    writeFileSync(join(folder, 'password'), 'wrong\n')
    await connection.close()
    await server.stop()
    const args = ['-c', join(folder, 'nats.conf'), '-js', '-sd', folder, '-a', '127.0.0.1', '-p', String(port)]
    server = new ServerProcess('nats-server', toolPath('nats-server'), args, { cwd: folder })
    settings = { ...settings, login: { user: 'zonecut', passwordFile: join(folder, 'password') } }
    const { source, intake } = await follow()
    await intake.until(() => intake.problems.some((text) => /authorization/i.test(text ?? '')))
    writeFileSync(join(folder, 'password'), 'right\n')
    await intake.until(() => source.report().state === 'following')
  })
})
