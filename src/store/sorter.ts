import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { compareOctets } from '../zone/index.ts'

/**
 * Sorts any number of octet strings in bounded memory: runs of at most `memory` octets are sorted and, when there is
 * more than one, written to files and merged. Items compare as plain octets; equal items are all kept.
 */

/** Items of a run: an index fits the 24 low bits of a sort word. */
const MAX_RUN_ITEMS = 1 << 24
const MERGE_BUFFER = 1 << 20

/** Takes one item, in order: the octets `buf[start..end)`, valid during the call only. */
export type ItemVisitor = (buf: Uint8Array, start: number, end: number) => void

export interface SorterOptions {
  /** Folder for the files of runs; made when needed, removed by `dispose`. */
  readonly folder: string
  /** Octets of items kept in memory before a run is written out. */
  readonly memory?: number
}

export class ExternalSorter {
  readonly #folder: string
  readonly #memory: number
  #arena: Uint8Array
  #used = 0
  /** Where each item of the run starts in the arena; one more than there are items, the last being the end. */
  #starts = new Uint32Array(1 << 16)
  #count = 0
  #runs: string[] = []
  /** Items added so far. */
  items = 0
  /** Octets added so far. */
  octets = 0

  constructor(options: SorterOptions) {
    this.#folder = options.folder
    this.#memory = options.memory ?? 256 << 20
    this.#arena = new Uint8Array(Math.min(this.#memory, 4 << 20))
  }

  add(buf: Uint8Array, start: number, end: number): void {
    const length = end - start
    this.reserve(length)
    const arena = this.#arena
    let at = this.#used
    // Short items are the rule, and for them a loop beats the set-up of a call into the engine.
    for (let i = start; i < end; i++) arena[at++] = buf[i]!
    this.commit(length)
  }

