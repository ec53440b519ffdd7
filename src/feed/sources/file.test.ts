import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Collector } from './collector.fixture.ts'
import { FileSource } from './file.ts'
import { MAX_EVENT_OCTETS } from './source.ts'

let folder: string
let path: string
const started: FileSource[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zonecut-feed-'))
  path = join(folder, 'events.jsonl')
})

afterEach(async () => {
  for (const source of started.splice(0)) await source.stop()
  rmSync(folder, { recursive: true, force: true })
})

function follow(from?: string, kind: 'file' | 'folder' = 'file', where = kind === 'file' ? path : folder) {
  const source = new FileSource({ kind, path: where })
  const sink = new Collector()
  source.start(from, sink)
  started.push(source)
  return { source, sink }
}

/** Compresses as gzip(1) does: the time of the file is kept. */
function gzip(file: string): void {
  const { atime, mtime } = statSync(file)
  writeFileSync(`${file}.gz`, gzipSync(readFileSync(file)))
  utimesSync(`${file}.gz`, atime, mtime)
  unlinkSync(file)
}

describe('one file', () => {
  test('is given from its beginning, and lines as they are appended, within moments', async () => {
    writeFileSync(path, '1\n2\n')
    const { source, sink } = follow()
    await sink.untilCount(2)
    const delays = []
    for (let line = 3; line < 13; line++) {
      await sleep(20)
      const before = performance.now()
      appendFileSync(path, `${line}\n`)
      await sink.untilCount(line)
      delays.push(performance.now() - before)
    }
    expect(sink.texts.at(-1)).toBe('12')
    expect(delays.sort((a, b) => a - b)[5]).toBeLessThan(100)
    expect(source.report()).toMatchObject({ name: `file:${path}`, state: 'following', behind: 0, behindUnit: 'octets' })
  })

  test('is waited for where it, or its folder, is not there yet', async () => {
    path = join(folder, 'a', 'events.jsonl')
    const { source, sink } = follow()
    await sink.until(() => sink.problems.length > 0)
    expect(sink.problems).toEqual([`${join(folder, 'a')} is not there`])
    expect(source.report().state).toBe('waiting')
    mkdirSync(join(folder, 'a'))
    await sink.until(() => sink.problems.length > 1)
    expect(sink.problems[1]).toBe(`${path} is not there, or empty`)
    writeFileSync(path, '1\n')
    await sink.untilCount(1)
    expect(sink.problems[2]).toBeUndefined()
  })

  test('a line is given when its end is there', async () => {
    writeFileSync(path, '1\n{"a":')
    const { sink } = follow()
    await sink.untilCount(1)
    await sleep(100)
    expect(sink.texts).toEqual(['1'])
    appendFileSync(path, '2}\n')
    await sink.untilCount(2)
    expect(sink.texts).toEqual(['1', '{"a":2}'])
  })

  test('what is too long or not UTF-8 is given as such, and the next lines are', async () => {
    writeFileSync(path, `1\n${'x'.repeat(3 * MAX_EVENT_OCTETS)}\n`)
    appendFileSync(path, Buffer.from([0xc3, 0x28, 0x0a]))
    appendFileSync(path, '4\n')
    const { source, sink } = follow()
    await sink.untilCount(4)
    expect(sink.texts).toEqual(['1', undefined, undefined, '4'])
    expect(sink.items.map(({ fault }) => fault)).toEqual([
      undefined,
      expect.stringContaining(`${3 * MAX_EVENT_OCTETS} octets`),
      expect.stringContaining('not UTF-8'),
      undefined,
    ])
    await source.stop()
    const again = follow(sink.items[1]?.position)
    await again.sink.untilCount(2)
    expect(again.sink.texts).toEqual([undefined, '4'])
  })

  test('goes on from every position', async () => {
    writeFileSync(
      path,
      Array.from({ length: 50 }, (_, i) => `${i}`.padStart(1 + i * 20, '0'))
        .join('\n')
        .concat('\n'),
    )
    const { source, sink } = follow()
    await sink.untilCount(50)
    await source.stop()
    for (const at of [0, 5, 12, 13, 14, 48]) {
      const again = follow(sink.items[at]?.position)
      await again.sink.untilCount(49 - at)
      expect(again.sink.texts).toEqual(sink.texts.slice(at + 1))
      await again.source.stop()
    }
  })

  test('renamed and made anew: the rest of the old one comes first, even what is written to it after the rename', async () => {
    writeFileSync(path, '1\n')
    const { sink } = follow()
    await sink.untilCount(1)
    renameSync(path, `${path}.1`)
    writeFileSync(path, '')
    await sleep(50)
    appendFileSync(`${path}.1`, '2\n')
    await sink.untilCount(2)
    appendFileSync(`${path}.1`, '3')
    appendFileSync(path, '4\n')
    await sink.untilCount(4)
    expect(sink.texts).toEqual(['1', '2', '3', '4'])
  })

  test('rotated several times while nobody read, the older ones compressed', async () => {
    writeFileSync(path, '1\n2\n')
    const { source, sink } = follow()
    await sink.untilCount(2)
    await source.stop()
    const from = sink.items[0]?.position
    for (const lines of ['3\n', '4\n', '5\n']) {
      renameSync(path, `${path}-2026112${lines[0]}`)
      await sleep(15) // a file system's clock has a grain
      writeFileSync(path, lines)
    }
    gzip(`${path}-20261123`)
    gzip(`${path}-20261124`)
    const again = follow(from)
    await again.sink.untilCount(4)
    expect(again.sink.texts).toEqual(['2', '3', '4', '5'])
    await again.source.stop()
    const whole = follow()
    await whole.sink.untilCount(5)
    expect(whole.sink.texts).toEqual(['1', '2', '3', '4', '5'])
  })

  test('copied and truncated: what was not read yet is read from the copy', async () => {
    writeFileSync(path, '1\n2\n3\n')
    const { source, sink } = follow()
    await sink.untilCount(3)
    await source.stop()
    copyFileSync(path, `${path}.1`)
    truncateSync(path)
    appendFileSync(path, '4\n')
    const again = follow(sink.items[0]?.position)
    await again.sink.untilCount(3)
    expect(again.sink.texts).toEqual(['2', '3', '4'])
    // and where it is read meanwhile, with more written at once than there was
    copyFileSync(path, `${path}.2`)
    truncateSync(path)
    appendFileSync(path, '5-is longer than all before\n6\n')
    await again.sink.untilCount(5)
    expect(again.sink.texts.slice(3)).toEqual(['5-is longer than all before', '6'])
  })

  test('emptied without a copy, or replaced by another: read from the beginning', async () => {
    writeFileSync(path, '1\n2\n')
    const { sink } = follow()
    await sink.untilCount(2)
    truncateSync(path)
    await sleep(30)
    appendFileSync(path, '3\n')
    await sink.untilCount(3)
    writeFileSync(`${path}.new`, '4\n')
    renameSync(`${path}.new`, path)
    await sink.untilCount(4)
    expect(sink.texts).toEqual(['1', '2', '3', '4'])
  })

  test('another file with the number of the old one is not taken for it', async () => {
    writeFileSync(path, 'aaa\nbbb\nccc\n')
    const { source, sink } = follow()
    await sink.untilCount(3)
    await source.stop()
    const position = JSON.parse(sink.items[1]!.position)
    unlinkSync(path)
    writeFileSync(path, 'ddd\neee\nfff\n')
    const { ino, dev } = statSync(path)
    const again = follow(JSON.stringify({ ...position, ino: String(ino), dev: String(dev) }))
    await again.sink.untilCount(3)
    expect(again.sink.texts).toEqual(['ddd', 'eee', 'fff'])
  })

  test('backpressure: no more is read than the sink takes, and stop does not wait for it', async () => {
    writeFileSync(path, `${'x'.repeat(999)}\n`.repeat(1000))
    const source = new FileSource({ kind: 'file', path })
    const sink = new Collector()
    sink.gate = new Promise(() => {})
    source.start(undefined, sink)
    await sink.untilCount(1)
    await sleep(50)
    expect(sink.items.length).toBeLessThan(70)
    expect(source.report().behind).toBeGreaterThan(900_000)
    const before = performance.now()
    await source.stop()
    expect(performance.now() - before).toBeLessThan(200)
    expect(source.report().state).toBe('stopped')
  })

  test('a quiet file costs next to no processor time', async () => {
    writeFileSync(path, '1\n')
    const { sink } = follow()
    await sink.untilCount(1)
    await sleep(100)
    const before = process.cpuUsage()
    await sleep(3000)
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(60)
  })
})

