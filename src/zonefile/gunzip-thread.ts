import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { workerData } from 'node:worker_threads'
import { createGunzip } from 'node:zlib'
import { type GunzipRing, gunzipRing, SLOT_END, SLOT_ERROR, SLOT_FREE, SLOT_OCTETS, SLOTS } from './gunzip-ring.ts'

/** What the reader starts this thread with. */
export interface GunzipOrder {
  readonly path: string
  readonly memory: SharedArrayBuffer
}

/** Fills the next slot once it is free; false when the reader wants no more. */
function put(ring: GunzipRing, slot: number, octets: Uint8Array, state: number, position: number): boolean {
  for (;;) {
    if (Atomics.load(ring.cancelled, 0) !== 0) return false
    const found = Atomics.load(ring.states, slot)
    if (found === SLOT_FREE) break
    Atomics.wait(ring.states, slot, found)
  }
  ring.octets.set(octets, slot * SLOT_OCTETS)
  ring.positions[slot] = position
  Atomics.store(ring.states, slot, state)
  Atomics.notify(ring.states, slot)
  return true
}

async function gunzip(order: GunzipOrder): Promise<void> {
  const ring = gunzipRing(order.memory)
  const file = createReadStream(order.path)
  let slot = 0
  const next = () => {
    const current = slot
    slot = (slot + 1) % SLOTS
    return current
  }
  try {
    await pipeline(file, createGunzip({ chunkSize: SLOT_OCTETS }), async (pieces: AsyncIterable<Buffer>) => {
      for await (const piece of pieces) {
        if (!put(ring, next(), piece, piece.length, file.bytesRead)) return
      }
    })
    put(ring, next(), new Uint8Array(0), SLOT_END, file.bytesRead)
  } catch (error) {
    const message = new TextEncoder().encode(error instanceof Error ? error.message : String(error))
    const ended = new Uint8Array(Math.min(message.length, SLOT_OCTETS - 1) + 1)
    ended.set(message.subarray(0, ended.length - 1))
    put(ring, next(), ended, SLOT_ERROR, file.bytesRead)
  }
}

void gunzip(workerData as GunzipOrder)
