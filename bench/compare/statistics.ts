/** The values of several rounds, summed up. */
export interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

/** Undefined without values. */
export function spread(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { min: sorted[0]!, median, max: sorted.at(-1)! }
}

/**
 * How a server's value compares with the best of others, round by round, so that what slows the machine for a while
 * slows both.
 * @param values the server's, one a round; undefined where it has none
 * @param others the others', one list a server, in the same rounds
 * @param best which of the others' values in a round is the one to compare with
 */
export function ratios(
  values: readonly (number | undefined)[],
  others: readonly (readonly (number | undefined)[])[],
  best: 'highest' | 'lowest',
): Spread | undefined {
  const found: number[] = []
  for (const [round, value] of values.entries()) {
    const rivals = others.map((list) => list[round]).filter((rival) => rival !== undefined)
    if (value === undefined || rivals.length === 0) continue
    found.push(value / (best === 'highest' ? Math.max(...rivals) : Math.min(...rivals)))
  }
  return spread(found)
}
