import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { until } from '../commands/server.ts'
import { Random } from '../zones/random.ts'
import { scratchFolder } from './fed-zones.ts'
import { FeedFile } from './feed-file.ts'
import { FeedServer } from './feed-server.ts'
import { LeftBehind } from './killed.ts'
import { LiveStream, type StreamEvent } from './registry-stream.ts'

const KILLS = 30

/** Asks for each RRset but glue, which is answered only with a referral to who names it. */
async function expectAnswered(server: FeedServer, zone: readonly string[]): Promise<void> {
  const rrsets = new Map(zone.map((line) => [line.split(' ', 2).join(' '), line.split(' ', 2) as [string, string]]))
  const cuts = [...rrsets.values()].filter(([, type]) => type === 'NS').map(([name]) => name)
  for (const [name, type] of rrsets.values()) {
    const isGlue = type === 'A' || type === 'AAAA'
    if (isGlue && cuts.some((cut) => name === cut || name.endsWith(`.${cut}`))) continue
    const lines = zone.filter((line) => line.startsWith(`${name} ${type} `))
    expect(await server.answers(name, type)).toEqual(lines)
  }
}

test('a server killed amid events from a file and over HTTP loses none, doubles none, and keeps what it acknowledged', async () => {
  const random = new Random(33)
  const folder = scratchFolder()
  const stream = new LiveStream(random)
  const path = join(folder, 'events.jsonl')
  const server = new FeedServer({ folder, source: `file: ${path}` })
  const left = new LeftBehind(server.dataDir, stream)
  const file = new FeedFile(path, random, stream, () => left.seq)
  // The last event that an answer said to be on the disk.
  let acknowledged = 0
  let answered = 0
  const push = async (written: readonly StreamEvent[]) => {
    // What can't be read has no number by which it is known again.
    const events = written.filter(({ model }) => model.fault !== 'malformed')
    if (events.length === 0 || random.chance(0.5)) return
    // A request that ends with the server is answered by nobody.
    const answer = await server.push(...events.map(({ text }) => text)).catch(() => undefined)
    for (const { outcome, seq } of (answer?.json.outcomes ?? []) as { outcome: string; seq?: number }[]) {
      expect(['applied', 'ignored', 'refused', 'pending', 'gap']).toContain(outcome)
      if (outcome !== 'gap' && seq !== undefined) acknowledged = Math.max(acknowledged, seq)
      answered++
    }
  }
  try {
    let serial = 1
    for (let kill = 0; kill < KILLS; kill++) {
      await server.start()
      // What was on the disk is answered from the first.
      expect(await server.soaSerial()).toBeGreaterThanOrEqual(serial)
      file.run((events) => void push(events))
      // So that it goes on, however slow the machine is: half of the times after an answer.
      const before = answered
      if (random.chance(0.5)) await until(() => answered > before)
      await sleep(random.below(250))
      if (random.chance(0.2)) {
        // The server starts the process that follows the feed again by itself.
        process.kill(server.keeperPid, 'SIGKILL')
        const sofar = answered
        await until(() => answered > sofar)
      }
      file.stop()
      if (random.chance(0.1)) file.rotate()
      await server.kill()
      expect(left.check()).toBeGreaterThanOrEqual(acknowledged)
      serial = left.progress.serial
    }
    expect(answered).toBeGreaterThan(KILLS / 4)
    await server.start()
    await until(() => left.progress.seq === stream.events.length && !left.progress.isWaiting, 30)
    left.checkEnd()
    await expectAnswered(server, left.zone)
  } finally {
    file.stop()
    await server.kill()
  }
}, 480_000)
