import { RdataError } from '../error.ts'
import type { Field } from '../format.ts'
import type { TokenReader } from '../tokens.ts'
import { needOctets, readUint16, writeUint16 } from './integer.ts'
import { isGenericServiceKey, ServiceKey, serviceKeyFromText, serviceKeyToText } from './service-keys.ts'
import { checkServiceValue, serviceParameterToText, serviceValueOf } from './service-values.ts'
import { decodeText } from './text.ts'

const EQUALS = 0x3d
const QUOTE = 0x22
const HEADER = 4
const expected = 'service parameter (key, key=value or key="value")'

interface Parameter {
  readonly key: number
  readonly value: Uint8Array
}

/** Reads the current token (RFC 9460 2.1). */
function parseParameter(reader: TokenReader): Parameter {
  const { buf, start, end, quoted } = reader.tokens
  if (quoted) reader.fail(expected)
  let keyEnd = start
  while (keyEnd < end && buf[keyEnd] !== EQUALS) keyEnd++
  const keyText = Buffer.from(buf.subarray(start, keyEnd)).toString('latin1')
  const key = serviceKeyFromText(keyText)
  if (key === undefined) return reader.fail(expected)
  let valueStart = Math.min(keyEnd + 1, end)
  let valueEnd = end
  if (buf[valueStart] === QUOTE && valueStart < end) {
    if (valueEnd - valueStart < 2 || buf[valueEnd - 1] !== QUOTE) reader.fail(`${expected} with the quote closed`)
    valueStart++
    valueEnd--
  }
  const decoded = new Uint8Array(valueEnd - valueStart)
  const length = decodeText(buf, valueStart, valueEnd, decoded, 0)
  if (length === -1) reader.fail(`${expected} with no escapes but \\X and \\DDD up to \\255`)
  const text = decoded.subarray(0, length)
  if (isGenericServiceKey(keyText)) {
    if (!serviceValueOf(key).check(text)) reader.fail(`${serviceValueOf(key).expected} in wire form`)
    return { key, value: text }
  }
  const value = serviceValueOf(key).parse(text)
  if (value === undefined) return reader.fail(serviceValueOf(key).expected)
  if (value.length > 0xffff) reader.fail('value of at most 65535 octets')
  return { key, value }
}

/** The wire form split into parameters. @throws RdataError when it is malformed */
function readParameters(rdata: Uint8Array, at: number, end: number): Parameter[] {
  const parameters: Parameter[] = []
  let previous = -1
  for (let next = at; next < end; ) {
    needOctets(next, end, HEADER, 'key and length of a service parameter')
    const key = readUint16(rdata, next)
    const length = readUint16(rdata, next + 2)
    needOctets(next, end, HEADER + length, `value of ${length} octets for ${serviceKeyToText(key)}`)
    // RFC 9460 2.2: ascending order, each key once.
    if (key <= previous) throw new RdataError('service parameters by ascending key', serviceKeyToText(key))
    parameters.push({ key, value: rdata.subarray(next + HEADER, next + HEADER + length) })
    previous = key
    next += HEADER + length
  }
  return parameters
}

/** What is missing for the record to be consistent in itself (RFC 9460 2.4.3), or undefined. */
function inconsistency(parameters: readonly Parameter[]): string | undefined {
  const keys = new Set(parameters.map(({ key }) => key))
  // RFC 9460 7.1.1: no-default-alpn asks for alpn.
  if (keys.has(ServiceKey['no-default-alpn']) && !keys.has(ServiceKey.alpn)) return 'alpn beside no-default-alpn'
  const mandatory = parameters.find(({ key }) => key === ServiceKey.mandatory)
  if (mandatory === undefined) return undefined
  // RFC 9460 8: a mandatory key must be there.
  for (let at = 0; at < mandatory.value.length; at += 2) {
    const key = readUint16(mandatory.value, at)
    if (!keys.has(key)) return `${serviceKeyToText(key)}, as it is mandatory`
  }
  return undefined
}

/** Service parameters up to the end of the rdata (RFC 9460 2.1, 2.2), in text in any order. */
export const serviceParameters: Field = {
  parse(reader, out, at) {
    const parameters: Parameter[] = []
    while (reader.more()) {
      const parameter = parseParameter(reader)
      if (parameters.some(({ key }) => key === parameter.key))
        reader.fail(`${serviceKeyToText(parameter.key)} only once`)
      parameters.push(parameter)
    }
    const missing = inconsistency(parameters)
    if (missing !== undefined) reader.fail(missing)
    parameters.sort((a, b) => a.key - b.key)
    let to = at
    for (const { key, value } of parameters) {
      writeUint16(out, to, key)
      writeUint16(out, to + 2, value.length)
      if (to + HEADER + value.length > out.length) reader.fail('rdata of at most 65535 octets')
      out.set(value, to + HEADER)
      to += HEADER + value.length
    }
    return to
  },
  measure(rdata, at, end) {
    const parameters = readParameters(rdata, at, end)
    for (const { key, value } of parameters) checkServiceValue(key, value)
    const missing = inconsistency(parameters)
    if (missing !== undefined) throw new RdataError(missing, 'none')
    return end
  },
  print: (rdata, at, end) =>
    readParameters(rdata, at, end)
      .map(({ key, value }) => serviceParameterToText(key, value))
      .join(' '),
}
