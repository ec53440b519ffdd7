import { RRType } from '../../iana/index.ts'
import { decompressName } from '../../wire/index.ts'

/**
 * Types whose rdata may hold compressed names in a reply (RFC 1035 3.3, and those that RFC 3597 4 has receivers
 * decompress): octets before the names, then how many names; what follows is copied.
 */
const NAMES_IN: ReadonlyMap<number, readonly [before: number, names: number]> = new Map([
  [RRType.NS, [0, 1]],
  [RRType.MD, [0, 1]],
  [RRType.MF, [0, 1]],
  [RRType.CNAME, [0, 1]],
  [RRType.SOA, [0, 2]],
  [RRType.MB, [0, 1]],
  [RRType.MG, [0, 1]],
  [RRType.MR, [0, 1]],
  [RRType.PTR, [0, 1]],
  [RRType.MINFO, [0, 2]],
  [RRType.MX, [2, 1]],
  [RRType.RP, [0, 2]],
  [RRType.AFSDB, [2, 1]],
  [RRType.RT, [2, 1]],
  [RRType.SIG, [18, 1]],
  [RRType.PX, [2, 2]],
  [RRType.SRV, [6, 1]],
  [RRType.DNAME, [0, 1]],
])

/**
 * The uncompressed form of rdata in a message.
 * @throws NameError, RangeError when it is malformed
 */
export function expandRdata(type: number, message: Uint8Array, start: number, end: number): Uint8Array {
  const layout = NAMES_IN.get(type)
  if (layout === undefined) return message.slice(start, end)
  const [before, names] = layout
  const parts: Uint8Array[] = [message.slice(start, start + before)]
  let at = start + before
  for (let i = 0; i < names; i++) {
    const { name, next } = decompressName(message, at, end)
    parts.push(name)
    at = next
  }
  if (at > end) throw new RangeError('a name runs past the end of its rdata')
  parts.push(message.slice(at, end))
  return Buffer.concat(parts)
}
