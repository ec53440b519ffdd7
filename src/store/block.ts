import { type Name, ownOctets } from '../wire/index.ts'
import { compareOctets, nameOfKey, type RRset, type ZoneNode } from '../zone/index.ts'
import { OctetWriter, readU16, readU32 } from './octets.ts'

/**
 * Blocks: the values of the table of owners. A block holds the nodes of consecutive owners in canonical order, so that
 * a zone of a million names is some twenty thousand entries, and its key is the sort key of its first owner.
 *
 * A block: node count (4), then each node's offset (4), then the nodes. A node: key length (2), sort key, RRset count
 * (2), then the RRsets. An RRset: type (2), TTL (4), records (2), signatures (2), then each rdata after its length (2).
 */

/** A block is closed when a further node would take it past this: its value then fills one overflow page. */
export const BLOCK_TARGET = 4096 - 24

export class BlockBuilder {
  readonly #nodes = new OctetWriter(BLOCK_TARGET * 4)
  readonly #offsets: number[] = []
  readonly #value = new OctetWriter(BLOCK_TARGET * 4)
  #firstKey = new Uint8Array(0)

  /** Whether a node of this many octets should go into the next block. */
  isFull(nodeOctets: number): boolean {
    return this.#offsets.length > 0 && 8 + this.#offsets.length * 4 + this.#nodes.length + nodeOctets > BLOCK_TARGET
  }

  get isEmpty(): boolean {
    return this.#offsets.length === 0
  }

  /** Appends a node as `encodeNode` made it: `buf[start..end)`. */
  add(buf: Uint8Array, start: number, end: number): void {
    if (this.#offsets.length === 0) this.#firstKey = buf.slice(start + 2, start + 2 + readU16(buf, start))
    this.#offsets.push(this.#nodes.length)
    this.#nodes.octets(buf, start, end)
  }

  /** Hands the block over and begins the next; the value is valid until then. */
  take(): { key: Uint8Array; value: Uint8Array } {
    const value = this.#value
    value.length = 0
    const header = 4 + 4 * this.#offsets.length
    value.reserve(header + this.#nodes.length)
    value.u32(this.#offsets.length)
    for (const offset of this.#offsets) value.u32(header + offset)
    value.octets(this.#nodes.buf, 0, this.#nodes.length)
    this.#nodes.length = 0
    this.#offsets.length = 0
    return { key: this.#firstKey, value: value.buf.subarray(0, value.length) }
  }
}

/** Writes a node's stored form; the key stands at `key[0..keyLength)`. */
export function encodeNode(out: OctetWriter, key: Uint8Array, keyLength: number, rrsets: readonly RRset[]): void {
  out.u16(keyLength)
  out.octets(key, 0, keyLength)
  encodeRRsets(out, rrsets)
}

export function encodeRRsets(out: OctetWriter, rrsets: readonly RRset[]): void {
  out.u16(rrsets.length)
  for (const { type, ttl, rdatas, signatures } of rrsets) {
    out.u16(type)
    out.u32(ttl)
    out.u16(rdatas.length)
    out.u16(signatures.length)
    for (const rdata of rdatas) {
      out.u16(rdata.length)
      out.octets(rdata)
    }
    for (const signature of signatures) {
      out.u16(signature.length)
      out.octets(signature)
    }
  }
}

/** Reads RRsets from their stored form; the rdata are copies, so they outlive the map they come from. */
export function decodeRRsets(buf: Uint8Array, start: number): RRset[] {
  let at = start
  const rrsets: RRset[] = []
  const take = (count: number) => {
    const rdatas: Uint8Array[] = []
    for (let i = 0; i < count; i++) {
      const length = readU16(buf, at)
      rdatas.push(ownOctets(buf, at + 2, at + 2 + length))
      at += 2 + length
    }
    return rdatas
  }
  const count = readU16(buf, at)
  at += 2
  for (let i = 0; i < count; i++) {
    const type = readU16(buf, at)
    const ttl = readU32(buf, at + 2)
    const records = readU16(buf, at + 6)
    const signed = readU16(buf, at + 8)
    at += 10
    rrsets.push({ type, ttl, rdatas: take(records), signatures: take(signed) })
  }
  return rrsets
}

/** Reads the blocks that a tree points to. */
export class BlockReader {
  #buf: Uint8Array = new Uint8Array(0)
  #start = 0
  /** Nodes in the block. */
  count = 0

  open(buf: Uint8Array, offset: number): void {
    this.#buf = buf
    this.#start = offset
    this.count = readU32(buf, offset)
  }

  #node(index: number): number {
    return this.#start + readU32(this.#buf, this.#start + 4 + 4 * index)
  }

  /** Index of the last node whose key is at or before this one, or -1. */
  atOrBefore(key: Uint8Array, keyLength: number): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.compare(middle, key, keyLength) <= 0) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  /** Whether the node of this key is in the block, or would be between two that are. */
  holds(key: Uint8Array, keyLength: number): boolean {
    return this.count > 0 && this.compare(0, key, keyLength) <= 0 && this.compare(this.count - 1, key, keyLength) >= 0
  }

  /** How the key of a node compares with this one. */
  compare(index: number, key: Uint8Array, keyLength: number): number {
    const node = this.#node(index)
    return compareOctets(this.#buf, node + 2, node + 2 + readU16(this.#buf, node), key, 0, keyLength)
  }

  /** Whether a node's key begins with this one and is longer: the node lies below that name. */
  isBelow(index: number, key: Uint8Array, keyLength: number): boolean {
    const node = this.#node(index)
    const length = readU16(this.#buf, node)
    if (length <= keyLength) return false
    return compareOctets(this.#buf, node + 2, node + 2 + keyLength, key, 0, keyLength) === 0
  }

  /** The sort key of a node, as an array of its own. */
  key(index: number): Uint8Array {
    const node = this.#node(index)
    return this.#buf.slice(node + 2, node + 2 + readU16(this.#buf, node))
  }

  read(index: number, origin: Name): ZoneNode {
    const node = this.#node(index)
    const keyEnd = node + 2 + readU16(this.#buf, node)
    return { owner: nameOfKey(this.#buf, node + 2, keyEnd, origin), rrsets: decodeRRsets(this.#buf, keyEnd) }
  }

  /** Whether a node owns an RRset of this type, found without decoding the node. */
  has(index: number, type: number): boolean {
    const buf = this.#buf
    const node = this.#node(index)
    let at = node + 2 + readU16(buf, node)
    const count = readU16(buf, at)
    at += 2
    for (let i = 0; i < count; i++) {
      if (readU16(buf, at) === type) return true
      let rdatas = readU16(buf, at + 6) + readU16(buf, at + 8)
      at += 10
      while (rdatas-- > 0) at += 2 + readU16(buf, at)
    }
    return false
  }
}
