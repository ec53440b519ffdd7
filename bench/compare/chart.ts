import { escapeText } from '../load/svg.ts'
import type { Contender } from './contender.ts'
import type { Spread } from './statistics.ts'
import type { Summary, WorkloadRow } from './summary.ts'
import { duration, megabytes, micros, whole } from './table.ts'

/** One figure of every server, as bars. */
export interface Panel {
  readonly title: string
  readonly bars: readonly Bar[]
  readonly print: (value: number) => string
}

export interface Bar {
  readonly label: string
  readonly kind: Contender['kind']
  readonly values: Spread
}

const COLUMNS = 3
const PANEL = 380
const GAP = 28
const MARGIN = 24
const LABEL = 96
/** Room for a bar's figure behind it. */
const FIGURE = 84
const BAR = 16
const LINE = 22
const HEAD = 28
const TOP = 64

const COLOURS: Readonly<Record<Contender['kind'], string>> = {
  zonecut: '#c0392b',
  nsd: '#3b7dd8',
  knot: '#2e9e6b',
  bind: '#8e6bbf',
  powerdns: '#d1902f',
  echo: '#9a9a9a',
}

function panelHeight(panel: Panel): number {
  return HEAD + panel.bars.length * LINE
}

function drawPanel(panel: Panel, left: number, top: number): string[] {
  const largest = Math.max(...panel.bars.map(({ values }) => values.max), Number.MIN_VALUE)
  const room = PANEL - LABEL - FIGURE
  const x = (value: number) => Number((left + LABEL + (Math.max(0, value) / largest) * room).toFixed(1))
  const parts = [`<text x="${left}" y="${top + 14}" font-weight="bold">${escapeText(panel.title)}</text>`]
  for (const [i, { label, kind, values }] of panel.bars.entries()) {
    const y = top + HEAD + i * LINE
    const middle = y + BAR / 2
    const end = x(values.median)
    parts.push(
      `<text x="${left + LABEL - 8}" y="${middle + 4}" text-anchor="end">${escapeText(label)}</text>`,
      `<rect x="${left + LABEL}" y="${y}" width="${(end - left - LABEL).toFixed(1)}" height="${BAR}" fill="${COLOURS[kind]}"/>`,
      `<path d="M${x(values.min)} ${middle}H${x(values.max)}M${x(values.min)} ${middle - 4}v8M${x(values.max)} ${middle - 4}v8" stroke="#222"/>`,
      `<text x="${x(values.max) + 6}" y="${middle + 4}">${escapeText(panel.print(values.median))}</text>`,
    )
  }
  return parts
}

/** Panels in rows of three: a bar is a median, the line on it runs from the least value to the largest. */
export function panelsSvg(title: string, subtitle: string, rows: readonly (readonly Panel[])[]): string {
  const width = 2 * MARGIN + COLUMNS * PANEL + (COLUMNS - 1) * GAP
  const body: string[] = []
  let top = TOP
  for (const row of rows) {
    for (const [column, panel] of row.entries()) {
      body.push(...drawPanel(panel, MARGIN + column * (PANEL + GAP), top))
    }
    top += Math.max(...row.map(panelHeight)) + GAP
  }
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" font-family="sans-serif" font-size="12" role="img">`,
    `<title>${escapeText(title)}</title>`,
    `<rect width="${width}" height="${top}" fill="#fff"/>`,
    `<text x="${MARGIN}" y="26" font-size="16" font-weight="bold">${escapeText(title)}</text>`,
    `<text x="${MARGIN}" y="44" fill="#555">${escapeText(subtitle)}</text>`,
    ...body,
    '</svg>',
  ].join('\n')}\n`
}

/** A row of panels for each workload (q/s, processor time, latency), and one for starts and memory. */
export function comparisonSvg(title: string, subtitle: string, summary: Summary): string {
  const rows = summary.workloads.map(({ workload, rows }) => {
    const panel = (figure: string, values: (row: WorkloadRow) => Spread, print: Panel['print']): Panel => ({
      title: `${workload.title}: ${figure}`,
      bars: rows.map((row) => ({ label: row.server, kind: row.kind, values: values(row) })),
      print,
    })
    return [
      panel('q/s', ({ rate }) => rate, whole),
      panel(
        'CPU µs/query',
        ({ cpu }) => cpu,
        (value) => value.toFixed(2),
      ),
      panel('p99 µs', ({ p99 }) => p99, micros),
    ]
  })
  const { starts } = summary
  const last = [
    { title: 'Time to first answer', figure: 'firstAnswerMs', print: duration },
    { title: 'Memory, resident', figure: 'resident', print: megabytes },
    { title: 'Memory, anonymous (page cache apart)', figure: 'anonymous', print: megabytes },
  ] as const
  const startPanels = last.map(({ title, figure, print }) => ({
    title,
    bars: starts.map((row) => ({ label: row.server, kind: row.kind, values: row[figure] })),
    print,
  }))
  return panelsSvg(title, subtitle, starts.length > 0 ? [...rows, startPanels] : rows)
}
