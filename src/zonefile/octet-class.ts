import { ZoneFileFault } from './problem.ts'

export const PLAIN = 0
export const BLANK = 1
export const NEWLINE = 2
export const RETURN = 3
export const COMMENT = 4
export const OPEN = 5
export const CLOSE = 6
export const QUOTE = 7
export const ESCAPE = 8
export const CONTROL = 9

/**
 * What each octet does outside quotes (RFC 1035 5.1). Control characters are refused: they come from files that are no
 * text at all, and \DDD writes them where they are meant. Octets above 126 stand for themselves (RFC 2181 11).
 */
export const octetClass = Uint8Array.from({ length: 256 }, (_, octet) => {
  if (octet === 0x20 || octet === 0x09) return BLANK
  if (octet === 0x0a) return NEWLINE
  if (octet === 0x0d) return RETURN
  if (octet < 0x20 || octet === 0x7f) return CONTROL
  const special = ';()"\\'.indexOf(String.fromCharCode(octet))
  return special === -1 ? PLAIN : COMMENT + special
})

/**
 * The length of a byte order mark at the file's begin. UTF-8's is skipped, since editors put it there unasked.
 * @throws ZoneFileFault for UTF-16, whose octets are no master file
 */
export function byteOrderMark(buf: Uint8Array, limit: number): number {
  if (limit >= 3 && buf[0] === 0xef && buf[1] === 0xbb && buf[2] === 0xbf) return 3
  if (limit >= 2 && ((buf[0] === 0xff && buf[1] === 0xfe) || (buf[0] === 0xfe && buf[1] === 0xff))) {
    throw new ZoneFileFault('ASCII or UTF-8 text', '', 'the file is in UTF-16: save it as ASCII or UTF-8')
  }
  return 0
}
