import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import type { SigningOrder } from './thread.ts'

/** Starts a thread that signs. */
export function startSigningThread(order: SigningOrder): Worker {
  // The feeder waits without its event loop, so the thread must not need it, as inherited loaders do.
  const options = { workerData: order, execArgv: [] }
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./thread.js', import.meta.url), options)
  // Run from TypeScript (tests, development), which Node 20 does not load by itself.
  const require = createRequire(import.meta.url)
  const load = [require.resolve('tsx/cjs'), require.resolve('./thread.ts')]
  return new Worker(load.map((file) => `require(${JSON.stringify(file)});`).join(''), { ...options, eval: true })
}
