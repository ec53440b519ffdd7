import type { ZoneNode } from '../zone/index.ts'

/**
 * Parts of a load, in order; 'check' is what takes the place of the rest when nothing is stored, and before 'sign' when a
 * file is signed.
 */
export const LOAD_PHASES = ['parse', 'check', 'sign', 'store', 'compile', 'commit'] as const
export type LoadPhase = (typeof LOAD_PHASES)[number]

/** How far a load is. */
export interface LoadProgress {
  readonly phase: LoadPhase
  /** Records read from the file, or gone through in this phase. */
  readonly records: number
  /** How many there are to go through; in the phase 'parse' an estimate, 0 when there is none yet. */
  readonly totalRecords: number
  /** Octets of the file read so far, and in all (0 when not known). */
  readonly bytes: number
  readonly totalBytes: number
  /** Since the load began. */
  readonly seconds: number
}

export type ProgressListener = (progress: LoadProgress) => void

/** Seconds that each phase took. */
export type PhaseTimes = Readonly<Record<LoadPhase, number>>

/** Records between two reports. */
const REPORT_EVERY = 1 << 16

/** Reports progress, and measures the phases. */
export class ProgressReporter {
  readonly #listener: ProgressListener | undefined
  readonly #began = performance.now()
  readonly #times: Record<LoadPhase, number> = { parse: 0, check: 0, sign: 0, store: 0, compile: 0, commit: 0 }
  #phase: LoadPhase = 'parse'
  #phaseBegan = this.#began
  #bytes = 0
  #totalBytes = 0
  #stepped = 0
  #nextReport = REPORT_EVERY

  constructor(listener: ProgressListener | undefined) {
    this.#listener = listener
  }

  /** Since the load began. */
  get seconds(): number {
    return (performance.now() - this.#began) / 1000
  }

  /** Of the phases that have ended. */
  get times(): PhaseTimes {
    return this.#times
  }

  enter(phase: LoadPhase, totalRecords: number): void {
    this.end()
    this.#phase = phase
    this.report(0, totalRecords)
  }

  /** Ends the phase that runs. */
  end(): void {
    const now = performance.now()
    this.#times[this.#phase] += (now - this.#phaseBegan) / 1000
    this.#phaseBegan = now
  }

  /** Counts the records of one more node of the phase, and reports now and then. */
  step(node: ZoneNode, totalRecords: number): void {
    for (const { rdatas, signatures } of node.rrsets) this.#stepped += rdatas.length + signatures.length
    if (this.#stepped < this.#nextReport) return
    this.#nextReport = this.#stepped + REPORT_EVERY
    this.report(this.#stepped, totalRecords)
  }

  report(records: number, totalRecords: number): void {
    this.#listener?.({
      phase: this.#phase,
      records,
      totalRecords,
      bytes: this.#bytes,
      totalBytes: this.#totalBytes,
      seconds: this.seconds,
    })
  }

  /** Reports how much of the file is read. */
  reportBytes(records: number, bytes: number, totalBytes: number): void {
    this.#bytes = bytes
    this.#totalBytes = totalBytes
    this.report(records, bytes > 0 ? Math.round((records * totalBytes) / bytes) : 0)
  }
}
