import type { ParsedQuery } from './query.ts'

/** Answers from compiled fragments; the responder asks it before it takes the general path. */
export interface FastPath {
  /**
   * Answers one query of class IN for a name at or below the zone's origin, if it is one of the kinds compiled.
   *
   * When called, `reply` already holds the header (the query's ID, opcode and RD; QR set; NOERROR; counts 1, 0, 0, 0)
   * and the question as it was asked, ending at `query.questionEnd`. What is appended must not compress to anything
   * before offset 12. The fast path sets AA, TC, the rcode and the counts of its sections; it writes no OPT record:
   * the responder appends that and counts it.
   * @param limit octets the reply may take without its OPT record, for which room is kept already
   * @returns the reply's length without OPT, or 0 when this query is not covered (`reply` may then hold anything)
   */
  answer(query: ParsedQuery, reply: Uint8Array, limit: number): number

  /**
   * Looks up what `answer` will need for the first `count` of some queries for this zone, and notes what it found in each
   * one's plan. Every query goes one step, then each the next, so that the processor waits for the memory of many at once.
   */
  readAhead?(queries: readonly ParsedQuery[], count: number): void
}
