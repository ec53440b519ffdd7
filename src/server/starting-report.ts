import type { FeedReport } from '../ops/index.ts'

/** What is told of a feed before it is followed. @param problem what it waits for */
export function startingReport(problem: string): FeedReport {
  return {
    state: 'starting',
    problem,
    seq: 0,
    committedAt: null,
    counts: { applied: 0, refused: 0, pending: 0 },
    dead: { kept: 0, dropped: 0 },
    waiting: 0,
    pending: 0,
    nextDue: null,
    missing: null,
    hold: null,
    sources: [],
  }
}
