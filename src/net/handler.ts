/** How a message came; a handler answers within the transport's size (RFC 1035 4.2, RFC 7766 8). */
export const Transport = { Udp: 0, Tcp: 1 } as const
export type Transport = (typeof Transport)[keyof typeof Transport]

/**
 * What a listener calls for each message. One instance serves one thread and is never called re-entrantly. It answers at
 * once: under batched system calls nothing asynchronous ever happens in the thread. What it throws is counted, reported
 * by way of the listener's onHandlerError, and leaves the message without a reply.
 */
export interface Handler {
  /**
   * Answers one message.
   * @param query holds the message, of any length from 0, in its first `length` octets; gone after the call
   * @param reply room for 65,535 octets (4,096 over UDP); the reply is written from its start. Over UDP it may be the very
   *   array that holds the query
   * @returns octets written, or 0 for no reply at all, which over TCP also ends the connection
   */
  answer(query: Uint8Array, length: number, reply: Uint8Array, transport: Transport): number
  /**
   * Told of some messages of a batch, those from `from` up to `end`, before they are answered, so that what their answers
   * need can be fetched from memory for all of them at once. A handler that has it has `answerAhead`.
   * @param lengths octets of each message
   */
  readAhead?(queries: readonly Uint8Array[], lengths: Uint16Array, from: number, end: number): void
  /** As `answer` over UDP, for message `slot` of those read ahead last; `reply` may be the array that holds it. */
  answerAhead?(slot: number, reply: Uint8Array): number
  /**
   * Called before each batch or message is answered, and without traffic at least every STOP_INTERVAL milliseconds: the
   * handler takes up a new zone version here when there is one, and lets go of the old.
   */
  refresh(): void
}
