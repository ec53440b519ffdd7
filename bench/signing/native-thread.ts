import { generateKeyPairSync, sign } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'

/** What a thread is told: for how long to sign, and what it signs. */
export interface NativeOrder {
  readonly octets: number
  readonly milliseconds: number
}

/** Signs with P-256 as long as it is told, over messages that differ, and says how many there were. */
function measure({ octets, milliseconds }: NativeOrder): number {
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const message = new Uint8Array(octets)
  const began = performance.now()
  let signatures = 0
  for (;;) {
    for (let i = 0; i < 64; i++) {
      message[i % octets]!++
      sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' })
    }
    signatures += 64
    if (performance.now() - began >= milliseconds) return signatures
  }
}

const order = workerData as NativeOrder
measure({ ...order, milliseconds: 100 })
parentPort!.postMessage('ready')
parentPort!.once('message', () => parentPort!.postMessage(measure(order)))
