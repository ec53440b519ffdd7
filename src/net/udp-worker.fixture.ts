import { parentPort, workerData } from 'node:worker_threads'
import { BindError, type Handler, type ListenAddress, openUdp, type StopFlag, type UdpIo } from './index.ts'

/** What a test gives its worker thread. */
export interface UdpWorkerData {
  readonly listen: readonly ListenAddress[]
  readonly io: UdpIo
  readonly sharePort: boolean
  readonly stop: StopFlag
  readonly counters: SharedArrayBuffer
  /** One 4-octet cell: calls of refresh(). */
  readonly refreshes: SharedArrayBuffer
}

/** What the octet behind the header makes the worker's handler do; any other: echo with QR set. */
export const Order = { Silence: 1, Throw: 2, Longest: 3, TooLong: 4 } as const

export function orderedHandler(refreshes: Int32Array): Handler {
  return {
    answer(query, length, reply) {
      if (length < 13) return 0
      switch (query[12]) {
        case Order.Silence:
          return 0
        case Order.Throw:
          throw new Error('ordered to fail')
        case Order.Longest:
          reply.fill(0xab, 12)
          reply.set(query.subarray(0, 12))
          reply[2]! |= 0x80
          return reply.length
        case Order.TooLong:
          return reply.length + 1
        default:
          reply.set(query.subarray(0, length))
          reply[2]! |= 0x80
          return length
      }
    },
    refresh() {
      Atomics.add(refreshes, 0, 1)
    },
  }
}

async function serve(data: UdpWorkerData): Promise<void> {
  try {
    const listener = await openUdp(data)
    parentPort?.postMessage({ addresses: listener.addresses, io: listener.io, notes: listener.notes })
    await listener.run(orderedHandler(new Int32Array(data.refreshes)))
  } catch (error) {
    parentPort?.postMessage(error instanceof BindError ? error.toData() : { failed: String(error) })
  }
}

if (parentPort !== null) await serve(workerData as UdpWorkerData)
