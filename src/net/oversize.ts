/**
 * Longest UDP message taken, in octets. This server offers 1,232 in its OPT records, so that a requestor has no leave to
 * send more (RFC 6891 6.2.4); the rest is room for those who never asked. A longer one is refused, for a part of a message
 * must not be taken for the whole.
 */
export const MAX_UDP_QUERY = 4_096
export const MAX_UDP_REPLY = 4_096

const HEADER = 12

/**
 * Writes FORMERR (RFC 1035 4.1.1) for a message that was cut short; returns its length, 0 when it is itself a reply. The
 * reply may take the query's place.
 */
export function refuseOversize(query: Uint8Array, reply: Uint8Array): number {
  const flags = query[2]!
  if ((flags & QR) !== 0) return 0
  reply[0] = query[0]!
  reply[1] = query[1]!
  reply[2] = QR | (flags & (OPCODE | RD))
  reply[3] = FORMERR
  reply.fill(0, 4, HEADER)
  return HEADER
}

const QR = 0x80
const OPCODE = 0x78
const RD = 0x01
const FORMERR = 1
