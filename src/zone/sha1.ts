/**
 * SHA-1 (FIPS 180-4 6.1) for the short inputs of NSEC3 hashes (RFC 5155 5). A call of node:crypto costs three times as
 * much as the hash itself does here, and a zone check makes one for every name of a zone.
 */
export const SHA1_LENGTH = 20

const BLOCK = 64
const schedule = new Int32Array(80)
const state = new Int32Array(5)
const tail = new Uint8Array(2 * BLOCK)

/** Hashes the first `length` octets of `input`, writing 20 octets to `out` at `at`; `out` may be `input`. */
export function sha1(input: Uint8Array, length: number, out: Uint8Array, at: number): void {
  state[0] = 0x67452301
  state[1] = 0xefcdab89
  state[2] = 0x98badcfe
  state[3] = 0x10325476
  state[4] = 0xc3d2e1f0
  const whole = length - (length % BLOCK)
  for (let block = 0; block < whole; block += BLOCK) compress(input, block)
  const rest = length - whole
  const padded = rest + 9 > BLOCK ? 2 * BLOCK : BLOCK
  for (let i = 0; i < rest; i++) tail[i] = input[whole + i]!
  tail[rest] = 0x80
  for (let i = rest + 1; i < padded; i++) tail[i] = 0
  // The length in bits, of which inputs here use no more than 20 bits.
  tail[padded - 3] = length >>> 13
  tail[padded - 2] = length >>> 5
  tail[padded - 1] = length << 3
  compress(tail, 0)
  if (padded > BLOCK) compress(tail, BLOCK)
  for (let i = 0; i < 5; i++) {
    const word = state[i]!
    out[at + 4 * i] = word >>> 24
    out[at + 4 * i + 1] = word >>> 16
    out[at + 4 * i + 2] = word >>> 8
    out[at + 4 * i + 3] = word
  }
}

function compress(input: Uint8Array, start: number): void {
  const w = schedule
  for (let i = 0; i < 16; i++) {
    const from = start + 4 * i
    w[i] = (input[from]! << 24) | (input[from + 1]! << 16) | (input[from + 2]! << 8) | input[from + 3]!
  }
  for (let i = 16; i < 80; i++) {
    const mixed = w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!
    w[i] = (mixed << 1) | (mixed >>> 31)
  }
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  for (let i = 0; i < 80; i++) {
    const f = i < 20 ? (b & c) | (~b & d) : i < 40 || i >= 60 ? b ^ c ^ d : (b & c) | (b & d) | (c & d)
    const k = i < 20 ? 0x5a827999 : i < 40 ? 0x6ed9eba1 : i < 60 ? -0x70e44324 : -0x359d3e2a
    const next = (((a << 5) | (a >>> 27)) + f + e + k + w[i]!) | 0
    e = d
    d = c
    c = (b << 30) | (b >>> 2)
    b = a
    a = next
  }
  state[0] = state[0]! + a
  state[1] = state[1]! + b
  state[2] = state[2]! + c
  state[3] = state[3]! + d
  state[4] = state[4]! + e
}
