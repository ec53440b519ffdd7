import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
import type { KeyStoreDescriptor } from '../../dnssec/keystore/index.ts'
import { NodeSigner, type NodeSignerOptions, type SignedVisitor } from './node-signer.ts'
import { packedLength } from './packed-node.ts'
import { FAILURE, FREE, GIVEN, INPUT_OCTETS, REFUSAL, Ring } from './ring.ts'
import { SignatureRefusal } from './signature-check.ts'
import { startSigningThread } from './start-thread.ts'

/** A thread that gives nothing for this long has died: milliseconds. A batch takes some ten, with RSA some hundred. */
const PATIENCE = 60_000
/** Batches on their way for each thread, so that none waits for the feeder. */
const SLOTS_PER_THREAD = 4

/** A signing thread failed, or is gone. */
export class SigningThreadError extends Error {
  override readonly name = 'SigningThreadError'
}

export interface SigningPoolOptions extends NodeSignerOptions {
  /** The store of the keys, which each thread opens by itself. */
  readonly store: KeyStoreDescriptor
  /** Threads to sign on; as many as there are processors when absent, and with 0 the caller's own. */
  readonly threads?: number
}

/**
 * Signs packed nodes on all processors and gives the result out in the order of the nodes. Everything is synchronous: a
 * call may wait for a thread, and the visitor is called within `add` and `finish`.
 */
export class SigningPool {
  readonly #visit: SignedVisitor
  readonly #own: NodeSigner
  readonly #ring: Ring
  readonly #threads: Worker[] = []
  /** Batches filled, and batches whose result has been given out. */
  #filled = 0
  #collected = 0
  #input: Uint8Array | undefined
  #used = 0

  constructor(options: SigningPoolOptions, visit: SignedVisitor) {
    const { store, keys, schedule, now, forms, verifyWith, threads = availableParallelism() } = options
    this.#visit = visit
    this.#own = new NodeSigner(options, visit)
    const slots = threads * SLOTS_PER_THREAD
    this.#ring = new Ring(slots)
    const { memory } = this.#ring
    const forKeys = keys.forKeys.map(({ id }) => id)
    const forZone = keys.forZone.map(({ id }) => id)
    for (let i = 0; i < threads; i++) {
      const { periods } = schedule
      const thread = startSigningThread({ memory, slots, store, forKeys, forZone, periods, now, forms, verifyWith })
      thread.unref()
      // A thread tells its failures through the ring; one that cannot even start shows as silence there.
      thread.on('error', () => {})
      this.#threads.push(thread)
    }
  }

  /** Takes nodes packed at `buf[start..end)`; none may be the apex. @throws SigningThreadError, SignatureRefusal */
  add(buf: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; ) {
      const from = at
      const room = INPUT_OCTETS - this.#used
      while (at < end && at - from + packedLength(buf, at) <= room) at += packedLength(buf, at)
      if (at > from) this.#take(buf, from, at)
      if (at === end) return
      const length = packedLength(buf, at)
      if (length <= INPUT_OCTETS) {
        this.#submit()
        continue
      }
      // A node too large to be sent takes its turn here.
      this.flush()
      this.#own.sign(buf, at, at + length)
      at += length
    }
  }

  #take(buf: Uint8Array, start: number, end: number): void {
    if (this.#threads.length === 0) {
      this.#own.sign(buf, start, end)
      return
    }
    this.#input ??= this.#acquire()
    this.#input.set(buf.subarray(start, end), this.#used)
    this.#used += end - start
  }

  /** Gives out everything that was taken. @throws SigningThreadError, SignatureRefusal */
  flush(): void {
    this.#submit()
    while (this.#collected < this.#filled) this.#collect()
  }

  /** Ends the threads, whatever they are doing. */
  async close(): Promise<void> {
    this.#ring.close()
    await Promise.all(this.#threads.map((thread) => thread.terminate()))
  }

  #acquire(): Uint8Array {
    if (this.#filled - this.#collected === this.#ring.slots) this.#collect()
    this.#wait(this.#filled, FREE)
    return this.#ring.input(this.#filled)
  }

  #submit(): void {
    if (this.#input === undefined) return
    this.#ring.fill(this.#filled++, this.#used)
    this.#input = undefined
    this.#used = 0
  }

  /** Waits for the oldest batch and gives its result out. */
  #collect(): void {
    const batch = this.#collected
    for (;;) {
      this.#wait(batch, GIVEN)
      const { form, octets, isLast } = this.#ring.output(batch)
      if (form === FAILURE) throw new SigningThreadError(`signing failed: ${Buffer.from(octets).toString()}`)
      if (form === REFUSAL) throw SignatureRefusal.fromOctets(octets)
      if (octets.length > 0) this.#visit(form, octets)
      this.#ring.take(batch, isLast)
      if (isLast) break
    }
    this.#collected++
  }

  #wait(batch: number, phase: number): void {
    if (this.#ring.wait(batch, phase, PATIENCE)) return
    throw new SigningThreadError(`signing gave nothing for ${PATIENCE / 1000} seconds`)
  }
}
