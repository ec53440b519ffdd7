import { RRType } from '../../../iana/index.ts'
import { gateway } from '../field/gateway.ts'
import { needOctets, readDecimal, uint8 } from '../field/integer.ts'
import type { Field, RdataFormat } from '../format.ts'

const DISCOVERY = 'discovery optional (0 or 1)'
const TYPE = 'relay type (0 to 127)'

/** RFC 8777 4.2: the discovery bit and the relay's type share an octet, and are two numbers in text (4.3). */
const discoveryAndType: Field = {
  size: 1,
  parse(reader, out, at) {
    const discovery = reader.take(DISCOVERY)
    const bit = readDecimal(discovery.buf, discovery.start, discovery.end, 1)
    if (bit === -1) reader.fail(DISCOVERY)
    const { buf, start, end } = reader.take(TYPE)
    const type = readDecimal(buf, start, end, 127)
    if (type === -1) reader.fail(TYPE)
    out[at] = (bit << 7) | type
    return at + 1
  },
  measure(_rdata, at, end) {
    needOctets(at, end, 1, TYPE)
    return at + 1
  },
  print: (rdata, at) => `${rdata[at]! >> 7} ${rdata[at]! & 0x7f}`,
}

/** A relay for multicast over unicast (RFC 8777 4). */
export const amtrelay: RdataFormat = {
  type: RRType.AMTRELAY,
  fields: [uint8('precedence'), discoveryAndType, gateway('relay', 0x7f)],
}
