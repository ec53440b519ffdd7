/** A date and time with its zone (RFC 3339 5.6), from 1970 on. Days of short months are checked when it is read. */
export const RFC3339 =
  /^(?:19[789]\d|[2-9]\d{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

const MINUTE = 60_000

/**
 * @param text matches {@link RFC3339}
 * @returns milliseconds since 1970, fractions of them cut off; undefined when there is no such day, or it comes before 1970.
 *   A leap second is the first of the next minute.
 */
export function readTime(text: string): number | undefined {
  const field = (from: number, to: number) => Number(text.slice(from, to))
  const day = field(8, 10)
  const midnight = Date.UTC(field(0, 4), field(5, 7) - 1, day)
  if (new Date(midnight).getUTCDate() !== day) return undefined
  const zoneAt = /[Zz]$/.test(text) ? text.length - 1 : text.length - 6
  const fraction = zoneAt > 20 ? Number(text.slice(20, zoneAt).slice(0, 3).padEnd(3, '0')) : 0
  const clock = (field(11, 13) * 60 + field(14, 16)) * MINUTE + field(17, 19) * 1000 + fraction
  const time = midnight + clock - zoneOffset(text, zoneAt)
  return time < 0 ? undefined : time
}

/** Milliseconds that clocks of the zone are ahead of UTC. */
function zoneOffset(text: string, at: number): number {
  if (at === text.length - 1) return 0
  const minutes = Number(text.slice(at + 1, at + 3)) * 60 + Number(text.slice(at + 4, at + 6))
  return (text[at] === '-' ? -minutes : minutes) * MINUTE
}

/** @param time milliseconds since 1970 */
export function timeToText(time: number): string {
  return new Date(time).toISOString()
}
