import type { LoadProgress } from '../pipeline/index.ts'

/** Milliseconds between two reports of the progress of one phase. */
const INTERVAL = 250

/** Passes on progress at each new phase, and now and then in between. */
export function seldom(listener: (progress: LoadProgress) => void): (progress: LoadProgress) => void {
  let told = 0
  let phase = ''
  return (progress) => {
    const now = performance.now()
    if (progress.phase === phase && now - told < INTERVAL) return
    phase = progress.phase
    told = now
    listener(progress)
  }
}
