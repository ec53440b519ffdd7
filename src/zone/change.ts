import type { Name } from '../wire/index.ts'
import type { RRset } from './rrset.ts'

/**
 * What becomes of one RRset. The RRset is the whole of what stands after the change, with its signatures; an NSEC3 RRset is
 * a change like any other, its owner the hash below the origin. Of two changes to the same RRset the later one counts.
 */
export interface RRsetChange {
  /** Lower case, in the zone. */
  readonly owner: Name
  /** RR type code; signatures go with the RRset they cover, so never RRSIG unless they cover nothing. */
  readonly type: number
  /** The RRset from now on; undefined removes it. */
  readonly rrset: RRset | undefined
}

/** What became of one RRset, told so that it can be undone as well as done. One of the two is there at least. */
export interface RRsetReplacement {
  /** Lower case. */
  readonly owner: Name
  /** RR type code. */
  readonly type: number
  /** The whole RRset as it was and as it is; undefined where there was, or is, none. */
  readonly before: RRset | undefined
  readonly after: RRset | undefined
}
