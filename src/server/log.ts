import { type Logger, pino } from 'pino'
import type { LogSettings } from '../config/index.ts'

export type { Logger } from 'pino'

/** The levels that a thread may log at; the main thread writes for it. */
export type LogLevel = LogSettings['level']

/** A log on standard error: lines of text for people, or one JSON object a line for machines. */
export function openLog(settings: LogSettings): Logger {
  const options = {
    level: settings.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  return settings.format === 'json'
    ? pino(options, pino.destination({ dest: 2, sync: true }))
    : pino(options, { write: (line) => process.stderr.write(textLine(line)) })
}

/** `2026-07-31T12:00:00.000Z warn  zone loaded  zone=zz. serial=7` */
function textLine(json: string): string {
  const { time, level, msg, ...fields } = JSON.parse(json) as Record<string, unknown>
  const details = Object.entries(fields).map(
    ([key, value]) => ` ${key}=${typeof value === 'string' ? quoted(value) : JSON.stringify(value)}`,
  )
  return `${time} ${String(level).padEnd(5)} ${msg}${details.join('')}\n`
}

function quoted(value: string): string {
  return /^[\x21\x23-\x7e]+$/.test(value) ? value : JSON.stringify(value)
}