describe('a folder', () => {
  test('is read in the order of names, compressed files too, and new names follow', async () => {
    writeFileSync(join(folder, '0002.jsonl'), '3\n')
    writeFileSync(join(folder, '0001.jsonl'), '1\n2\n')
    gzip(join(folder, '0001.jsonl'))
    writeFileSync(join(folder, '.hidden'), 'x\n')
    writeFileSync(join(folder, '0000.tmp'), 'x\n')
    const { source, sink } = follow(undefined, 'folder')
    await sink.untilCount(3)
    writeFileSync(join(folder, '0003.jsonl'), '4\n')
    await sink.untilCount(4)
    appendFileSync(join(folder, '0003.jsonl'), '5\n')
    await sink.untilCount(5)
    expect(sink.texts).toEqual(['1', '2', '3', '4', '5'])
    await source.stop()
    for (const at of [0, 1, 2, 3]) {
      const again = follow(sink.items[at]?.position, 'folder')
      await again.sink.untilCount(4 - at)
      expect(again.sink.texts).toEqual(sink.texts.slice(at + 1))
      await again.source.stop()
    }
  })

  test('an empty file that is there beforehand gets its lines read as they come', async () => {
    writeFileSync(join(folder, '1'), 'a\n')
    writeFileSync(join(folder, '2'), '')
    const { sink } = follow(undefined, 'folder')
    await sink.untilCount(1)
    await sleep(1500) // the names are known by then, and not read again
    appendFileSync(join(folder, '2'), 'b\n')
    await sink.untilCount(2, 500)
    expect(sink.texts).toEqual(['a', 'b'])
  })

  test('vanishes and comes back: what is left is read on', async () => {
    const place = join(folder, 'in')
    mkdirSync(place)
    writeFileSync(join(place, '1'), 'a\n')
    const { sink } = follow(undefined, 'folder', place)
    await sink.untilCount(1)
    renameSync(place, `${place}.away`)
    await sink.until(() => sink.problems.includes(`${place} is not there`))
    writeFileSync(join(`${place}.away`, '2'), 'b\n')
    renameSync(`${place}.away`, place)
    await sink.untilCount(2)
    rmSync(place, { recursive: true })
    await sink.until(() => sink.problems.at(-1) === `${place} is not there`)
    mkdirSync(place)
    writeFileSync(join(place, '3'), 'c\n')
    await sink.untilCount(3)
    expect(sink.texts).toEqual(['a', 'b', 'c'])
    expect(sink.problems.at(-1)).toBeUndefined()
  })

  test('a compressed file that is cut off is told, and read on when it is whole', async () => {
    const whole = gzipSync(Array.from({ length: 40_000 }, (_, i) => `${i} ${Math.random()}\n`).join(''))
    const file = join(folder, '1.gz')
    writeFileSync(file, whole.subarray(0, whole.length >> 1))
    const { sink } = follow(undefined, 'folder')
    await sink.until(() => sink.problems.length > 0)
    expect(sink.problems[0]).toMatch(/1\.gz can't be read: unexpected end of file/)
    writeFileSync(file, whole)
    await sink.untilCount(40_000)
    expect(sink.texts.map((text) => Number(text?.split(' ')[0]))).toEqual(Array.from({ length: 40_000 }, (_, i) => i))
  })
})
