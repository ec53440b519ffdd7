import Benchmark from 'benchmark'

/** One thing to measure. */
export interface Measurement {
  /** Which part of the server it belongs to. */
  readonly group: 'parse' | 'pack' | 'lookup' | 'respond' | 'feed'
  readonly name: string
  /** Operations that one call of `run` does; 1 when not given. */
  readonly operations?: number
  run(): unknown
}

export interface Measured {
  readonly group: string
  readonly name: string
  readonly nanoseconds: number
  /** Relative margin of error at 95 % confidence, in percent. */
  readonly margin: number
  readonly samples: number
}

/** What a measured call returns goes here, so that the engine cannot leave the call out. */
export const sink: { value: unknown } = { value: undefined }

/** Runs one measurement for at least `seconds`. */
export function measure(measurement: Measurement, seconds: number): Measured {
  const bench = new Benchmark(
    measurement.name,
    () => {
      sink.value = measurement.run()
    },
    { maxTime: seconds, minSamples: 20 },
  )
  bench.run()
  // a Benchmark swallows what the measured code throws
  const { error } = bench as { error?: unknown }
  if (error !== undefined) throw error
  return {
    group: measurement.group,
    name: measurement.name,
    nanoseconds: (bench.stats.mean * 1e9) / (measurement.operations ?? 1),
    margin: bench.stats.rme,
    samples: bench.stats.sample.length,
  }
}

/** Gives the items in turn, endlessly. */
export function inTurn<T>(items: readonly T[]): () => T {
  if (items.length === 0) throw new RangeError('nothing to give')
  let next = 0
  return () => {
    const item = items[next] as T
    next = next + 1 === items.length ? 0 : next + 1
    return item
  }
}
