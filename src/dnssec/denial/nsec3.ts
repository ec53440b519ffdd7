import { base32HexToText, type Name } from '../../wire/index.ts'
import type { TypeBitmap } from '../../zone/checks/index.ts'
import { compareOctets, NSEC3_OPT_OUT, NSEC3_SHA1, type Nsec3Parameters, writeNsec3Hash } from '../../zone/index.ts'

/** SHA-1's, the only hash there is (RFC 5155 11). */
export const NSEC3_HASH_LENGTH = 20

/** RFC 9276 3.1: no additional iterations, no salt. */
export const PLAIN_NSEC3: Nsec3Parameters = { algorithm: NSEC3_SHA1, iterations: 0, salt: new Uint8Array(0) }

/** Two names of a zone have the same NSEC3 hash: the chain needs another salt (RFC 5155 7.1). */
export class HashCollisionError extends Error {
  override readonly name = 'HashCollisionError'
  /** Base32hex. */
  readonly hash: string

  constructor(hash: Uint8Array) {
    const text = base32HexToText(hash, 0, hash.length)
    super(`two names of the zone have the NSEC3 hash ${text}: sign with another salt, or with NSEC`)
    this.hash = text
  }
}

/** NSEC3PARAM rdata (RFC 5155 4.1.2: no flags). */
export function nsec3ParamRdata({ algorithm, iterations, salt }: Nsec3Parameters): Uint8Array {
  return Uint8Array.of(algorithm, 0, iterations >>> 8, iterations & 0xff, salt.length, ...salt)
}

/** NSEC3 rdata (RFC 5155 3.2). */
export function nsec3Rdata(
  { algorithm, iterations, salt }: Nsec3Parameters,
  optOut: boolean,
  nextHash: Uint8Array,
  bitmap: Uint8Array,
  bitmapLength: number = bitmap.length,
): Uint8Array {
  const rdata = new Uint8Array(5 + salt.length + 1 + nextHash.length + bitmapLength)
  rdata[0] = algorithm
  rdata[1] = optOut ? NSEC3_OPT_OUT : 0
  rdata[2] = iterations >>> 8
  rdata[3] = iterations
  rdata[4] = salt.length
  rdata.set(salt, 5)
  let at = 5 + salt.length
  rdata[at++] = nextHash.length
  rdata.set(nextHash, at)
  at += nextHash.length
  for (let i = 0; i < bitmapLength; i++) rdata[at + i] = bitmap[i]!
  return rdata
}

const BASE32HEX = Uint8Array.from('0123456789abcdefghijklmnopqrstuv', (digit) => digit.charCodeAt(0))
const LABEL_LENGTH = 32

/** The owner of an NSEC3 record: the hash in base32hex as one label below the origin (RFC 5155 3). */
export function nsec3Owner(hash: Uint8Array, origin: Name): Name {
  const owner = new Uint8Array(1 + LABEL_LENGTH + origin.length)
  owner[0] = LABEL_LENGTH
  let bits = 0
  let held = 0
  let at = 1
  for (let i = 0; i < NSEC3_HASH_LENGTH; i++) {
    bits = ((bits << 8) | hash[i]!) & 0xfff
    for (held += 8; held >= 5; ) {
      held -= 5
      owner[at++] = BASE32HEX[(bits >>> held) & 31]!
    }
  }
  owner.set(origin, at)
  return owner
}

/**
 * Names → items that sort by hash: the hash, then the type bitmap. Sorting is left to whoever has the room: a zone may
 * have more names than memory holds.
 */
export class Nsec3Names {
  readonly #parameters: Nsec3Parameters
  readonly #add: (buf: Uint8Array, start: number, end: number) => void
  readonly #item = new Uint8Array(NSEC3_HASH_LENGTH + 256 * 34)

  /** @param add takes an item: `buf[start..end)`, valid during the call */
  constructor(parameters: Nsec3Parameters, add: (buf: Uint8Array, start: number, end: number) => void) {
    this.#parameters = parameters
    this.#add = add
  }

  /**
   * Takes a name that is to have an NSEC3 record.
   * @param bitmap its types; absent for an empty non-terminal, which has none (RFC 5155 7.1)
   */
  name(owner: Name, bitmap?: TypeBitmap): void {
    const { iterations, salt } = this.#parameters
    writeNsec3Hash(owner, iterations, salt, this.#item, 0)
    let length = NSEC3_HASH_LENGTH
    if (bitmap !== undefined) {
      for (let i = 0; i < bitmap.length; i++) this.#item[length + i] = bitmap.octets[i]!
      length += bitmap.length
    }
    this.#add(this.#item, 0, length)
  }
}

/** Takes one NSEC3 record of a chain: the hash that its owner is made of, and its rdata. Both are the visitor's to keep. */
export type Nsec3Visitor = (hash: Uint8Array, rdata: Uint8Array) => void

/** Links items of {@link Nsec3Names}, which come sorted, to a chain that ends where it began (RFC 5155 7.1). */
export class Nsec3Chain {
  readonly #parameters: Nsec3Parameters
  readonly #optOut: boolean
  readonly #visit: Nsec3Visitor
  #first: Uint8Array | undefined
  #hash: Uint8Array | undefined
  #bitmap: Uint8Array = new Uint8Array(0)

  /** @param optOut sets the Opt-Out flag on every record (RFC 5155 6) */
  constructor(parameters: Nsec3Parameters, optOut: boolean, visit: Nsec3Visitor) {
    this.#parameters = parameters
    this.#optOut = optOut
    this.#visit = visit
  }

  /**
   * Takes the next item; before that, the visitor gets the record of the one before.
   * @throws HashCollisionError when it has the hash of the one before
   */
  item(buf: Uint8Array, start: number, end: number): void {
    const bitmapStart = start + NSEC3_HASH_LENGTH
    const previous = this.#hash
    if (previous !== undefined && compareOctets(buf, start, bitmapStart, previous, 0, NSEC3_HASH_LENGTH) === 0) {
      throw new HashCollisionError(previous)
    }
    const hash = buf.slice(start, bitmapStart)
    this.#close(hash)
    this.#first ??= hash
    this.#hash = hash
    this.#bitmap = buf.slice(bitmapStart, end)
  }

  finish(): void {
    if (this.#first !== undefined) this.#close(this.#first)
    this.#first = this.#hash = undefined
  }

  #close(next: Uint8Array): void {
    if (this.#hash === undefined) return
    this.#visit(this.#hash, nsec3Rdata(this.#parameters, this.#optOut, next, this.#bitmap))
  }
}
