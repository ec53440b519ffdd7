import { escapeText } from '../load/svg.ts'
import type { Contender } from './contender.ts'
import type { RecoveryRow } from './recovery.ts'
import type { Spread } from './statistics.ts'
import type { Summary, WorkloadRow } from './summary.ts'
import { duration, megabytes, micros, percent, whole } from './table.ts'

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
/** Room for a server's name: as much as the longest takes, within limits. */
const LEAST_LABEL = 72
const MOST_LABEL = 150
/** What a character takes at most, on the average of a word, in the fonts that stand for sans-serif. */
const CHARACTER = 7.5
const BEFORE_BAR = 8
/** Room for a bar's figure behind it. */
const FIGURE = 84
const BAR = 16
const LINE = 22
const HEAD = 28
const TOP = 84

const COLOURS: Readonly<Record<Contender['kind'], string>> = {
  zonecut: '#c0392b',
  nsd: '#3b7dd8',
  knot: '#2e9e6b',
  bind: '#8e6bbf',
  powerdns: '#d1902f',
  echo: '#9a9a9a',
}

const LEGEND =
  'A bar is the median of the rounds, the line on it runs from the least round to the largest. Of q/s and of shares more is better, of all else less.'

function panelHeight(panel: Panel): number {
  return HEAD + panel.bars.length * LINE
}

/** A name, its middle cut out where it would take more than its room: names of builds differ at the end. */
function fitted(name: string): string {
  const most = Math.floor((MOST_LABEL - BEFORE_BAR) / CHARACTER)
  const half = Math.floor((most - 1) / 2)
  return name.length <= most ? name : `${name.slice(0, half)}…${name.slice(-half)}`
}

function labelRoom(bars: readonly Bar[]): number {
  const longest = Math.max(0, ...bars.map(({ label }) => fitted(label).length))
  return Math.max(LEAST_LABEL, Math.ceil(longest * CHARACTER) + BEFORE_BAR)
}

/** @param label room for the servers' names */
function drawPanel(panel: Panel, left: number, top: number, label: number): string[] {
  const finite = panel.bars.flatMap(({ values }) => [values.median, values.max]).filter(Number.isFinite)
  const largest = Math.max(...finite, Number.MIN_VALUE)
  const room = PANEL - label - FIGURE
  // what never came is drawn as long as the panel allows
  const x = (value: number) =>
    Number((left + label + (Math.min(largest, Math.max(0, value)) / largest) * room).toFixed(1))
  const parts = [`<text x="${left}" y="${top + 14}" font-weight="bold">${escapeText(panel.title)}</text>`]
  for (const [i, { label: server, kind, values }] of panel.bars.entries()) {
    const y = top + HEAD + i * LINE
    const middle = y + BAR / 2
    const end = x(values.median)
    parts.push(
      `<text x="${left + label - BEFORE_BAR}" y="${middle + 4}" text-anchor="end">${escapeText(fitted(server))}</text>`,
      `<rect x="${left + label}" y="${y}" width="${(end - left - label).toFixed(1)}" height="${BAR}" fill="${COLOURS[kind]}"/>`,
      `<path d="M${x(values.min)} ${middle}H${x(values.max)}M${x(values.min)} ${middle - 4}v8M${x(values.max)} ${middle - 4}v8" stroke="#222"/>`,
      `<text x="${x(values.max) + 6}" y="${middle + 4}">${escapeText(panel.print(values.median))}</text>`,
    )
  }
  return parts
}

/** Panels in rows of three: a bar is a median, the line on it runs from the least value to the largest. */
export function panelsSvg(title: string, subtitle: string, rows: readonly (readonly Panel[])[]): string {
  const width = 2 * MARGIN + COLUMNS * PANEL + (COLUMNS - 1) * GAP
  const label = labelRoom(rows.flat().flatMap(({ bars }) => bars))
  const body: string[] = []
  let top = TOP
  for (const row of rows) {
    for (const [column, panel] of row.entries()) {
      body.push(...drawPanel(panel, MARGIN + column * (PANEL + GAP), top, label))
    }
    top += Math.max(...row.map(panelHeight)) + GAP
  }
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" font-family="sans-serif" font-size="12" role="img">`,
    `<title>${escapeText(title)}</title>`,
    `<rect width="${width}" height="${top}" fill="#fff"/>`,
    `<text x="${MARGIN}" y="26" font-size="16" font-weight="bold">${escapeText(title)}</text>`,
    `<text x="${MARGIN}" y="44" fill="#555">${escapeText(subtitle)}</text>`,
    `<text x="${MARGIN}" y="60" fill="#555">${LEGEND}</text>`,
    ...body,
    '</svg>',
  ].join('\n')}\n`
}

/** Panels for cold starts and for idle time, where there were such. */
function recoveryPanels({ cold, idle }: Summary): Panel[] {
  const panel = <Row extends RecoveryRow>(
    title: string,
    rows: readonly Row[],
    values: (row: Row) => Spread | undefined,
    print: Panel['print'],
  ): Panel => ({
    title,
    bars: rows.flatMap((row) => {
      const found = values(row)
      return found === undefined ? [] : [{ label: row.server, kind: row.kind, values: found }]
    }),
    print,
  })
  return [
    panel('Cold page cache: time to first answer', cold, ({ firstAnswerMs }) => firstAnswerMs, duration),
    panel('Cold page cache: time to full rate', cold, ({ fullRateMs }) => fullRateMs, duration),
    panel('After idle time: 1st second, share of warm q/s', idle, ({ shares }) => shares[0], percent),
  ].filter(({ bars }) => bars.length > 0)
}

/** A row of panels for each workload (q/s, processor time, latency), and one each for starts and memory, and recovery. */
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
  const others = [starts.length > 0 ? startPanels : [], recoveryPanels(summary)].filter((row) => row.length > 0)
  return panelsSvg(title, subtitle, [...rows, ...others])
}
