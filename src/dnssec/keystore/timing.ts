import type { KeyTiming } from './key-store.ts'

/** The lines that tell moments, by BIND's names, in the order BIND writes them. */
export const TIMING_LINES: readonly (readonly [label: string, field: keyof KeyTiming])[] = [
  ['Created', 'created'],
  ['Publish', 'publish'],
  ['Activate', 'activate'],
  ['Inactive', 'inactive'],
  ['Delete', 'delete'],
]

/** The field that a line of this label tells; undefined for lines that zonecut does not use. */
export function timingField(label: string): keyof KeyTiming | undefined {
  return TIMING_LINES.find(([name]) => name === label)?.[1]
}

/** A moment as key files write it: YYYYMMDDHHmmSS, UTC. @param seconds since 1970 */
export function timeToText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/[-:T]|\..*$/g, '')
}

/** Reads YYYYMMDDHHmmSS, UTC, into seconds since 1970; undefined when the text is no such moment. */
export function timeFromText(text: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text)
  if (parts === null) return undefined
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number)
  const seconds = Date.UTC(year!, month! - 1, day, hour, minute, second) / 1000
  // A 31st of April would come out as the 1st of May.
  return timeToText(seconds) === text ? seconds : undefined
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** The moment for people, as BIND puts it after the other in parentheses, here always in UTC. */
export function timeForPeople(seconds: number): string {
  const date = new Date(seconds * 1000)
  const time = date.toISOString().slice(11, 19)
  const day = String(date.getUTCDate()).padStart(2, ' ')
  return `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${day} ${time} ${date.getUTCFullYear()}`
}
