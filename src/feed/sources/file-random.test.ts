import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
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
import { expect, test } from 'vitest'
import { Collector } from './collector.fixture.ts'
import { FileSource } from './file.ts'
import type { FeedItem } from './source.ts'

/** Deterministic, so that a seed tells the whole run. */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What a registry and a log rotation do to a file; it knows all the lines it wrote. */
class Writer {
  written = 0
  readonly #path: string
  readonly #folder: string
  readonly #random: () => number

  constructor(folder: string, random: () => number) {
    this.#folder = folder
    this.#path = join(folder, 'events.jsonl')
    this.#random = random
  }

  async step(): Promise<void> {
    const kind = this.#random()
    if (kind < 0.6) this.#append(1 + Math.floor(this.#random() * 20))
    else if (kind < 0.7) await this.#appendInParts()
    else if (kind < 0.8) await this.#rename()
    else if (kind < 0.9) await this.#copy()
    else if (kind < 0.97) this.#compress()
    else await sleep(5)
  }

  #line(): string {
    const number = ++this.written
    const length = this.#random() < 0.05 ? 70_000 : Math.floor(this.#random() * 400)
    return `{"x":"${'x'.repeat(length)}","seq":${number}}\n`
  }

  #append(count: number): void {
    appendFileSync(this.#path, Array.from({ length: count }, () => this.#line()).join(''))
  }

  async #appendInParts(): Promise<void> {
    const line = this.#line()
    const cut = Math.floor(this.#random() * line.length)
    appendFileSync(this.#path, line.slice(0, cut))
    await sleep(this.#random() * 5)
    appendFileSync(this.#path, line.slice(cut))
  }

  #shift(): void {
    for (let number = 40; number >= 1; number--) {
      for (const end of ['', '.gz']) {
        const from = `${this.#path}.${number}${end}`
        if (existsSync(from)) renameSync(from, `${this.#path}.${number + 1}${end}`)
      }
    }
  }

  async #rename(): Promise<void> {
    if (!existsSync(this.#path)) return
    this.#shift()
    renameSync(this.#path, `${this.#path}.1`)
    if (this.#random() < 0.5) {
      // the writer goes on in the old file until it is told
      writeFileSync(this.#path, '')
      await sleep(this.#random() * 5)
      if (this.#random() < 0.5) appendFileSync(`${this.#path}.1`, this.#line())
    }
    // an order by time needs the clock's grain
    await sleep(12)
  }

  async #copy(): Promise<void> {
    if (!existsSync(this.#path)) return
    this.#shift()
    copyFileSync(this.#path, `${this.#path}.1`)
    truncateSync(this.#path)
    await sleep(12)
  }

  #compress(): void {
    const names = readdirSync(this.#folder).filter((name) => /\.([2-9]|\d\d)$/.test(name))
    for (const name of names) {
      if (this.#random() < 0.3) continue
      const file = join(this.#folder, name)
      const { atime, mtime } = statSync(file)
      writeFileSync(`${file}.part`, gzipSync(readFileSync(file)))
      utimesSync(`${file}.part`, atime, mtime)
      renameSync(`${file}.part`, `${file}.gz`)
      unlinkSync(file)
    }
  }
}

/** The registry's numbers in the order in which the first event of each was given. */
class Sequencer {
  next = 1
  gap: string | undefined

  see({ text, fault }: FeedItem): void {
    const seq = text === undefined ? undefined : JSON.parse(text).seq
    if (seq > this.next || seq === undefined) this.gap ??= `${seq} ${fault} where ${this.next} was next`
    if (seq === this.next) this.next++
  }
}

/** Settles some of what it is given, in order. */
class Settling extends Collector {
  settled: string | undefined
  readonly #sequencer: Sequencer
  readonly #random: () => number

  constructor(sequencer: Sequencer, random: () => number, settled: string | undefined) {
    super()
    this.#sequencer = sequencer
    this.#random = random
    this.settled = settled
  }

  override async take(items: readonly FeedItem[]): Promise<void> {
    const done = this.#random() < 0.7 ? items.length : Math.floor(this.#random() * items.length)
    if (this.items.length > 0) return // it hangs until the crash: nothing after an unsettled one is settled
    for (const item of items.slice(0, done)) {
      this.#sequencer.see(item)
      this.settled = item.position
    }
    if (done < items.length) this.items.push(items[done]!)
    await sleep(this.#random() * 3)
  }
}

for (let seed = 1; seed <= 12; seed++) {
  test(`rotated, copied, compressed and stopped at random, every line is given in order (seed ${seed})`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'zonecut-feed-'))
    const random = generator(seed)
    const readerRandom = generator(seed + 1000)
    try {
      const writer = new Writer(folder, random)
      const sequencer = new Sequencer()
      let settled: string | undefined
      let source: FileSource | undefined
      let sink: Settling | undefined
      const crash = async () => {
        await source?.stop()
        settled = sink?.settled ?? settled
        source = undefined
      }
      for (let step = 0; step < 120; step++) {
        if (source === undefined && readerRandom() < 0.3) {
          sink = new Settling(sequencer, readerRandom, settled)
          source = new FileSource({ kind: 'file', path: join(folder, 'events.jsonl') })
          source.start(settled, sink)
        }
        await writer.step()
        if (readerRandom() < 0.3) await sleep(readerRandom() * 8)
        if (source !== undefined && readerRandom() < 0.1) await crash()
        expect(sequencer.gap).toBeUndefined()
      }
      await crash()
      const last = new Collector()
      const end = new FileSource({ kind: 'file', path: join(folder, 'events.jsonl') })
      end.start(settled, last)
      let seen = 0
      await last.until(() => {
        while (seen < last.items.length) sequencer.see(last.items[seen++]!)
        return sequencer.next > writer.written || sequencer.gap !== undefined
      })
      await end.stop()
      expect(sequencer.gap).toBeUndefined()
      expect(sequencer.next).toBe(writer.written + 1)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
}
