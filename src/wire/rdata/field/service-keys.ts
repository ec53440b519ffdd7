import { readDecimal } from './integer.ts'

/** Keys of service parameters (RFC 9460 14.3.2; dohpath: RFC 9461 5; ohttp: RFC 9540 4). */
export const ServiceKey = {
  mandatory: 0,
  alpn: 1,
  'no-default-alpn': 2,
  port: 3,
  ipv4hint: 4,
  ech: 5,
  ipv6hint: 6,
  dohpath: 7,
  ohttp: 8,
} as const

const codes = new Map<string, number>(Object.entries(ServiceKey))
const names = new Map<number, string>(Object.entries(ServiceKey).map(([name, code]) => [code, name]))
/** RFC 9460 14.3.1: keys of registered parameters are lower case. */
const GENERIC = /^key(0|[1-9]\d{0,4})$/

/** The key that a text names, by name or as keyNNNNN (RFC 9460 2.1); undefined when it names none. */
export function serviceKeyFromText(text: string): number | undefined {
  const known = codes.get(text)
  if (known !== undefined) return known
  const digits = GENERIC.exec(text)?.[1]
  if (digits === undefined) return undefined
  const octets = new TextEncoder().encode(digits)
  const code = readDecimal(octets, 0, octets.length, 0xffff)
  return code === -1 ? undefined : code
}

/** True when the text gives a key by number: its value is then its wire form (RFC 9460 2.1). */
export function isGenericServiceKey(text: string): boolean {
  return GENERIC.test(text)
}

/** The name of a key, or keyNNNNN. */
export function serviceKeyToText(code: number): string {
  return names.get(code) ?? `key${code}`
}
