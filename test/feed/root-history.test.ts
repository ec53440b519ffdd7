import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openZone } from '../../src/store/index.ts'
import { nameFromText } from '../../src/wire/index.ts'
import { until } from '../commands/server.ts'
import { runSuccessfully } from '../peers/index.ts'
import { zoneLines } from '../zones/lines.ts'
import { line } from './events.ts'
import { scratchFolder } from './fed-zones.ts'
import { FeedServer } from './feed-server.ts'
import {
  comparable,
  eventsBetween,
  historyMissing,
  linesOfVersion,
  type RootVersion,
  rootVersions,
} from './root-history.ts'

const ROOT = nameFromText('.')

/** The records that are in the store. */
function servedLines(dataDir: string): string[] {
  const snapshot = openZone(dataDir, ROOT)
  try {
    return zoneLines([...snapshot.nodes()].map(({ node }) => node))
      .map(comparable)
      .sort()
  } finally {
    snapshot.close()
  }
}

const skipped = historyMissing === undefined ? '' : ` (skipped: ${historyMissing})`

test.skipIf(historyMissing !== undefined)(
  `forty versions of the root zone, each told as events, are served one after the other${skipped}`,
  async () => {
    const [first, ...later] = rootVersions()
    const folder = scratchFolder()
    const file = join(folder, 'events.jsonl')
    writeFileSync(file, '')
    const server = new FeedServer({ folder, origin: '.', zone: first!.text, source: `file: ${file}` })
    await server.start()
    try {
      let seq = 0
      let steps = 0
      let before: RootVersion = first!
      for (const version of later) {
        const { events, domains } = eventsBetween(before, version)
        before = version
        const tx = events.length > 1 ? { tx: String(version.serial), txSize: events.length } : {}
        appendFileSync(file, events.map((event) => `${line(++seq, { ...tx, ...event })}\n`).join(''))
        await until(async () => (await server.seq()) === seq)
        expect(servedLines(server.dataDir)).toEqual(linesOfVersion(version))
        if (events.length > 0) steps++
        await until(async () => (await server.soaSerial()) === first!.serial + steps)
        for (const name of domains) {
          for (const type of ['NS', 'DS']) {
            const rdata = version.owners.get(name)?.get(type)?.rdata ?? []
            const lines = rdata.map((text) => `${name} ${type} ${text}`.toLowerCase())
            expect((await server.answers(name, type)).map((text) => text.toLowerCase())).toEqual(lines.sort())
          }
        }
      }
      // The history has what it is to prove.
      expect([steps, seq]).toEqual([13, 119])
      const { stdout } = await runSuccessfully('export', '--zone', '.', '--data', server.dataDir)
      const exported = stdout.trimEnd().split('\n')
      const lines = exported.map((text) => comparable(text.replace('\tin\t', ' ').replaceAll('\t', ' ')))
      expect(lines.sort()).toEqual(linesOfVersion(before))
      expect((await server.cursor()).json).toMatchObject({ state: 'following', seq, problem: null })
    } finally {
      await server.kill()
    }
  },
  180_000,
)
