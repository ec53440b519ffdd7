import type { Field } from '../format.ts'
import { needOctets, readDecimal, readUint32, writeUint32 } from './integer.ts'

const DAY = 86_400

/** Days from 1970-01-01 to a date of the proleptic Gregorian calendar, the year taken to begin in March. */
function daysToDate(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Reads YYYYMMDDHHMMSS in UTC; -1 when the octets are no such time. */
function readCalendarTime(buf: Uint8Array, start: number): number {
  const year = readDecimal(buf, start, start + 4, 9999)
  const month = readDecimal(buf, start + 4, start + 6, 12)
  const day = readDecimal(buf, start + 6, start + 8, 31)
  const hour = readDecimal(buf, start + 8, start + 10, 23)
  const minute = readDecimal(buf, start + 10, start + 12, 59)
  // 60 is a leap second: POSIX time, which these 32 bits count, gives it the number of the second after.
  const second = readDecimal(buf, start + 12, start + 14, 60)
  if (year < 1970 || month < 1 || day < 1 || hour < 0 || minute < 0 || second < 0) return -1
  if (day > daysInMonth(year, month)) return -1
  return daysToDate(year, month, day) * DAY + hour * 3600 + minute * 60 + second
}

/**
 * Reads a signature time (RFC 4034 3.2): YYYYMMDDHHMMSS in UTC, or seconds since 1970. The two are told apart by their
 * length. Times from 2106 on wrap around in 32 bits (RFC 4034 3.1.5: serial number arithmetic).
 * @returns the 32-bit value, or -1 when the octets are no time
 */
export function readSignatureTime(buf: Uint8Array, start: number, end: number): number {
  if (end - start !== 14) return end - start > 10 ? -1 : readDecimal(buf, start, end, 0xffff_ffff)
  const time = readCalendarTime(buf, start)
  return time === -1 ? -1 : time % 0x1_0000_0000
}

/** Seconds since 1970 as YYYYMMDDHHMMSS in UTC (RFC 4034 3.2). */
export function signatureTimeToText(time: number): string {
  return new Date(time * 1000).toISOString().replace(/[-:T]|\.\d+Z$/g, '')
}

/** When a signature begins or ends to be valid. */
export function signatureTime(label: string): Field {
  const expected = `${label} (YYYYMMDDHHMMSS, or seconds since 1970)`
  return {
    size: 4,
    parse(reader, out, at) {
      const { buf, start, end } = reader.take(expected)
      const time = readSignatureTime(buf, start, end)
      if (time === -1) reader.fail(expected)
      writeUint32(out, at, time)
      return at + 4
    },
    measure(_rdata, at, end) {
      needOctets(at, end, 4, expected)
      return at + 4
    },
    print: (rdata, at) => signatureTimeToText(readUint32(rdata, at)),
  }
}
