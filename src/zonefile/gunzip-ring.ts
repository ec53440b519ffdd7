/**
 * The memory that the gunzip thread and the reader share: a ring of slots, each free, or holding text that the reader
 * has not taken yet. The reader blocks on the next slot until it is filled, the thread until it is free, so the memory
 * is bounded however far one is ahead of the other.
 */
export const SLOTS = 4
export const SLOT_OCTETS = 256 * 1024

/** What a slot's state says when it does not count the octets that the slot holds. */
export const SLOT_FREE = 0
export const SLOT_END = -1
/** The slot holds the message of an error, ended by a zero octet. */
export const SLOT_ERROR = -2

export interface GunzipRing {
  readonly memory: SharedArrayBuffer
  /** Per slot: octets of text in it, or one of the values above; waited on through Atomics. */
  readonly states: Int32Array
  /** Per slot: octets of the compressed file read when it was filled. */
  readonly positions: Float64Array
  /** [0] is 1 when the reader wants no more. */
  readonly cancelled: Int32Array
  /** The slots' octets, one after the other. */
  readonly octets: Uint8Array
}

/** Lays a ring over new shared memory, or over memory that the other side made. */
export function gunzipRing(
  memory: SharedArrayBuffer = new SharedArrayBuffer(8 + 12 * SLOTS + SLOTS * SLOT_OCTETS),
): GunzipRing {
  return {
    memory,
    positions: new Float64Array(memory, 0, SLOTS),
    states: new Int32Array(memory, 8 * SLOTS, SLOTS),
    cancelled: new Int32Array(memory, 12 * SLOTS, 1),
    octets: new Uint8Array(memory, 12 * SLOTS + 8, SLOTS * SLOT_OCTETS),
  }
}
