import { compareOctets, type RRset } from '../zone/index.ts'
import { BLOCK_TARGET, BlockBuilder, decodeRRsets, encodeNode } from './block.ts'
import type { Tables } from './environment.ts'
import { OWNER_PREFIX } from './layout.ts'
import { OctetWriter, readU16, readU32 } from './octets.ts'
import { putOctets } from './put.ts'
import { Seek, type Tree } from './tree.ts'

/** What is to become of one owner's RRsets. */
export interface NodeEdit {
  /** Sort key. */
  readonly key: Uint8Array
  /** Given the RRsets that are there, none for a new owner, the RRsets to be: ascending by type; none removes the node. */
  edit(rrsets: readonly RRset[]): readonly RRset[]
}

/** What became of it. */
export interface NodeChange {
  readonly key: Uint8Array
  readonly before: readonly RRset[]
  readonly after: readonly RRset[]
  /** By how much its stored form grew: octets. */
  readonly growth: number
}

/** A node in its stored form, ready for a block. */
interface StoredNode {
  readonly buf: Uint8Array
  readonly start: number
  readonly end: number
}

/** Made once: its buffers are larger than all else that an update needs. */
const builder = new BlockBuilder()
/** Nodes of one block as they are to be. */
const written = new OctetWriter(4096)

/**
 * Rewrites blocks of the table of owners within a write transaction: a block that grew too large becomes several, one
 * that lost its last node goes.
 */
export class OwnerBlocks {
  readonly #tables: Tables
  readonly #tree: Tree

  /** @param owners the table as it was before the transaction: no block is looked at once it was rewritten */
  constructor(tables: Tables, owners: Tree) {
    this.#tables = tables
    this.#tree = owners
    // An update that failed may have left something in it.
    builder.take()
  }

  /**
   * Makes the edits, which come in ascending order of their keys, one for each.
   * @returns what they changed; an edit that left everything as it was is not among them
   */
  apply(edits: readonly NodeEdit[]): NodeChange[] {
    const changes: NodeChange[] = []
    for (let from = 0; from < edits.length; ) {
      const block = this.#blockFor(edits[from]!.key)
      const end = this.#endOfBlock(block, edits, from)
      this.#rewrite(block, edits.slice(from, end), changes)
      from = end
    }
    return changes
  }

  /** The nodes of the block that a key belongs to. */
  #blockFor(key: Uint8Array): StoredNode[] {
    const tree = this.#tree
    const from = tableKey(key)
    if (!tree.seek(from, from.length, Seek.AtOrBefore)) return []
    const { buf, offset, length } = tree
    const count = readU32(buf, offset)
    const nodes: StoredNode[] = []
    for (let i = 1; i <= count; i++) {
      const start = offset + readU32(buf, offset + 4 * i)
      const end = offset + (i < count ? readU32(buf, offset + 4 * (i + 1)) : length)
      nodes.push({ buf, start, end })
    }
    return nodes
  }

  /** The first edit, from `from` on, that belongs to a later block. */
  #endOfBlock(block: readonly StoredNode[], edits: readonly NodeEdit[], from: number): number {
    if (from + 1 === edits.length) return edits.length
    const first = tableKey(block[0] === undefined ? edits[from]!.key : keyOf(block[0]))
    if (!this.#tree.seek(first, first.length, Seek.After)) return edits.length
    const { buf, offset } = this.#tree
    const start = offset + readU32(buf, offset + 4)
    const next: StoredNode = { buf, start, end: buf.length }
    let end = from + 1
    while (end < edits.length && compareKey(next, edits[end]!.key) > 0) end++
    return end
  }

  #rewrite(block: readonly StoredNode[], edits: readonly NodeEdit[], changes: NodeChange[]): void {
    const nodes: StoredNode[] = []
    written.length = 0
    const before = changes.length
    let at = 0
    for (const { key, edit } of edits) {
      let order = -1
      for (; at < block.length; at++) {
        order = compareKey(block[at]!, key)
        if (order >= 0) break
        nodes.push(block[at]!)
      }
      const node = order === 0 ? block[at++] : undefined
      const rrsets = node === undefined ? [] : decodeRRsets(node.buf, node.start + 2 + readU16(node.buf, node.start))
      const edited = edit(rrsets)
      const stored = edited.length === 0 ? undefined : this.#encoded(key, edited)
      if (stored !== undefined) nodes.push(stored)
      if (!isSame(node, stored)) {
        changes.push({ key, before: rrsets, after: edited, growth: lengthOf(stored) - lengthOf(node) })
      }
    }
    if (changes.length === before) return
    while (at < block.length) nodes.push(block[at++]!)
    this.#put(block, nodes)
  }

  /** Valid until the next block. Where the writer takes another buffer, what was written before stays in the old one. */
  #encoded(key: Uint8Array, rrsets: readonly RRset[]): StoredNode {
    const out = written
    const start = out.length
    encodeNode(out, key, key.length, rrsets)
    return { buf: out.buf, start, end: out.length }
  }

  #put(block: readonly StoredNode[], nodes: readonly StoredNode[]): void {
    const table = this.#tables.Owners
    const first = block[0] && keyOf(block[0])
    if (first !== undefined && (nodes[0] === undefined || compareKey(nodes[0], first) !== 0)) {
      table.removeSync(tableKey(first))
    }
    let octets = 4
    for (const node of nodes) octets += 4 + lengthOf(node)
    // Parts of a like size, so that each has room for what comes.
    const share = octets / Math.ceil(octets / BLOCK_TARGET)
    let taken = 4
    for (const node of nodes) {
      const length = lengthOf(node)
      if (taken + length / 2 > share && !builder.isEmpty) {
        this.#putBlock()
        taken = 4
      }
      builder.add(node.buf, node.start, node.end)
      taken += 4 + length
    }
    if (!builder.isEmpty) this.#putBlock()
  }

  #putBlock(): void {
    const { key, value } = builder.take()
    putOctets(this.#tables.Owners, tableKey(key), value)
  }
}

function tableKey(key: Uint8Array): Buffer {
  const prefixed = Buffer.alloc(key.length + 1)
  prefixed[0] = OWNER_PREFIX
  prefixed.set(key, 1)
  return prefixed
}

function keyOf({ buf, start }: StoredNode): Uint8Array {
  return buf.subarray(start + 2, start + 2 + readU16(buf, start))
}

function lengthOf(node: StoredNode | undefined): number {
  return node === undefined ? 0 : node.end - node.start
}

function isSame(a: StoredNode | undefined, b: StoredNode | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return compareOctets(a.buf, a.start, a.end, b.buf, b.start, b.end) === 0
}

function compareKey({ buf, start }: StoredNode, key: Uint8Array): number {
  return compareOctets(buf, start + 2, start + 2 + readU16(buf, start), key, 0, key.length)
}
