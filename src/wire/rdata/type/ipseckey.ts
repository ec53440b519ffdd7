import { RRType } from '../../../iana/index.ts'
import { remainingBase64 } from '../field/base64.ts'
import { gateway } from '../field/gateway.ts'
import { uint8 } from '../field/integer.ts'
import type { Field, RdataFormat } from '../format.ts'

const present = remainingBase64('public key')
const optional = remainingBase64('public key', 0)

/** RFC 4025 2.4: algorithm 0, in the rdata's third octet, says that there is no key. */
function keyField(rdata: Uint8Array, start: number): Field {
  return rdata[start + 2] === 0 ? optional : present
}

const publicKey: Field = {
  parse: (reader, out, at, start) => keyField(out, start).parse(reader, out, at, start),
  measure: (rdata, at, end, start) => keyField(rdata, start).measure(rdata, at, end, start),
  print: present.print,
}

/** A public key for IPsec, and the gateway to reach its owner by (RFC 4025 2). */
export const ipseckey: RdataFormat = {
  type: RRType.IPSECKEY,
  fields: [uint8('precedence'), uint8('gateway type'), uint8('algorithm'), gateway('gateway', 0xff), publicKey],
}
