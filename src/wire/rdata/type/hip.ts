import { RRType } from '../../../iana/index.ts'
import { RdataError } from '../error.ts'
import { base64ToText, parseBase64Token } from '../field/base64.ts'
import { hexToText, parseHex } from '../field/hex.ts'
import { needOctets, readDecimal, readUint16, writeUint16 } from '../field/integer.ts'
import { domainNames } from '../field/name.ts'
import type { Field, RdataFormat } from '../format.ts'

const ALGORITHM = 'public key algorithm (0 to 255)'
const TAG = 'host identity tag (hexadecimal digits)'
const KEY = 'public key (base64)'
/** RFC 8005 5: octets of the two lengths and the algorithm between them. */
const HEADER = 4

/** RFC 8005 5 puts both lengths first, while the text (6) has only algorithm, tag and key. */
const identity: Field = {
  parse(reader, out, at) {
    const algorithm = reader.take(ALGORITHM)
    const number = readDecimal(algorithm.buf, algorithm.start, algorithm.end, 255)
    if (number === -1) reader.fail(ALGORITHM)
    const tag = reader.take(TAG)
    if (tag.end - tag.start > 510) reader.fail(TAG)
    const keyAt = parseHex(tag.buf, tag.start, tag.end, out, at + HEADER)
    if (keyAt === -1 || keyAt === at + HEADER) reader.fail(TAG)
    reader.take(KEY)
    const to = parseBase64Token(reader, out, keyAt, KEY)
    if (to === keyAt || to - keyAt > 0xffff) reader.fail(KEY)
    out[at] = keyAt - at - HEADER
    out[at + 1] = number
    writeUint16(out, at + 2, to - keyAt)
    return to
  },
  measure(rdata, at, end) {
    needOctets(at, end, HEADER, 'lengths of tag and key')
    const tag = rdata[at]!
    const key = readUint16(rdata, at + 2)
    if (tag === 0 || key === 0) throw new RdataError('host identity tag and public key', 'one of no octets')
    needOctets(at, end, HEADER + tag + key, 'host identity tag and public key of the lengths given')
    return at + HEADER + tag + key
  },
  print(rdata, at, end) {
    const keyAt = at + HEADER + rdata[at]!
    return `${rdata[at + 1]} ${hexToText(rdata, at + HEADER, keyAt)} ${base64ToText(rdata, keyAt, end)}`
  },
}

/** A host identity and its rendezvous servers (RFC 8005 5). */
export const hip: RdataFormat = { type: RRType.HIP, fields: [identity, domainNames('rendezvous server')] }
