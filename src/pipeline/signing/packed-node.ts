import type { Name } from '../../wire/index.ts'
import type { RRset, ZoneNode } from '../../zone/index.ts'

/**
 * Nodes as octets, for files and for memory that threads share. A node: length of all that follows (4), length of the
 * sort key (2), key, length of the owner (1), owner, RRsets (2). An RRset: type (2), TTL (4), 1 if it is to be signed
 * (1), records (4), each with its length (2), signatures (4), each with its length (2). Numbers are big-endian.
 */

/** An RRset on its way through signing. */
export interface PackedRRset extends RRset {
  /** It is to be given signatures. */
  readonly toSign: boolean
}

export interface PackedNode extends ZoneNode {
  readonly rrsets: readonly PackedRRset[]
}

/** Octets before the key. */
export const PACKED_KEY_AT = 6

/** Nodes packed one after the other, in a buffer that grows. */
export class NodePacker {
  buf: Uint8Array
  length = 0

  constructor(capacity: number = 1 << 16) {
    this.buf = new Uint8Array(capacity)
  }

  clear(): void {
    this.length = 0
  }

  /** @param toSign tells of each RRset's type whether it is to be signed */
  node(key: Uint8Array, { owner, rrsets }: ZoneNode, toSign: (type: number) => boolean): void {
    const start = this.length
    this.#reserve(PACKED_KEY_AT + key.length + 1 + owner.length + 2)
    this.length += 4
    this.#u16(key.length)
    this.#octets(key)
    this.buf[this.length++] = owner.length
    this.#octets(owner)
    this.#u16(rrsets.length)
    for (let i = 0; i < rrsets.length; i++) {
      const { type, ttl, rdatas, signatures } = rrsets[i]!
      this.#reserve(11)
      this.#u16(type)
      this.#u32(ttl)
      this.buf[this.length++] = toSign(type) ? 1 : 0
      this.#rdatas(rdatas)
      this.#rdatas(signatures)
    }
    const end = this.length
    this.length = start
    this.#u32(end - start - 4)
    this.length = end
  }

  /** Appends nodes that are packed already. */
  packed(buf: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start)
    this.buf.set(buf.subarray(start, end), this.length)
    this.length += end - start
  }

  #rdatas(rdatas: readonly Uint8Array[]): void {
    this.#reserve(4)
    this.#u32(rdatas.length)
    for (let i = 0; i < rdatas.length; i++) {
      const rdata = rdatas[i]!
      this.#reserve(2 + rdata.length)
      this.#u16(rdata.length)
      this.#octets(rdata)
    }
  }

  #reserve(octets: number): void {
    const needed = this.length + octets
    if (needed <= this.buf.length) return
    const grown = new Uint8Array(Math.max(needed, 2 * this.buf.length))
    grown.set(this.buf.subarray(0, this.length))
    this.buf = grown
  }

  #u16(value: number): void {
    this.buf[this.length++] = value >>> 8
    this.buf[this.length++] = value
  }

  #u32(value: number): void {
    this.#u16(value >>> 16)
    this.#u16(value)
  }

  #octets(octets: Uint8Array): void {
    const { buf } = this
    let at = this.length
    if (octets.length > 64) buf.set(octets, at)
    else for (let i = 0; i < octets.length; i++) buf[at + i] = octets[i]!
    at += octets.length
    this.length = at
  }
}

/** Octets that the node packed at `at` takes. */
export function packedLength(buf: Uint8Array, at: number): number {
  return 4 + readU32(buf, at)
}

/** Offset after the sort key of the node packed at `at`; the key begins at `at + PACKED_KEY_AT`. */
export function packedKeyEnd(buf: Uint8Array, at: number): number {
  return at + PACKED_KEY_AT + readU16(buf, at + 4)
}

/** Sort key of the node packed at `at`, a view of `buf`. */
export function packedKey(buf: Uint8Array, at: number): Uint8Array {
  return buf.subarray(at + PACKED_KEY_AT, packedKeyEnd(buf, at))
}

/** The node packed at `at`; its octets are views of `buf`. */
export function unpackNode(buf: Uint8Array, at: number): PackedNode {
  let to = packedKeyEnd(buf, at)
  const owner: Name = buf.subarray(to + 1, to + 1 + buf[to]!)
  to += 1 + owner.length
  const count = readU16(buf, to)
  to += 2
  const rrsets: PackedRRset[] = []
  const rdatas = (): Uint8Array[] => {
    const many = readU32(buf, to)
    to += 4
    const found: Uint8Array[] = []
    for (let i = 0; i < many; i++) {
      const start = to + 2
      to = start + readU16(buf, to)
      found.push(buf.subarray(start, to))
    }
    return found
  }
  for (let i = 0; i < count; i++) {
    const type = readU16(buf, to)
    const ttl = readU32(buf, to + 2)
    const toSign = buf[to + 6] === 1
    to += 7
    rrsets.push({ type, ttl, toSign, rdatas: rdatas(), signatures: rdatas() })
  }
  return { owner, rrsets }
}

/**
 * Goes through a packed node where it lies: record after record, without making objects. Offsets are into the buffer that
 * was given to {@link enter}.
 */
export class PackedNodeCursor {
  #buf: Uint8Array = new Uint8Array(0)
  #at = 0
  #rrsets = 0
  #records = 0
  #signatures = -1
  ownerStart = 0
  ownerEnd = 0
  /** Of the RRset at hand. */
  type = 0
  ttl = 0
  toSign = false
  /** Where the rdata at hand begins and ends. */
  start = 0
  end = 0

  /** Goes to the node packed at `at`, before its first RRset. */
  enter(buf: Uint8Array, at: number): void {
    const ownerAt = packedKeyEnd(buf, at)
    this.#buf = buf
    this.ownerStart = ownerAt + 1
    this.ownerEnd = this.ownerStart + buf[ownerAt]!
    this.#rrsets = readU16(buf, this.ownerEnd)
    this.#at = this.ownerEnd + 2
  }

  /** Goes to the next RRset, before its first record; all of the one before must have been gone through. */
  nextRRset(): boolean {
    if (this.#rrsets-- === 0) return false
    const buf = this.#buf
    const at = this.#at
    this.type = readU16(buf, at)
    this.ttl = readU32(buf, at + 2)
    this.toSign = buf[at + 6] === 1
    this.#records = readU32(buf, at + 7)
    this.#signatures = -1
    this.#at = at + 11
    return true
  }

  nextRecord(): boolean {
    if (this.#records === 0) return false
    this.#records--
    this.#rdata()
    return true
  }

  /** To be called when there is no next record. */
  nextSignature(): boolean {
    if (this.#signatures === -1) {
      this.#signatures = readU32(this.#buf, this.#at)
      this.#at += 4
    }
    if (this.#signatures === 0) return false
    this.#signatures--
    this.#rdata()
    return true
  }

  #rdata(): void {
    this.start = this.#at + 2
    this.end = this.start + readU16(this.#buf, this.#at)
    this.#at = this.end
  }
}

function readU16(buf: Uint8Array, at: number): number {
  return (buf[at]! << 8) | buf[at + 1]!
}

function readU32(buf: Uint8Array, at: number): number {
  return ((buf[at]! << 24) | (buf[at + 1]! << 16) | (buf[at + 2]! << 8) | buf[at + 3]!) >>> 0
}
