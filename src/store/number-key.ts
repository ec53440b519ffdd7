/** Writes a bucket's or slot's number as a key: big-endian, so that numbers ascend as keys do. */
export function writeNumber(key: Uint8Array, number: number): void {
  key[0] = number >>> 24
  key[1] = number >>> 16
  key[2] = number >>> 8
  key[3] = number
}

/** Reads such a number. */
export function readNumber(key: Uint8Array, at: number): number {
  return ((key[at]! << 24) | (key[at + 1]! << 16) | (key[at + 2]! << 8) | key[at + 3]!) >>> 0
}

/** Such a key of its own. */
export function numberKey(number: number): Buffer {
  const key = Buffer.alloc(4)
  writeNumber(key, number)
  return key
}
