import { appendFileSync, copyFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Collector } from '../collector.fixture.ts'
import { Giving } from '../giving.ts'
import type { Entry } from './entry.ts'
import { RotatedFile } from './family.ts'
import { Follower } from './follower.ts'

let folder: string
let live: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zonecut-follower-'))
  live = join(folder, 'events.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Does something once, when the live file was listed with content and before it is opened. */
class Interrupted extends RotatedFile {
  #interruption: (() => void) | undefined

  constructor(interruption: () => void) {
    super(live)
    this.#interruption = interruption
  }

  override async list(): Promise<Entry[]> {
    const entries = await super.list()
    const last = entries.at(-1)
    if (last?.path === live && last.size > 0) {
      this.#interruption?.()
      this.#interruption = undefined
    }
    return entries
  }
}

function copyAndTruncate(): void {
  copyFileSync(live, `${live}.1`)
  truncateSync(live)
}

async function read(family: Interrupted, count: number, before?: () => void): Promise<(string | undefined)[]> {
  const collector = new Collector()
  const giving = new Giving(collector)
  const follower = new Follower(family, undefined, giving)
  const run = follower.run()
  try {
    if (before !== undefined) {
      await collector.untilCount(1)
      before()
    }
    await collector.untilCount(count)
  } finally {
    giving.end()
    await run
  }
  return collector.texts
}

for (const [what, more] of [
  ['emptied', ''],
  ['emptied and written to', '3\n4\n5\n'],
] as const) {
  test(`the oldest file, copied and ${what} before it is opened, is read from its copy`, async () => {
    writeFileSync(live, '1\n2\n')
    const family = new Interrupted(() => {
      copyAndTruncate()
      appendFileSync(live, more)
      if (more === '') setTimeout(() => appendFileSync(live, '3\n4\n5\n'), 50)
    })
    expect(await read(family, 5)).toEqual(['1', '2', '3', '4', '5'])
  })

  test(`the next file, copied and ${what} before it is opened, is read from its copy`, async () => {
    writeFileSync(live, '1\n')
    const family = new Interrupted(() => {})
    const rotate = () => {
      renameSync(live, `${live}.2`)
      const second = new Interrupted(() => {
        copyAndTruncate()
        appendFileSync(live, more)
        if (more === '') setTimeout(() => appendFileSync(live, '3\n4\n5\n'), 50)
      })
      family.list = () => second.list()
      // an order by time needs the clock's grain
      setTimeout(() => writeFileSync(live, '2\n'), 20)
    }
    expect(await read(family, 5, rotate)).toEqual(['1', '2', '3', '4', '5'])
  })
}

test('the oldest file, renamed before it is opened, is read under its new name', async () => {
  writeFileSync(live, '1\n2\n')
  const family = new Interrupted(() => {
    renameSync(live, `${live}.1`)
    writeFileSync(live, '3\n')
  })
  expect(await read(family, 3)).toEqual(['1', '2', '3'])
})
