import { digestSize, RRType } from '../iana/index.ts'
import { OctetWriter } from './octet-writer.ts'

/**
 * Writes the rdata of one type in presentation form.
 * @returns false when it may be malformed: what was written then means nothing
 */
type RdataWriter = (to: OctetWriter, from: Uint8Array, start: number, end: number) => boolean

const BLANK = 0x20
const DOT = 0x2e
const COLON = 0x3a
const HYPHEN = 0x2d
const DAY = 86_400
const NSEC3_SHA1 = 1
const SHA1_OCTETS = 20

const uint16 = (from: Uint8Array, at: number): number => (from[at]! << 8) | from[at + 1]!
const uint32 = (from: Uint8Array, at: number): number => uint16(from, at) * 0x1_0000 + uint16(from, at + 2)

const writeIpv4: RdataWriter = (to, from, start, end) => {
  for (let at = start; at < end; at++) {
    if (at > start) to.octet(DOT)
    to.decimal(from[at]!)
  }
  return end - start === 4
}

function hexGroup(to: OctetWriter, group: number): void {
  for (let shift = group > 0xfff ? 12 : group > 0xff ? 8 : group > 0xf ? 4 : 0; shift >= 0; shift -= 4) {
    const digit = (group >> shift) & 15
    to.octet(digit < 10 ? 0x30 + digit : 0x57 + digit)
  }
}

/** RFC 5952 4: `::` for the longest run of two or more zero groups, the first of equals. */
const writeIpv6: RdataWriter = (to, from, start, end) => {
  if (end - start !== 16) return false
  let gapStart = 8
  let gapLength = 1
  for (let group = 0; group < 8; ) {
    let run = group
    while (run < 8 && uint16(from, start + 2 * run) === 0) run++
    if (run - group > gapLength) {
      gapStart = group
      gapLength = run - group
    }
    group = run + 1
  }
  // RFC 5952 5: an address mapped from IPv4 shows that one.
  if (gapStart === 0 && gapLength === 5 && uint16(from, start + 10) === 0xffff) {
    to.text('::ffff:')
    return writeIpv4(to, from, start + 12, end)
  }
  for (let group = 0; group < 8; group++) {
    if (group === gapStart) {
      to.octet(COLON)
      to.octet(COLON)
      group += gapLength - 1
    } else {
      if (group > 0 && group !== gapStart + gapLength) to.octet(COLON)
      hexGroup(to, uint16(from, start + 2 * group))
    }
  }
  return true
}

const writeName: RdataWriter = (to, from, start, end) => to.name(from, start, end) === end

const writeDelegationSigner: RdataWriter = (to, from, start, end) => {
  // Digests of types without a size are left to the general way.
  if (end - start < 4 || digestSize(from[start + 3]!) !== end - start - 4) return false
  to.decimal(uint16(from, start))
  to.octet(BLANK)
  to.decimal(from[start + 2]!)
  to.octet(BLANK)
  to.decimal(from[start + 3]!)
  to.octet(BLANK)
  to.hex(from, start + 4, end)
  return true
}

/** Dates as YYYYMMDD, each at the place of its day modulo their number: the signatures of a zone have a few dozen. */
const KEPT_DATES = 64
const keptDays = new Int32Array(KEPT_DATES).fill(-1)
const keptDates = new OctetWriter(8 * KEPT_DATES)

/** RFC 4034 3.2: YYYYMMDDHHMMSS. */
function writeTime(to: OctetWriter, time: number): void {
  const day = Math.floor(time / DAY)
  const kept = day % KEPT_DATES
  if (keptDays[kept] !== day) {
    keptDates.length = 8 * kept
    writeDate(keptDates, day)
    keptDays[kept] = day
  }
  for (let at = 8 * kept; at < 8 * kept + 8; at++) to.octet(keptDates.buf[at]!)
  const second = time - day * DAY
  const minute = (second / 60) | 0
  const hour = (minute / 60) | 0
  twoDigits(to, hour)
  twoDigits(to, minute - 60 * hour)
  twoDigits(to, second - 60 * minute)
}

function twoDigits(to: OctetWriter, value: number): void {
  const tens = (value / 10) | 0
  to.octet(0x30 + tens)
  to.octet(0x30 + value - 10 * tens)
}

/**
 * The date is reckoned in years that begin in March, so that leap days come last.
 * @param day days since 1970-01-01
 */
function writeDate(to: OctetWriter, day: number): void {
  const days = day + 719_468
  const era = Math.floor(days / 146_097)
  const dayOfEra = days - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  to.padded(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), 4)
  twoDigits(to, month)
  twoDigits(to, dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1)
}

const writeSignature: RdataWriter = (to, from, start, end) => {
  if (end - start < 18) return false
  to.type(uint16(from, start))
  to.octet(BLANK)
  to.decimal(from[start + 2]!)
  to.octet(BLANK)
  to.decimal(from[start + 3]!)
  to.octet(BLANK)
  to.decimal(uint32(from, start + 4))
  to.octet(BLANK)
  writeTime(to, uint32(from, start + 8))
  to.octet(BLANK)
  writeTime(to, uint32(from, start + 12))
  to.octet(BLANK)
  to.decimal(uint16(from, start + 16))
  to.octet(BLANK)
  const signature = to.name(from, start + 18, end)
  if (signature === -1 || signature === end) return false
  to.octet(BLANK)
  to.base64(from, signature, end)
  return true
}

/** RFC 6840 5.1: the next name keeps its case. */
const writeNsec: RdataWriter = (to, from, start, end) => {
  const bitmap = to.nameAsIs(from, start, end)
  return bitmap !== -1 && to.typeBitmap(from, bitmap, end)
}

const writeNsec3: RdataWriter = (to, from, start, end) => {
  if (end - start < 6) return false
  const hashAt = start + 5 + from[start + 4]!
  // Hashes of another algorithm than SHA-1 are left to the general way.
  if (from[start] !== NSEC3_SHA1 || hashAt >= end || from[hashAt] !== SHA1_OCTETS) return false
  const bitmap = hashAt + 1 + SHA1_OCTETS
  if (bitmap > end) return false
  to.decimal(NSEC3_SHA1)
  to.octet(BLANK)
  to.decimal(from[start + 1]!)
  to.octet(BLANK)
  to.decimal(uint16(from, start + 2))
  to.octet(BLANK)
  if (hashAt === start + 5) to.octet(HYPHEN)
  else to.hex(from, start + 5, hashAt)
  to.octet(BLANK)
  to.base32Hex(from, hashAt + 1, bitmap)
  return to.typeBitmap(from, bitmap, end)
}

const writers: (RdataWriter | undefined)[] = []
writers[RRType.A] = writeIpv4
writers[RRType.AAAA] = writeIpv6
writers[RRType.NS] = writeName
writers[RRType.CNAME] = writeName
writers[RRType.PTR] = writeName
writers[RRType.DNAME] = writeName
writers[RRType.DS] = writeDelegationSigner
writers[RRType.CDS] = writeDelegationSigner
writers[RRType.RRSIG] = writeSignature
writers[RRType.NSEC] = writeNsec
writers[RRType.NSEC3] = writeNsec3

/**
 * The writer for a type of those that fill a registry's zone: of well-formed rdata it writes just what `rdataToText` does for
 * its canonical form, without strings, and it never takes malformed rdata for well-formed. Undefined for other types. Room
 * for 4 times the rdata and 2,048 octets is the caller's care.
 */
export function rdataWriter(type: number): RdataWriter | undefined {
  return writers[type]
}
