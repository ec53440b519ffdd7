import { readFileSync } from 'node:fs'
import { RRType } from '../../src/iana/index.ts'
import type { Name } from '../../src/wire/index.ts'
import { addressOf } from './libc.ts'

/**
 * Queries in wire form, one after another in memory that does not move, each after its length in two octets as over TCP
 * (RFC 1035 4.2.2).
 */
export interface QuerySet {
  readonly octets: Uint8Array
  readonly address: number
  /** Where each message begins. */
  readonly offsets: Uint32Array
  readonly lengths: Uint16Array
  readonly count: number
}

export interface Edns {
  /** Octets of UDP that the asker takes. */
  readonly payload: number
  readonly dnssecOk: boolean
}

const HEADER = 12
const OPT = 11
const LENGTH = 2
/** Octets that stand around a query's name, at most. */
const AROUND = LENGTH + HEADER + 4 + OPT

export class QuerySetError extends Error {}

/** Writes queries of class IN one after another. */
export class QueryWriter {
  #octets = new Uint8Array(64 * 1024)
  #at = 0
  #count = 0

  get count(): number {
    return this.#count
  }

  /**
   * Adds a query.
   * @param labels a label in wire form, or several, before the name; empty for none
   * @param edns none: no OPT
   * @param flip draws 32 bits; with it each letter's case is chosen at random ("0x20")
   */
  add(labels: Uint8Array, name: Name, type: number, edns: Edns | undefined, flip?: () => number): void {
    while (this.#octets.length - this.#at < AROUND + labels.length + name.length) this.#grow()
    const out = this.#octets
    const start = this.#at + LENGTH
    out[start + 5] = 1
    out[start + 11] = edns === undefined ? 0 : 1
    let at = start + HEADER
    out.set(labels, at)
    out.set(name, at + labels.length)
    const end = at + labels.length + name.length
    if (flip !== undefined) flipCase(out, at, end, flip)
    at = end
    out[at] = type >> 8
    out[at + 1] = type & 255
    out[at + 3] = 1
    at += 4
    if (edns !== undefined) {
      out[at + 2] = RRType.OPT
      out[at + 3] = edns.payload >> 8
      out[at + 4] = edns.payload & 255
      out[at + 7] = edns.dnssecOk ? 0x80 : 0
      at += OPT
    }
    out[start - 2] = (at - start) >> 8
    out[start - 1] = (at - start) & 255
    this.#at = at
    this.#count++
  }

  #grow(): void {
    const larger = new Uint8Array(this.#octets.length * 2)
    larger.set(this.#octets)
    this.#octets = larger
  }

  /** The messages so far, each after its length. */
  get octets(): Uint8Array {
    return this.#octets.subarray(0, this.#at)
  }
}

/** Letters outside a label's length octet change case by the bits drawn. */
function flipCase(out: Uint8Array, start: number, end: number, flip: () => number): void {
  for (let at = start; at < end; ) {
    const length = out[at]!
    let bits = flip()
    for (let i = at + 1; i <= at + length; i++) {
      if (((i - at) & 31) === 0) bits = flip()
      const octet = out[i]! | 0x20
      if ((bits & 1) === 1 && octet >= 0x61 && octet <= 0x7a) out[i] = out[i]! ^ 0x20
      bits >>>= 1
    }
    at += length + 1
  }
}

/**
 * The queries of a list of messages, each after its length in two octets. The octets are copied to where they do not move.
 * Throws QuerySetError when the lengths do not add up, or there is none.
 */
export function querySet(list: Uint8Array): QuerySet {
  let count = 0
  for (let at = 0; at < list.length; count++) {
    const length = (list[at]! << 8) | (list[at + 1] ?? 0)
    if (length < HEADER || at + LENGTH + length > list.length) throw new QuerySetError(`no query at octet ${at}`)
    at += LENGTH + length
  }
  if (count === 0) throw new QuerySetError('there is no query')
  const octets = new Uint8Array(new ArrayBuffer(list.length))
  octets.set(list)
  const offsets = new Uint32Array(count)
  const lengths = new Uint16Array(count)
  for (let i = 0, at = 0; i < count; i++) {
    offsets[i] = at + LENGTH
    lengths[i] = (list[at]! << 8) | list[at + 1]!
    at += LENGTH + lengths[i]!
  }
  return { octets, address: addressOf(octets.buffer as ArrayBuffer), offsets, lengths, count }
}

export function readQuerySet(path: string): QuerySet {
  return querySet(readFileSync(path))
}
