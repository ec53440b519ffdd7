import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { type GunzipRing, gunzipRing, SLOT_END, SLOT_ERROR, SLOT_FREE, SLOT_OCTETS, SLOTS } from './gunzip-ring.ts'
import type { GunzipOrder } from './gunzip-thread.ts'
import type { Source } from './source.ts'

/** A thread that gives nothing for this long has died or its disk has: milliseconds. */
const PATIENCE = 60_000

/** Uncompressing failed: the file is damaged or cut off, or cannot be read. */
export class GunzipError extends Error {
  override readonly name = 'GunzipError'
}

/**
 * A file compressed by gzip (RFC 1952), uncompressed by a thread of its own while this one parses. node:zlib offers
 * streams that need the event loop, or one call that needs the whole file in memory; a synchronous reader with bounded
 * memory therefore waits on memory that it shares with a thread that runs the stream.
 */
export class GunzipSource implements Source {
  readonly total: number
  position = 0
  readonly #ring: GunzipRing
  #slot = 0
  /** Octets of the current slot taken already. */
  #taken = 0
  #done = false

  /** @param total octets of the compressed file */
  constructor(path: string, total: number) {
    this.total = total
    this.#ring = gunzipRing()
    const worker = startThread({ path, memory: this.#ring.memory })
    worker.unref()
    // The thread tells its failures through the ring; one that cannot even start shows as silence there.
    worker.on('error', () => {})
  }

  read(into: Uint8Array, at: number, length: number): number {
    let read = 0
    while (read < length && !this.#done) {
      const slot = this.#slot
      const state = this.#filledState(slot)
      if (state === SLOT_END) {
        this.#done = true
      } else if (state === SLOT_ERROR) {
        this.#done = true
        throw new GunzipError(this.#message(slot))
      } else {
        const count = Math.min(length - read, state - this.#taken)
        const from = slot * SLOT_OCTETS + this.#taken
        into.set(this.#ring.octets.subarray(from, from + count), at + read)
        read += count
        this.#taken += count
        this.position = this.#ring.positions[slot]!
        if (this.#taken === state) this.#release(slot)
      }
    }
    return read
  }

  close(): void {
    Atomics.store(this.#ring.cancelled, 0, 1)
    for (let slot = 0; slot < SLOTS; slot++) this.#release(slot)
    this.#done = true
  }

  /** Waits until the slot holds something and gives its state. */
  #filledState(slot: number): number {
    const { states } = this.#ring
    while (Atomics.load(states, slot) === SLOT_FREE) {
      if (Atomics.wait(states, slot, SLOT_FREE, PATIENCE) === 'timed-out') {
        throw new GunzipError(`uncompressing gave nothing for ${PATIENCE / 1000} seconds`)
      }
    }
    return Atomics.load(states, slot)
  }

  #release(slot: number): void {
    Atomics.store(this.#ring.states, slot, SLOT_FREE)
    Atomics.notify(this.#ring.states, slot)
    this.#slot = (slot + 1) % SLOTS
    this.#taken = 0
  }

  #message(slot: number): string {
    const octets = this.#ring.octets.slice(slot * SLOT_OCTETS, (slot + 1) * SLOT_OCTETS)
    return new TextDecoder().decode(octets.subarray(0, octets.indexOf(0)))
  }
}

function startThread(order: GunzipOrder): Worker {
  // The main thread waits without its event loop, so the new one must not need it, as inherited loaders do.
  const options = { workerData: order, execArgv: [] }
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./gunzip-thread.js', import.meta.url), options)
  // Run from TypeScript (tests, development), which Node 20 does not load by itself.
  const require = createRequire(import.meta.url)
  const load = [require.resolve('tsx/cjs'), require.resolve('./gunzip-thread.ts')]
  return new Worker(load.map((file) => `require(${JSON.stringify(file)});`).join(''), { ...options, eval: true })
}
