/** The fixed header of a message (RFC 1035 4.1.1): octets. */
export const HEADER_LENGTH = 12

/** The bits of the header's second 16-bit word (RFC 1035 4.1.1; AD and CD: RFC 4035 3.1.6, 3.2). */
export const HeaderFlag = {
  QR: 0x8000,
  AA: 0x0400,
  TC: 0x0200,
  RD: 0x0100,
  RA: 0x0080,
  AD: 0x0020,
  CD: 0x0010,
} as const

/** The 16-bit number at `at`, in network order. */
export function getUint16(buf: Uint8Array, at: number): number {
  return (buf[at]! << 8) | buf[at + 1]!
}

/** The unsigned 32-bit number at `at`, in network order. */
export function getUint32(buf: Uint8Array, at: number): number {
  return ((buf[at]! << 24) | (buf[at + 1]! << 16) | (buf[at + 2]! << 8) | buf[at + 3]!) >>> 0
}

/** Writes a 16-bit number at `at`, in network order. */
export function setUint16(buf: Uint8Array, at: number, value: number): void {
  buf[at] = value >>> 8
  buf[at + 1] = value
}

/** Writes a 32-bit number at `at`, in network order. */
export function setUint32(buf: Uint8Array, at: number, value: number): void {
  buf[at] = value >>> 24
  buf[at + 1] = value >>> 16
  buf[at + 2] = value >>> 8
  buf[at + 3] = value
}

/** The message's identifier. */
export function messageId(message: Uint8Array): number {
  return getUint16(message, 0)
}

/** All 16 bits of flags, opcode and rcode; see {@link HeaderFlag}. */
export function messageFlags(message: Uint8Array): number {
  return getUint16(message, 2)
}

/** True for a response (QR set). */
export function isResponse(message: Uint8Array): boolean {
  return (message[2]! & 0x80) !== 0
}

/** The operation code, 0 to 15. */
export function messageOpcode(message: Uint8Array): number {
  return (message[2]! >> 3) & 15
}

/** The header's four bits of response code; an OPT record may hold eight more above them (RFC 6891 6.1.3). */
export function messageRcode(message: Uint8Array): number {
  return message[3]! & 15
}

/** Entries in the question section. */
export function questionCount(message: Uint8Array): number {
  return getUint16(message, 4)
}

/** Records in the answer section. */
export function answerCount(message: Uint8Array): number {
  return getUint16(message, 6)
}

/** Records in the authority section. */
export function authorityCount(message: Uint8Array): number {
  return getUint16(message, 8)
}

/** Records in the additional section. */
export function additionalCount(message: Uint8Array): number {
  return getUint16(message, 10)
}

/** Writes a whole header. `flags` holds {@link HeaderFlag} bits, the opcode shifted left by 11, and the rcode. */
export function writeHeader(
  out: Uint8Array,
  id: number,
  flags: number,
  questions: number,
  answers: number,
  authorities: number,
  additionals: number,
): void {
  setUint16(out, 0, id)
  setUint16(out, 2, flags)
  setUint16(out, 4, questions)
  setUint16(out, 6, answers)
  setUint16(out, 8, authorities)
  setUint16(out, 10, additionals)
}
