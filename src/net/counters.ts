/**
 * What a listener counts, in shared memory so that another thread can read it at any time: a block of 8-octet floating
 * point cells (whole numbers, exact up to 2^53), each written by the one thread that runs the listener. The numbers
 * below are the cells' positions. All count from the start of the listener, but for the connections open now.
 */
export const UdpCounter = {
  /** Datagrams received, and their octets of payload. */
  PacketsIn: 0,
  OctetsIn: 1,
  /** Replies handed to the system, and their octets of payload. */
  PacketsOut: 2,
  OctetsOut: 3,
  /** Datagrams that the handler did not answer. */
  Unanswered: 4,
  /** Datagrams longer than MAX_UDP_QUERY, answered with FORMERR. */
  Oversize: 5,
  /** Replies that the system would not take (full buffer, no route, filtered); dropped. */
  SendErrors: 6,
  /** Receive calls that failed for another reason than having nothing to read. */
  ReceiveErrors: 7,
  /** Exceptions that left the handler; the message went without a reply. */
  HandlerErrors: 8,
  /** Batches of datagrams taken up; under dgram, each datagram is one. */
  Batches: 9,
} as const

/** Cells of a TCP listener; the first nine mean what they mean for UDP, with messages for datagrams. */
export const TcpCounter = {
  MessagesIn: 0,
  /** Octets of messages, without the two of each length prefix. */
  OctetsIn: 1,
  MessagesOut: 2,
  OctetsOut: 3,
  /** Messages that the handler did not answer; each ends its connection. */
  Unanswered: 4,
  /** Connections that ended with a socket error (reset by the peer and the like). */
  SocketErrors: 5,
  /** Connections that could not be accepted (no file descriptor left). */
  AcceptErrors: 6,
  /** Exceptions that left the handler; each ends its connection. */
  HandlerErrors: 7,
  /** Connections open now. */
  Open: 8,
  /** Connections accepted and served. */
  Accepted: 9,
  /** Connections closed at once because a limit was reached and none could be closed in its stead. */
  Refused: 10,
  /** Idle connections closed to make room for a new one. */
  Evicted: 11,
  /** Connections closed for having been idle as long as is allowed. */
  IdleTimeouts: 12,
  /** Connections cut off with a message half sent (a slow writer). */
  MessageTimeouts: 13,
  /** Connections cut off for not taking their replies (a slow reader). */
  WriteTimeouts: 14,
} as const

const CELLS = 16

/** One listener's counters, all zero; give it to openUdp or openTcp and read it with readCounters. */
export function createCounters(): SharedArrayBuffer {
  return new SharedArrayBuffer(CELLS * Float64Array.BYTES_PER_ELEMENT)
}

export type UdpCounts = Record<keyof typeof UdpCounter, number>
export type TcpCounts = Record<keyof typeof TcpCounter, number>

/** The counters of a UDP listener, summed over `blocks`; the cells are read one by one, while others may write. */
export function readUdpCounters(...blocks: readonly SharedArrayBuffer[]): UdpCounts {
  return readCounters(UdpCounter, blocks)
}

/** The counters of a TCP listener, summed over `blocks`. */
export function readTcpCounters(...blocks: readonly SharedArrayBuffer[]): TcpCounts {
  return readCounters(TcpCounter, blocks)
}

function readCounters<K extends string>(
  layout: Readonly<Record<K, number>>,
  blocks: readonly SharedArrayBuffer[],
): Record<K, number> {
  const cells = blocks.map((block) => new Float64Array(block))
  const counts = {} as Record<K, number>
  for (const name of Object.keys(layout) as K[]) {
    counts[name] = cells.reduce<number>((sum, block) => sum + block[layout[name]]!, 0)
  }
  return counts
}
