import { RdataError } from '../error.ts'
import { ipv4ToText, ipv6ToText, parseIpv4, parseIpv6 } from './address.ts'
import { base64ToText } from './base64.ts'
import { readDecimal, readUint16, writeUint16 } from './integer.ts'
import { ServiceKey, serviceKeyFromText, serviceKeyToText } from './service-keys.ts'
import { quotedText } from './text.ts'

const COMMA = 0x2c
const BACKSLASH = 0x5c

/** How the value of one service parameter key reads, checks and prints. */
export interface ServiceValue {
  /** What the value is, for messages. */
  readonly expected: string
  /** The wire form of a value whose escapes are decoded (RFC 9460 A.1: the first of two layers); undefined when malformed. */
  parse(value: Uint8Array): Uint8Array | undefined
  /** True when the wire form is well-formed. */
  check(value: Uint8Array): boolean
  /** The text after `key=`; undefined when the key stands alone. */
  print(value: Uint8Array): string | undefined
}

/** RFC 9460 A.1: splits at commas; within an item `\,` and `\\` stand for a comma and a backslash. */
function splitList(value: Uint8Array): Uint8Array[] | undefined {
  const items: Uint8Array[] = []
  let item: number[] = []
  for (let at = 0; at < value.length; at++) {
    const octet = value[at]!
    if (octet === COMMA) {
      items.push(Uint8Array.from(item))
      item = []
    } else if (octet === BACKSLASH) {
      const escaped = value[++at]
      if (escaped !== COMMA && escaped !== BACKSLASH) return undefined
      item.push(escaped)
    } else {
      item.push(octet)
    }
  }
  items.push(Uint8Array.from(item))
  return items
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts))
}

/** Parses the items of a list, each to wire form. */
function parseList(value: Uint8Array, parseItem: (item: Uint8Array) => Uint8Array | undefined): Uint8Array | undefined {
  const parts: Uint8Array[] = []
  for (const item of splitList(value) ?? []) {
    const part = parseItem(item)
    if (part === undefined) return undefined
    parts.push(part)
  }
  return parts.length === 0 ? undefined : concatenate(parts)
}

/** RFC 9460 8: ascending keys, none twice, and not `mandatory` itself. */
const mandatory: ServiceValue = {
  expected: 'mandatory (a list of other keys, none twice)',
  parse(value) {
    const keys: number[] = []
    for (const item of splitList(value) ?? []) {
      const key = serviceKeyFromText(Buffer.from(item).toString('latin1'))
      if (key === undefined || key === ServiceKey.mandatory || keys.includes(key)) return undefined
      keys.push(key)
    }
    const wire = new Uint8Array(2 * keys.length)
    for (const [i, key] of keys.sort((a, b) => a - b).entries()) writeUint16(wire, 2 * i, key)
    return wire.length === 0 ? undefined : wire
  },
  check(value) {
    if (value.length === 0 || value.length % 2 !== 0) return false
    let previous: number = ServiceKey.mandatory
    for (let at = 0; at < value.length; at += 2) {
      if (readUint16(value, at) <= previous) return false
      previous = readUint16(value, at)
    }
    return true
  },
  print(value) {
    const keys: string[] = []
    for (let at = 0; at < value.length; at += 2) keys.push(serviceKeyToText(readUint16(value, at)))
    return keys.join(',')
  },
}

/** RFC 9460 7.1.1: protocol identifiers of 1 to 255 octets. */
const alpn: ServiceValue = {
  expected: 'alpn (a list of protocol identifiers of 1 to 255 octets)',
  parse: (value) =>
    parseList(value, (item) =>
      item.length === 0 || item.length > 255 ? undefined : Uint8Array.of(item.length, ...item),
    ),
  check(value) {
    let at = 0
    while (at < value.length && value[at] !== 0) at += 1 + value[at]!
    return at > 0 && at === value.length
  },
  print(value) {
    const items: number[] = []
    for (let at = 0; at < value.length; at += 1 + value[at]!) {
      if (at > 0) items.push(COMMA)
      for (const octet of value.subarray(at + 1, at + 1 + value[at]!)) {
        if (octet === COMMA || octet === BACKSLASH) items.push(BACKSLASH)
        items.push(octet)
      }
    }
    return quotedText(Uint8Array.from(items), 0, items.length)
  },
}

