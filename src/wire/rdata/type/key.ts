import { RRType } from '../../../iana/index.ts'
import { remainingBase64 } from '../field/base64.ts'
import { uint8, uint16 } from '../field/integer.ts'
import { algorithmNumber } from '../field/mnemonic.ts'
import type { RdataFormat } from '../format.ts'

/** A public key of the first DNSSEC (RFC 2535 3), or one for SIG(0) (RFC 3445 3). */
export const key: RdataFormat = {
  type: RRType.KEY,
  fields: [uint16('flags'), uint8('protocol'), algorithmNumber('algorithm'), remainingBase64('public key', 0)],
  broken(rdata, start, end) {
    // RFC 2535 3.1.2: both upper bits of the flags set say that there is no key.
    const noKey = (rdata[start]! & 0xc0) === 0xc0
    return noKey || end - start > 4 ? undefined : 'public key (base64), as the flags do not say there is none'
  },
}
