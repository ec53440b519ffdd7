import { serialTimeBefore } from '../../zone/index.ts'
import type { SigningPolicy } from '../keys/index.ts'

export type SerialScheme = SigningPolicy['serial']

/** Octets that end SOA rdata from the serial on: five numbers (RFC 1035 3.3.13). */
const FROM_SERIAL = 20

/** The serial in SOA rdata. */
export function soaSerial(soa: Uint8Array): number {
  return new DataView(soa.buffer, soa.byteOffset, soa.length).getUint32(soa.length - FROM_SERIAL)
}

/** A copy of SOA rdata with another serial. */
export function withSerial(soa: Uint8Array, serial: number): Uint8Array {
  const copy = soa.slice()
  new DataView(copy.buffer).setUint32(copy.length - FROM_SERIAL, serial)
  return copy
}

/** The negative TTL in SOA rdata: its last number, MINIMUM (RFC 2308 4). */
export function soaMinimum(soa: Uint8Array): number {
  return new DataView(soa.buffer, soa.byteOffset, soa.length).getUint32(soa.length - 4)
}

/**
 * The serial after this one. It is always later by serial number arithmetic (RFC 1982 3.2), whatever the scheme asks
 * for, but for `keep`.
 * @param now seconds since 1970
 */
export function nextSerial(current: number, scheme: SerialScheme, now: number): number {
  if (scheme === 'keep') return current
  const wanted = scheme === 'unix' ? now >>> 0 : scheme === 'date' ? dateSerial(now) : current
  return serialTimeBefore(current, wanted) ? wanted : (current + 1) >>> 0
}

/** YYYYMMDD00 in UTC (RFC 1912 2.2). */
function dateSerial(now: number): number {
  const date = new Date(now * 1000)
  return ((date.getUTCFullYear() * 100 + date.getUTCMonth() + 1) * 100 + date.getUTCDate()) * 100
}
