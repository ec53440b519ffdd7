import { expect, test } from 'vitest'
import { Histogram } from '../../bench/load/histogram.ts'
import { latencySvg } from '../../bench/load/svg.ts'

function picture(...latencies: readonly number[]): string {
  const histogram = new Histogram()
  for (const latency of latencies) histogram.record(latency)
  return latencySvg(histogram, 'A <title>', 'of & for')
}

/** Percentiles as the picture marks them: where each line is and begins, and where its label stands. */
function marks(svg: string) {
  return [
    ...svg.matchAll(
      /<line x1="([\d.]+)" x2="\1" y1="([\d.]+)" .+stroke-dasharray.+\n<text x="([\d.]+)" y="([\d.]+)" .+>(.+)<\/text>/g,
    ),
  ].map(([, line, top, left, base, label]) => ({
    line: Number(line),
    top: Number(top),
    left: Number(left),
    base: Number(base),
    label,
  }))
}

test('percentiles are marked, each label clear of the lines of others', () => {
  const found = marks(picture(...Array.from({ length: 2000 }, (_, i) => 10_000 + i)))
  expect(found.map(({ label }) => label?.split(' ')[0])).toEqual(['p50', 'p90', 'p99', 'p99.9', 'max'])
  for (const [i, mark] of found.entries()) {
    for (const earlier of found.slice(0, i)) expect(earlier.base).toBeLessThanOrEqual(mark.top)
    for (const later of found.slice(i)) expect(later.left).toBeGreaterThan(mark.line)
  }
})

test('a label at the end of the axis stays within the picture', () => {
  const [last] = marks(picture(99_999)).slice(-1)
  expect(last!.left + 90).toBeLessThan(880)
})

test('without a reply there is nothing to mark', () => {
  const svg = picture()
  expect(marks(svg)).toEqual([])
  expect(svg).not.toMatch(/NaN|Infinity/)
})
