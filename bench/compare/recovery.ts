import { type Comparison, REFERENCE } from './comparison.ts'
import type { Contender } from './contender.ts'
import { busyShare, faultsOf, idleShare } from './figures.ts'
import { bySecond, fullRateAfter, warmRate } from './full-rate.ts'
import type { JobReport } from './job.ts'
import { type Spread, spread } from './statistics.ts'

/** Seconds of a load that are told one by one. */
export const TOLD_SECONDS = 3

/** How a server came to its rate after a cold start or after idle time, over all rounds. */
export interface RecoveryRow {
  readonly server: string
  readonly kind: Contender['kind']
  /** Replies a second when warm, in the same rounds. */
  readonly warm: Spread
  /** Its first seconds' rates as shares of the warm rate. */
  readonly shares: readonly Spread[]
  /** Share of the load's time in which the server had its processor, and in which nobody had it. */
  readonly busy: Spread
  readonly idle: Spread | undefined
  readonly faults: string
}

export interface ColdRow extends RecoveryRow {
  /** Milliseconds from the start of the process to the first answer. */
  readonly firstAnswerMs: Spread
  /** Milliseconds from the start of the process until the rate was full; Infinity where it never was. */
  readonly fullRateMs: Spread
}

type Competitor = Pick<Contender, 'name' | 'kind'>

/** A load that began at once, beside what the server did in the same round when it was warm. */
interface Recovered<Load> {
  readonly load: Load
  readonly warm: number
}

/** A server's loads with its warm rates; those of rounds without one are left out. */
function recovered<Load extends { readonly round: number; readonly server: string }>(
  server: string,
  loads: readonly Load[],
  { measurements }: Comparison,
): Recovered<Load>[] {
  return loads
    .filter((load) => load.server === server)
    .flatMap((load) => {
      const warm = measurements.find(
        ({ round, server: other, workload }) => round === load.round && other === server && workload === REFERENCE,
      )
      const rate = warmRate(warm?.report.tenths ?? [])
      return rate === undefined ? [] : [{ load, warm: rate }]
    })
}

function recoveryRow(
  { name, kind }: Competitor,
  found: readonly Recovered<{ readonly report: JobReport }>[],
): RecoveryRow {
  const reports = found.map(({ load }) => load.report)
  return {
    server: name,
    kind,
    warm: spread(found.map(({ warm }) => warm))!,
    shares: Array.from({ length: TOLD_SECONDS }, (_, second) =>
      spread(
        found.flatMap(({ load, warm }) => {
          const rate = bySecond(load.report.tenths)[second]
          return rate === undefined ? [] : [rate / warm]
        }),
      ),
    ).filter((share) => share !== undefined),
    busy: spread(reports.map(busyShare))!,
    idle: spread(reports.flatMap(idleShare)),
    faults: faultsOf(reports),
  }
}

/** The row of a server that was started on a cold page cache; none when it was not. */
export function coldRows(competitor: Competitor, comparison: Comparison): ColdRow[] {
  const found = recovered(competitor.name, comparison.coldStarts, comparison)
  if (found.length === 0) return []
  const over = (figure: (one: (typeof found)[number]) => number) => spread(found.map(figure))!
  return [
    {
      ...recoveryRow(competitor, found),
      firstAnswerMs: over(({ load }) => load.firstAnswerMs),
      fullRateMs: over(({ load, warm }) => load.firstAnswerMs + fullRateAfter(load.report.tenths, warm)),
    },
  ]
}

/** The row of a server that was loaded after idle time; none when it was not. */
export function idleRows(competitor: Competitor, comparison: Comparison): RecoveryRow[] {
  const found = recovered(competitor.name, comparison.afterIdle, comparison)
  return found.length === 0 ? [] : [recoveryRow(competitor, found)]
}
