/** Buckets to each doubling: a value is told from others 0.8 % away. */
const STEPS = 128
const STEP_BITS = 7

/**
 * Counts of durations in buckets that grow with the value, so that a microsecond and a second are kept with the same
 * relative precision in a few kilobytes (the idea of HdrHistogram). Values are whole units of 100 ns, up to 429 s.
 */
export class Histogram {
  readonly #counts = new Float64Array((33 - STEP_BITS) * STEPS)
  #total = 0
  #largest = 0

  /** @param value units of 100 ns */
  record(value: number): void {
    const v = value < 0 ? 0 : value >>> 0
    this.#counts[bucketOf(v)]!++
    this.#total++
    if (v > this.#largest) this.#largest = v
  }

  get count(): number {
    return this.#total
  }

  /** The largest value recorded, exactly, in units of 100 ns. */
  get max(): number {
    return this.#largest
  }

  /** The value, in units of 100 ns, that this share (0 to 1) of the records do not exceed; 0 without records. */
  percentile(share: number): number {
    const wanted = Math.max(1, Math.ceil(this.#total * share))
    let seen = 0
    for (let i = 0; i < this.#counts.length; i++) {
      seen += this.#counts[i]!
      if (seen >= wanted) return Math.min(upperBound(i), this.#largest)
    }
    return 0
  }

  /** Occupied buckets in ascending order: bounds in units of 100 ns (upper excluded), and how many fell between. */
  *buckets(): Generator<{ readonly from: number; readonly to: number; readonly count: number }> {
    for (const [i, count] of this.#counts.entries()) {
      if (count > 0) yield { from: lowerBound(i), to: upperBound(i) + 1, count }
    }
  }
}

/** Below 256 each value has a bucket; above, the seven bits after the leading one choose it. */
function bucketOf(value: number): number {
  if (value < 2 * STEPS) return value
  const shift = 31 - Math.clz32(value) - STEP_BITS
  return shift * STEPS + (value >>> shift)
}

function lowerBound(bucket: number): number {
  if (bucket < 2 * STEPS) return bucket
  const shift = Math.floor(bucket / STEPS) - 1
  return ((bucket % STEPS) + STEPS) * 2 ** shift
}

function upperBound(bucket: number): number {
  return lowerBound(bucket + 1) - 1
}
