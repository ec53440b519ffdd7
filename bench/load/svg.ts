import type { Histogram } from './histogram.ts'

const WIDTH = 880
const HEIGHT = 484
const LEFT = 64
/** Room for the label of a percentile that stands at the plot's end. */
const RIGHT = 104
/** Where the labels of the percentiles begin, a line each: above the plot, where no bar is behind them. */
const LABELS = 56
const LABEL_LINE = 15
const PERCENTILES = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p99', 0.99],
  ['p99.9', 0.999],
  ['max', 1],
] as const
const TOP = LABELS + PERCENTILES.length * LABEL_LINE + 8
const BOTTOM = 56
/** Bars to each factor of ten. */
const BARS_PER_DECADE = 20

/** "850 ns", "12 µs", "3.5 ms", "2 s". @param units of 100 ns */
export function durationText(units: number): string {
  const micros = units / 10
  const [value, unit] =
    micros < 1
      ? [micros * 1000, 'ns']
      : micros < 1000
        ? [micros, 'µs']
        : micros < 1e6
          ? [micros / 1000, 'ms']
          : [micros / 1e6, 's']
  return `${Number(value.toPrecision(3))} ${unit}`
}

/** Text as it may stand in an SVG. */
export function escapeText(text: string): string {
  return text.replace(/[<>&]/g, (char) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;' })[char] ?? char)
}

/** A picture of a latency distribution: share of replies over latency, on a logarithmic axis, percentiles marked. */
export function latencySvg(latency: Histogram, title: string, subtitle: string): string {
  const buckets = [...latency.buckets()]
  const lowest = Math.log10(Math.max(1, buckets[0]?.from ?? 1))
  const from = Math.floor(lowest)
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(2, latency.max))))
  const plotWidth = WIDTH - LEFT - RIGHT
  const plotHeight = HEIGHT - TOP - BOTTOM
  const pixel = (value: number) => Math.round(value * 10) / 10
  const x = (units: number) => pixel(LEFT + ((Math.log10(Math.max(1, units)) - from) / (to - from)) * plotWidth)

  const bars = new Float64Array((to - from) * BARS_PER_DECADE)
  for (const { from: low, to: high, count } of buckets) {
    const place = Math.floor((Math.log10(Math.max(1, (low + high - 1) / 2)) - from) * BARS_PER_DECADE)
    bars[Math.min(bars.length - 1, Math.max(0, place))]! += count
  }
  const total = Math.max(1, latency.count)
  const highest = Math.max(...bars, 1) / total
  const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5].find((candidate) => highest / candidate <= 6) ?? 0.5
  const ceiling = Math.ceil(highest / step) * step
  const y = (share: number) => pixel(TOP + plotHeight * (1 - share / ceiling))

  const parts: string[] = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img">`,
    `<title>${escapeText(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="22" font-size="15" font-weight="bold">${escapeText(title)}</text>`,
    `<text x="${LEFT}" y="40" fill="#555">${escapeText(subtitle)}</text>`,
  ]
  for (let share = 0; share <= ceiling + 1e-9; share += step) {
    parts.push(
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(share)}" y2="${y(share)}" stroke="#e4e4e4"/>`,
      `<text x="${LEFT - 8}" y="${y(share) + 4}" text-anchor="end">${Math.round(share * 100)} %</text>`,
    )
  }
  for (let decade = from; decade <= to; decade++) {
    const at = x(10 ** decade)
    parts.push(
      `<line x1="${at}" x2="${at}" y1="${TOP}" y2="${TOP + plotHeight}" stroke="#ccc"/>`,
      `<text x="${at}" y="${TOP + plotHeight + 18}" text-anchor="middle">${durationText(10 ** decade)}</text>`,
    )
    for (let minor = 2; minor < 10 && decade < to; minor++) {
      const tick = x(minor * 10 ** decade)
      parts.push(
        `<line x1="${tick}" x2="${tick}" y1="${TOP + plotHeight}" y2="${TOP + plotHeight + 4}" stroke="#999"/>`,
      )
    }
  }
  const barWidth = plotWidth / bars.length
  for (const [i, count] of bars.entries()) {
    if (count === 0) continue
    // what is there stays visible, however rare
    const height = Math.max(1.5, TOP + plotHeight - y(count / total))
    const left = (LEFT + i * barWidth).toFixed(1)
    parts.push(
      `<rect x="${left}" y="${(TOP + plotHeight - height).toFixed(1)}" width="${(barWidth - 1).toFixed(1)}" height="${height.toFixed(1)}" fill="#3b7dd8"/>`,
    )
  }
  const marked = latency.count === 0 ? [] : PERCENTILES
  for (const [i, [label, share]] of marked.entries()) {
    const units = share === 1 ? latency.max : latency.percentile(share)
    const at = x(units)
    // a line ends at its label, so that it crosses none of those before, which stand further left and higher
    const top = LABELS + i * LABEL_LINE
    parts.push(
      `<line x1="${at}" x2="${at}" y1="${top}" y2="${TOP + plotHeight}" stroke="#c0392b" stroke-dasharray="3 3"/>`,
      `<text x="${at + 5}" y="${top + 11}" fill="#c0392b">${label} ${durationText(units)}</text>`,
    )
  }
  parts.push(
    `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${TOP + plotHeight}" y2="${TOP + plotHeight}" stroke="#333"/>`,
    `<text x="${LEFT + plotWidth / 2}" y="${HEIGHT - 14}" text-anchor="middle">latency, query sent to reply read (logarithmic)</text>`,
    `<text transform="translate(16 ${TOP + plotHeight / 2}) rotate(-90)" text-anchor="middle">share of replies</text>`,
    '</svg>',
  )
  return `${parts.join('\n')}\n`
}