/** A key without a value: no-default-alpn (RFC 9460 7.1.1), ohttp (RFC 9540 4). */
function flag(name: string): ServiceValue {
  return {
    expected: `${name} without a value`,
    parse: (value) => (value.length === 0 ? value : undefined),
    check: (value) => value.length === 0,
    print: () => undefined,
  }
}

/** RFC 9460 7.2. */
const port: ServiceValue = {
  expected: 'port (0 to 65535)',
  parse(value) {
    const number = readDecimal(value, 0, value.length, 0xffff)
    return number === -1 ? undefined : Uint8Array.of(number >> 8, number & 0xff)
  },
  check: (value) => value.length === 2,
  print: (value) => String(readUint16(value, 0)),
}

/** RFC 9460 7.3: one or more addresses. */
function addresses(name: string, octets: 4 | 16): ServiceValue {
  const parse = octets === 4 ? parseIpv4 : parseIpv6
  const print = octets === 4 ? ipv4ToText : ipv6ToText
  return {
    expected: `${name} (a list of IPv${octets === 4 ? 4 : 6} addresses)`,
    parse: (value) =>
      parseList(value, (item) => {
        const address = new Uint8Array(octets)
        return parse(item, 0, item.length, address, 0) ? address : undefined
      }),
    check: (value) => value.length > 0 && value.length % octets === 0,
    print(value) {
      const words: string[] = []
      for (let at = 0; at < value.length; at += octets) words.push(print(value, at))
      return words.join(',')
    },
  }
}

/** RFC 9460 14.3.2 and RFC 9848 3: the configurations in base64. */
const ech: ServiceValue = {
  expected: 'ech (base64)',
  parse(value) {
    const text = Buffer.from(value).toString('latin1')
    const wire = Buffer.from(text, 'base64')
    // Buffer passes over what is no base64, and so only a text it gives back itself was base64.
    return text !== '' && wire.toString('base64') === text ? Uint8Array.from(wire) : undefined
  },
  check: (value) => value.length > 0,
  print: (value) => base64ToText(value, 0, value.length),
}

/** RFC 9461 5: a URI template in UTF-8 that has the variable "dns". */
const dohpath: ServiceValue = {
  expected: 'dohpath (a relative URI template in UTF-8 with the variable dns)',
  parse: (value) => (dohpath.check(value) ? value : undefined),
  check(value) {
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value)
      return text.startsWith('/') && /\{[^{}]*\bdns\b[^{}]*\}/.test(text)
    } catch {
      return false
    }
  },
  print: (value) => quotedText(value, 0, value.length),
}

/** A key without a registered form: any octets (RFC 9460 2.1). */
const opaque: ServiceValue = {
  expected: 'a value',
  parse: (value) => value,
  check: () => true,
  print: (value) => (value.length === 0 ? undefined : quotedText(value, 0, value.length)),
}

const values: readonly ServiceValue[] = [
  mandatory,
  alpn,
  flag('no-default-alpn'),
  port,
  addresses('ipv4hint', 4),
  ech,
  addresses('ipv6hint', 16),
  dohpath,
  flag('ohttp'),
]

/** How values of this key read, check and print. */
export function serviceValueOf(key: number): ServiceValue {
  return values[key] ?? opaque
}

/** The text of one parameter in wire form. */
export function serviceParameterToText(key: number, value: Uint8Array): string {
  const text = serviceValueOf(key).print(value)
  return text === undefined ? serviceKeyToText(key) : `${serviceKeyToText(key)}=${text}`
}

/** @throws RdataError when the wire form of a value is malformed */
export function checkServiceValue(key: number, value: Uint8Array): void {
  const format = serviceValueOf(key)
  if (!format.check(value)) throw new RdataError(format.expected, `${value.length} octets that are not`)
}
