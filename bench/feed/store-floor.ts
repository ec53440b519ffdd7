import { join } from 'node:path'
import { askProcess } from './ask-process.ts'

/** Rows of a zone's store are to be written anew. */
export interface FloorJob {
  /** Data folder of a zone that follows a feed; no server runs on it. */
  readonly data: string
  readonly origin: string
  readonly changes: number
}

export interface FloorReport {
  readonly milliseconds: number
  /** Processor time, seconds. */
  readonly cpu: number
}

/** What the store alone takes for so many changes. @param cpu the processor it is bound to; undefined: any */
export function storeFloor(job: FloorJob, cpu: number | undefined): Promise<FloorReport> {
  return askProcess<FloorReport>(join(import.meta.dirname, 'store-floor-process.ts'), job, cpu)
}
