import { once } from 'node:events'
import { join } from 'node:path'
import { startThread } from '../thread.ts'
import type { NativeOrder } from './native-thread.ts'

/** How fast P-256 signatures are made. */
export interface SigningRate {
  readonly perSecond: number
  /** Microseconds of processor time for each; it compares also where others use the machine. */
  readonly processor: number
}

/**
 * What node:crypto itself makes on some threads that do nothing else.
 * @param octets of each message
 * @returns of all threads together
 */
export async function nativeRate(threads: number, octets: number, seconds: number): Promise<SigningRate> {
  const workerData: NativeOrder = { octets, milliseconds: 1000 * seconds }
  const file = join(import.meta.dirname, 'native-thread.ts')
  const workers = Array.from({ length: threads }, () => startThread(file, workerData))
  try {
    await Promise.all(workers.map((worker) => once(worker, 'message')))
    const before = process.cpuUsage()
    const began = performance.now()
    const results = workers.map((worker) => once(worker, 'message') as Promise<[number]>)
    for (const worker of workers) worker.postMessage('go')
    const signatures = (await Promise.all(results)).reduce((sum, [made]) => sum + made, 0)
    const { user, system } = process.cpuUsage(before)
    return { perSecond: signatures / ((performance.now() - began) / 1000), processor: (user + system) / signatures }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}
