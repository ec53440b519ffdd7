import { MAX_NAME_LENGTH, type Name } from '../wire/index.ts'
import { SHA1_LENGTH, sha1 } from './sha1.ts'

/** The only hash algorithm of NSEC3, SHA-1 (RFC 5155 11). */
export const NSEC3_SHA1 = 1

const input = new Uint8Array(MAX_NAME_LENGTH + 255)

/**
 * Writes the 20-octet NSEC3 hash of a name (RFC 5155 5) to `out` at `at`. Allocates nothing.
 * @param name in lower case
 * @param iterations additional ones, as NSEC3PARAM gives them
 * @param salt at most 255 octets
 */
export function writeNsec3Hash(name: Name, iterations: number, salt: Uint8Array, out: Uint8Array, at: number): void {
  writeNsec3HashAt(name, 0, name.length, iterations, salt, out, at)
}

/** As {@link writeNsec3Hash}, for the name at `start..end` of a buffer. */
export function writeNsec3HashAt(
  buf: Uint8Array,
  start: number,
  end: number,
  iterations: number,
  salt: Uint8Array,
  out: Uint8Array,
  at: number,
): void {
  const length = end - start
  for (let i = 0; i < length; i++) input[i] = buf[start + i]!
  input.set(salt, length)
  sha1(input, length + salt.length, out, at)
  if (iterations === 0) return
  for (let i = 0; i < SHA1_LENGTH; i++) input[i] = out[at + i]!
  input.set(salt, SHA1_LENGTH)
  for (let i = 0; i < iterations; i++) sha1(input, SHA1_LENGTH + salt.length, input, 0)
  for (let i = 0; i < SHA1_LENGTH; i++) out[at + i] = input[i]!
}
