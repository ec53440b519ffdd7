import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'

/** Starts a thread of the tools: Node 20 does not load TypeScript in a thread by itself. @param file its absolute path */
export function startThread(file: string, workerData: unknown): Worker {
  const require = createRequire(import.meta.url)
  const source = [require.resolve('tsx/cjs'), file].map((each) => `require(${JSON.stringify(each)});`).join('')
  return new Worker(source, { eval: true, execArgv: [], workerData })
}
