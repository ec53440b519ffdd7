/**
 * Draws ranks by Zipf's law: rank r (from 0) with a probability in proportion to 1 / (r + 1) ** exponent, as the
 * popularity of names is distributed.
 * @param count how many ranks there are
 * @param fraction draws from 0 up to, not including, 1
 */
export function zipfSampler(count: number, exponent: number, fraction: () => number): () => number {
  const cumulative = new Float64Array(count)
  let sum = 0
  for (let rank = 0; rank < count; rank++) {
    sum += (rank + 1) ** -exponent
    cumulative[rank] = sum
  }
  return () => {
    const wanted = fraction() * sum
    let low = 0
    let high = count - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if (cumulative[middle]! > wanted) high = middle
      else low = middle + 1
    }
    return low
  }
}
