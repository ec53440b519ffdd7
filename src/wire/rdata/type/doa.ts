import { RRType } from '../../../iana/index.ts'
import { base64ToText, parseRemainingBase64 } from '../field/base64.ts'
import { uint8, uint32 } from '../field/integer.ts'
import { characterString } from '../field/text.ts'
import type { Field, RdataFormat } from '../format.ts'

/** Base64 up to the end; `-` alone stands for none. */
const data: Field = {
  parse(reader, out, at) {
    const { buf, start, end } = reader.take('data (base64, or - for none)')
    if (end - start === 1 && buf[start] === 0x2d) return at
    reader.hold()
    return parseRemainingBase64(reader, out, at, 'data (base64, or - for none)')
  },
  measure: (_rdata, _at, end) => end,
  print: (rdata, at, end) => (at === end ? '-' : base64ToText(rdata, at, end)),
}

/** A digital object (draft-durand-doa-over-dns 3). */
export const doa: RdataFormat = {
  type: RRType.DOA,
  fields: [uint32('enterprise'), uint32('type'), uint8('location'), characterString('media type'), data],
}
