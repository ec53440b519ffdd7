/** What names, keys and rdata are told apart by in maps. */

let scratch = Buffer.allocUnsafeSlow(1024)

/**
 * Octets as a string of as many characters, a map's key. It is made by way of a buffer that is there: a view of the
 * octets' own would move short arrays out of the engine's heap, at three times the cost of all else done here.
 */
export function octetText(octets: Uint8Array, start = 0, end: number = octets.length): string {
  const length = end - start
  if (length > scratch.length) scratch = Buffer.allocUnsafeSlow(2 * length)
  const to = scratch
  for (let i = 0; i < length; i++) to[i] = octets[start + i]!
  return to.toString('latin1', 0, length)
}
