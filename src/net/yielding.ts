/**
 * By this one thread asks the UDP listeners of others to leave more of the processor to others: shared memory, as a blocking loop
 * takes no messages.
 */
export type YieldFlag = SharedArrayBuffer

export function createYieldFlag(): YieldFlag {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
}

/**
 * @param microseconds for which a listener lets packets come together where few have; 0: it takes each as it comes. To wake up for
 *   a few packets costs as much as to answer several: at half of what a processor can do, 250 to 500 save a fifth of it
 */
export function setYielding(flag: YieldFlag, microseconds: number): void {
  Atomics.store(new Int32Array(flag), 0, microseconds)
}
