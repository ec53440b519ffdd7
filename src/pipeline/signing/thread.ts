import { workerData } from 'node:worker_threads'
import { type KeyStoreDescriptor, openKeyStore } from '../../dnssec/keystore/index.ts'
import { type SignaturePeriods, SignatureSchedule } from '../../dnssec/sign/index.ts'
import { NodeSigner } from './node-signer.ts'
import { FAILURE, FILLED, OUTPUT_OCTETS, REFUSAL, Ring, TAKEN } from './ring.ts'
import { SignatureRefusal } from './signature-check.ts'

/** What the feeder starts this thread with. */
export interface SigningOrder {
  readonly memory: SharedArrayBuffer
  readonly slots: number
  readonly store: KeyStoreDescriptor
  /** Names of keys in the store. */
  readonly forKeys: readonly string[]
  readonly forZone: readonly string[]
  readonly periods: SignaturePeriods
  /** Seconds since 1970. */
  readonly now: number
  readonly forms: readonly number[]
  /** DNSKEY rdata that signatures are verified with; not verified when undefined. */
  readonly verifyWith: readonly Uint8Array[] | undefined
}

/** Milliseconds after which a waiting thread looks whether it is still wanted. */
const LOOK = 1000

/** Octets of one form that a batch gives. */
class Given {
  readonly form: number
  #octets = new Uint8Array(OUTPUT_OCTETS)
  length = 0

  constructor(form: number) {
    this.form = form
  }

  add(octets: Uint8Array): void {
    const length = this.length + octets.length
    if (length > this.#octets.length) {
      const grown = new Uint8Array(2 * length)
      grown.set(this.#octets.subarray(0, this.length))
      this.#octets = grown
    }
    this.#octets.set(octets, this.length)
    this.length = length
  }

  piece(at: number): Uint8Array {
    return this.#octets.subarray(at, Math.min(this.length, at + OUTPUT_OCTETS))
  }
}

function work(order: SigningOrder): void {
  const ring = new Ring(order.slots, order.memory)
  const given = order.forms.map((form) => new Given(form))
  let signer: NodeSigner | undefined
  const input = new Uint8Array(ring.input(0).length)
  for (;;) {
    const batch = ring.takeTicket()
    while (!ring.wait(batch, FILLED, LOOK)) if (ring.isClosed) return
    try {
      signer ??= makeSigner(order, given)
      const length = ring.inputLength(batch)
      // Octets of its own: the engine reads shared memory more slowly, and hands it to OpenSSL only by a copy.
      input.set(ring.input(batch).subarray(0, length))
      signer.sign(input, 0, length)
    } catch (error) {
      const isRefusal = error instanceof SignatureRefusal
      const text = error instanceof Error ? error.message : String(error)
      const octets = isRefusal ? error.toOctets() : new TextEncoder().encode(text)
      ring.give(batch, isRefusal ? REFUSAL : FAILURE, octets.subarray(0, OUTPUT_OCTETS), true)
      return
    }
    if (!give(ring, batch, given)) return
    for (const form of given) form.length = 0
  }
}

function makeSigner(order: SigningOrder, given: readonly Given[]): NodeSigner {
  const store = openKeyStore(order.store)
  const keys = {
    forKeys: order.forKeys.map((id) => store.open(id)),
    forZone: order.forZone.map((id) => store.open(id)),
  }
  const { now, forms, verifyWith } = order
  const schedule = new SignatureSchedule(order.periods)
  const options = { keys, schedule, now, forms, ...(verifyWith === undefined ? {} : { verifyWith }) }
  return new NodeSigner(options, (form, octets) => {
    given.find((candidate) => candidate.form === form)!.add(octets)
  })
}

/** @returns false when nobody takes it any more */
function give(ring: Ring, batch: number, given: readonly Given[]): boolean {
  for (const [index, form] of given.entries()) {
    for (let at = 0; ; ) {
      const piece = form.piece(at)
      at += piece.length
      const isLast = at === form.length && index === given.length - 1
      ring.give(batch, form.form, piece, isLast)
      if (isLast) return true
      while (!ring.wait(batch, TAKEN, LOOK)) if (ring.isClosed) return false
      if (at === form.length) break
    }
  }
  return true
}

work(workerData as SigningOrder)