  /** Makes room for an item of at most `length` octets, to be written by the caller at `position` of `arena`. */
  reserve(length: number): void {
    if (this.#count > 0 && (this.#used + length > this.#memory || this.#count === MAX_RUN_ITEMS)) this.#spill()
    if (this.#used + length > this.#arena.length) {
      const size = Math.max(this.#used + length, Math.min(this.#arena.length * 2, this.#memory))
      const grown = new Uint8Array(size)
      grown.set(this.#arena.subarray(0, this.#used))
      this.#arena = grown
    }
    if (this.#count + 2 > this.#starts.length) {
      const grown = new Uint32Array(this.#starts.length * 2)
      grown.set(this.#starts)
      this.#starts = grown
    }
  }

  get arena(): Uint8Array {
    return this.#arena
  }

  get position(): number {
    return this.#used
  }

  /** Adds the item of `length` octets written at `position`. */
  commit(length: number): void {
    this.#used += length
    this.#starts[++this.#count] = this.#used
    this.items++
    this.octets += length
  }

  /** Calls `visit` with every item in ascending order. The sorter is empty afterwards. */
  drain(visit: ItemVisitor): void {
    if (this.#runs.length === 0) {
      const order = this.#order()
      const starts = this.#starts
      for (let i = 0; i < order.length; i++) {
        const item = order[i]!
        visit(this.#arena, starts[item]!, starts[item + 1]!)
      }
    } else {
      if (this.#count > 0) this.#spill()
      this.#arena = new Uint8Array(0)
      merge(this.#runs, visit)
    }
    this.dispose()
  }

  /** Frees the memory and removes the files. */
  dispose(): void {
    this.#arena = new Uint8Array(0)
    this.#starts = new Uint32Array(2)
    this.#used = this.#count = this.items = this.octets = 0
    if (this.#runs.length > 0) rmSync(this.#folder, { recursive: true, force: true })
    this.#runs = []
  }

  /** The items of the run in ascending order, as indexes. */
  #order(): Uint32Array {
    const count = this.#count
    const arena = this.#arena
    const starts = this.#starts
    // A word is the first five octets over the 24-bit index: the engine sorts such words natively.
    const words = new BigUint64Array(count)
    const halves = new Uint32Array(words.buffer)
    for (let i = 0; i < count; i++) {
      const at = starts[i]!
      const length = starts[i + 1]! - at
      const octet = (k: number) => (k < length ? arena[at + k]! : 0)
      halves[2 * i + 1] = (octet(0) << 24) | (octet(1) << 16) | (octet(2) << 8) | octet(3)
      halves[2 * i] = (octet(4) << 24) | i
    }
    words.sort()
    const order = new Uint32Array(count)
    for (let i = 0; i < count; i++) order[i] = halves[2 * i]! & 0xffffff
    const compare = (a: number, b: number) =>
      compareOctets(arena, starts[a]!, starts[a + 1]!, arena, starts[b]!, starts[b + 1]!)
    // Items that share their first five octets are put in order by their whole text.
    for (let from = 0; from < count; ) {
      let to = from + 1
      const high = halves[2 * from + 1]!
      const fifth = halves[2 * from]! >>> 24
      while (to < count && halves[2 * to + 1] === high && halves[2 * to]! >>> 24 === fifth) to++
      if (to - from > 1) sortRange(order, from, to, compare)
      from = to
    }
    return order
  }

  #spill(): void {
    mkdirSync(this.#folder, { recursive: true })
    const path = join(this.#folder, `run${this.#runs.length}`)
    this.#runs.push(path)
    const file = openSync(path, 'w')
    try {
      const buffer = new Uint8Array(MERGE_BUFFER)
      let fill = 0
      const order = this.#order()
      for (let i = 0; i < order.length; i++) {
        const start = this.#starts[order[i]!]!
        const end = this.#starts[order[i]! + 1]!
        const length = end - start
        if (fill + length + 4 > buffer.length) {
          writeAll(file, buffer, fill)
          fill = 0
        }
        const item = length + 4 > buffer.length ? new Uint8Array(length + 4) : buffer
        const at = item === buffer ? fill : 0
        item[at] = length & 0xff
        item[at + 1] = (length >>> 8) & 0xff
        item[at + 2] = (length >>> 16) & 0xff
        item[at + 3] = length >>> 24
        item.set(this.#arena.subarray(start, end), at + 4)
        if (item === buffer) fill += length + 4
        else writeAll(file, item, item.length)
      }
      writeAll(file, buffer, fill)
    } finally {
      closeSync(file)
    }
    this.#used = this.#count = 0
  }
}

function writeAll(file: number, buffer: Uint8Array, length: number): void {
  for (let done = 0; done < length; ) done += writeSync(file, buffer, done, length - done)
}

/** Insertion sort for the few, the engine's sort for the many. */
function sortRange(order: Uint32Array, from: number, to: number, compare: (a: number, b: number) => number): void {
  if (to - from > 24) {
    let ordered = from + 1
    while (ordered < to && compare(order[ordered - 1]!, order[ordered]!) <= 0) ordered++
    // Items often come in order to begin with.
    if (ordered < to) order.subarray(from, to).sort(compare)
    return
  }
  for (let i = from + 1; i < to; i++) {
    const item = order[i]!
    let j = i - 1
    while (j >= from && compare(order[j]!, item) > 0) {
      order[j + 1] = order[j]!
      j--
    }
    order[j + 1] = item
  }
}

/** Reads the items of one run in turn. */
class RunReader {
  readonly #file: number
  #end = 0
  buf = new Uint8Array(MERGE_BUFFER)
  /** The current item is `buf[start..next)`. */
  start = 0
  next = 0

  constructor(path: string) {
    this.#file = openSync(path, 'r')
  }

  /** Goes to the next item; false at the end of the run. */
  advance(): boolean {
    if (!this.#fill(4)) {
      closeSync(this.#file)
      return false
    }
    const { buf, next } = this
    const length = (buf[next]! | (buf[next + 1]! << 8) | (buf[next + 2]! << 16) | (buf[next + 3]! << 24)) >>> 0
    this.#fill(4 + length)
    this.start = this.next + 4
    this.next = this.start + length
    return true
  }

  /** Has at least `wanted` octets from `next` on in the buffer, unless the file ends before. */
  #fill(wanted: number): boolean {
    if (this.#end - this.next >= wanted) return true
    const rest = this.buf.subarray(this.next, this.#end)
    const target = wanted > this.buf.length ? new Uint8Array(wanted + MERGE_BUFFER) : this.buf
    target.set(rest)
    this.buf = target
    this.#end = rest.length
    this.next = 0
    while (this.#end < wanted) {
      const got = readSync(this.#file, this.buf, this.#end, this.buf.length - this.#end, null)
      if (got === 0) return false
      this.#end += got
    }
    return true
  }
}

/** Merges sorted runs: the reader with the least item stands at the root of a heap. */
function merge(paths: readonly string[], visit: ItemVisitor): void {
  const heap: RunReader[] = []
  const less = (a: RunReader, b: RunReader) => compareOctets(a.buf, a.start, a.next, b.buf, b.start, b.next) < 0
  const sink = (from: number) => {
    const reader = heap[from]!
    let at = from
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && less(heap[child + 1]!, heap[child]!)) child++
      if (!less(heap[child]!, reader)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = reader
  }
  for (const path of paths) {
    const reader = new RunReader(path)
    if (reader.advance()) heap.push(reader)
  }
  for (let i = (heap.length >> 1) - 1; i >= 0; i--) sink(i)
  while (heap.length > 0) {
    const least = heap[0]!
    visit(least.buf, least.start, least.next)
    if (!least.advance()) {
      const last = heap.pop()!
      if (heap.length === 0) return
      heap[0] = last
    }
    sink(0)
  }
}
