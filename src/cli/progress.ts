import cliProgress from 'cli-progress'
import type { LoadProgress } from '../pipeline/index.ts'

/** Shows how a load goes on. */
export interface ProgressView {
  update(progress: LoadProgress): void
  /** Leaves the terminal as it should be for what is printed next. */
  finish(): void
}

/** Milliseconds between two repaints of the bar. */
const REPAINT = 100

/** A live bar on a terminal; elsewhere (a log, a pipe) one line a phase. Both on standard error. */
export function progressView(): ProgressView {
  return process.stderr.isTTY ? new ProgressBar() : new PhaseLines()
}

class ProgressBar implements ProgressView {
  readonly #bar = new cliProgress.SingleBar({
    stream: process.stderr,
    hideCursor: true,
    barsize: 30,
    format: (options, params, payload: { text?: string }) =>
      `${cliProgress.Format.BarFormat(params.progress, options)}  ${payload.text ?? ''}`,
  })
  #phase = ''
  /** Seconds since the load began, at the beginning of the phase. */
  #phaseBegan = 0
  #painted = 0

  update(progress: LoadProgress): void {
    const now = performance.now()
    const begins = progress.phase !== this.#phase
    if (!begins && now - this.#painted < REPAINT) return
    this.#painted = now
    const done = shareDone(progress)
    if (begins) {
      this.#phaseBegan = this.#phase === '' ? 0 : progress.seconds
      if (this.#phase === '') this.#bar.start(1, 0, { text: '' })
      this.#phase = progress.phase
    }
    this.#bar.update(done, { text: barText(progress, done, progress.seconds - this.#phaseBegan) })
    // The bar repaints by a timer, which a load that keeps this thread busy never lets run.
    this.#bar.render()
  }

  finish(): void {
    if (this.#phase === '') return
    // The last phase has no steps to count.
    if (this.#phase === 'commit') this.#bar.update(1)
    this.#bar.stop()
    this.#phase = ''
  }
}

class PhaseLines implements ProgressView {
  #last: LoadProgress | undefined
  #phaseBegan = 0

  update(progress: LoadProgress): void {
    if (this.#last !== undefined && progress.phase !== this.#last.phase) this.#print(this.#last, progress.seconds)
    this.#last = progress
  }

  finish(): void {
    if (this.#last !== undefined) this.#print(this.#last, this.#last.seconds)
    this.#last = undefined
  }

  #print({ phase, records, totalRecords, bytes }: LoadProgress, seconds: number): void {
    const done = phase === 'parse' ? `${records} records, ${(bytes / 1e6).toFixed(1)} MB` : `${totalRecords} records`
    process.stderr.write(`${phase}: ${done}, ${(seconds - this.#phaseBegan).toFixed(1)} s\n`)
    this.#phaseBegan = seconds
  }
}

/** How much of the phase is done, 0 to 1. */
function shareDone({ phase, records, totalRecords, bytes, totalBytes }: LoadProgress): number {
  const [done, total] = phase === 'parse' ? [bytes, totalBytes] : [records, totalRecords]
  return total > 0 ? Math.min(1, done / total) : 0
}

/** `parse    1234567 records  45.1 MB/s  3 s left` */
function barText({ phase, records, bytes, seconds }: LoadProgress, done: number, elapsed: number): string {
  const parts = [phase.padEnd(7), `${records} records`]
  if (phase === 'parse' && seconds > 0) parts.push(`${(bytes / 1e6 / seconds).toFixed(1)} MB/s`)
  if (done > 0) parts.push(`${Math.ceil((elapsed / done) * (1 - done))} s left`)
  return parts.join('  ')
}
