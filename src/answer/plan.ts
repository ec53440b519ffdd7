/** No lookup was made. */
export const NOT_LOOKED_UP = -2

/**
 * What a compiled zone found out about a query before it is asked to answer it. Each query of a batch goes one step,
 * then each the next: so the memory that a step needs is fetched for all of them at once, in place of one long wait after
 * the other.
 */
export class LookupPlan {
  /** Who made the plan; undefined before the first step. */
  by: object | undefined = undefined
  /** The first label below the apex, as an index into the query's labels. */
  label = 0
  /** Tag of that name, the number of the bucket it belongs to (-1 when there is none), and where that is. */
  tag = 0
  number = -1
  bucketBuf: Uint8Array = new Uint8Array(0)
  /** -1 when there is no such bucket. */
  bucket = -1
  /** The first entry of that tag in `bucketBuf`, which is the name's but for rare collisions; -1 when there is none. */
  candidate = -1
  /** Its entry in `bucketBuf`, -1 when the zone has no such name, NOT_LOOKED_UP before. */
  entry: number = NOT_LOOKED_UP
  /** The NSEC3 hash that the proof needs is in `hash`. */
  isHashed = false
  readonly hash: Uint8Array = new Uint8Array(20)
  denialBuf: Uint8Array = new Uint8Array(0)
  /** Where in `denialBuf` the records begin that the hash belongs to, -1 when there are none. */
  denial = -1
  /** The one that matches or covers it, -1 when that is not among those. */
  record = -1
  matches = false

  reset(): void {
    this.by = undefined
    this.entry = NOT_LOOKED_UP
    this.isHashed = false
    this.denial = -1
    this.record = -1
  }
}
