import { Worker } from 'node:worker_threads'

/** Starts a worker thread from a TypeScript file, which Node 20 does not load there by itself nor with `--import tsx`. */
export function startTypeScriptWorker(script: URL, workerData: unknown): Worker {
  const start = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(script.href)}) })`
  return new Worker(start, { eval: true, workerData })
}
