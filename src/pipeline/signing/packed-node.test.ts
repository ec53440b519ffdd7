import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nameFromText } from '../../wire/index.ts'
import { sortKey, type ZoneNode } from '../../zone/index.ts'
import { NodeSpool } from './node-spool.ts'
import { NodePacker, PACKED_KEY_AT, PackedNodeCursor, packedKeyEnd, packedLength, unpackNode } from './packed-node.ts'

const ORIGIN = nameFromText('zz.')
const rdata = fc.uint8Array({ maxLength: 300 })
const rrset = fc.record({
  type: fc.integer({ min: 1, max: 65_535 }),
  ttl: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  rdatas: fc.array(rdata, { minLength: 1, maxLength: 4 }),
  signatures: fc.array(rdata, { maxLength: 3 }),
})
const node: fc.Arbitrary<ZoneNode> = fc.record({
  owner: fc.stringMatching(/^[a-z]{1,63}$/).map((label) => nameFromText(`${label}.zz.`)),
  rrsets: fc.array(rrset, { maxLength: 5 }),
})

test('nodes come out as they went in', () => {
  fc.assert(
    fc.property(fc.array(node, { maxLength: 8 }), (nodes) => {
      const packer = new NodePacker(1)
      for (const one of nodes) packer.node(sortKey(one.owner, ORIGIN), one, (type) => type % 2 === 0)
      let at = 0
      for (const { owner, rrsets } of nodes) {
        const toSign = rrsets.map((each) => ({ ...each, toSign: each.type % 2 === 0 }))
        expect(unpackNode(packer.buf, at)).toEqual({ owner, rrsets: toSign })
        expect(packer.buf.slice(at + PACKED_KEY_AT, packedKeyEnd(packer.buf, at))).toEqual(sortKey(owner, ORIGIN))
        at += packedLength(packer.buf, at)
      }
      expect(at).toBe(packer.length)
    }),
  )
})

test('a cursor goes through all that a node holds', () => {
  fc.assert(
    fc.property(fc.array(node, { maxLength: 8 }), (nodes) => {
      const packer = new NodePacker(1)
      for (const one of nodes) packer.node(sortKey(one.owner, ORIGIN), one, (type) => type % 2 === 0)
      const cursor = new PackedNodeCursor()
      const { buf } = packer
      let at = 0
      for (const { owner, rrsets } of nodes) {
        cursor.enter(buf, at)
        expect(buf.slice(cursor.ownerStart, cursor.ownerEnd)).toEqual(owner)
        for (const { type, ttl, rdatas, signatures } of rrsets) {
          expect(cursor.nextRRset()).toBe(true)
          expect(cursor).toMatchObject({ type, ttl, toSign: type % 2 === 0 })
          const found: Uint8Array[] = []
          while (cursor.nextRecord()) found.push(buf.slice(cursor.start, cursor.end))
          expect(found).toEqual(rdatas)
          const signed: Uint8Array[] = []
          while (cursor.nextSignature()) signed.push(buf.slice(cursor.start, cursor.end))
          expect(signed).toEqual(signatures)
        }
        expect(cursor.nextRRset()).toBe(false)
        at += packedLength(buf, at)
      }
    }),
  )
})

test.each([
  ['in memory', 1 << 30],
  ['in a file', 0],
  ['in both', 3 << 20],
])('a spool gives back what was put in, %s', (_, memory) => {
  const folder = mkdtempSync(join(tmpdir(), 'zonecut-spool-test-'))
  const spool = new NodeSpool(folder, memory)
  try {
    const packer = new NodePacker()
    const one = (i: number): ZoneNode => ({
      owner: nameFromText(`n${i}.zz.`),
      // One larger than a chunk.
      rrsets: [
        {
          type: 16,
          ttl: i,
          rdatas: i === 50 ? new Array(30).fill(new Uint8Array(60_000)) : [new Uint8Array(40_000)],
          signatures: [],
        },
      ],
    })
    for (let i = 0; i < 200; i++) {
      packer.clear()
      packer.node(new Uint8Array(0), one(i), () => false)
      spool.add(packer.buf, 0, packer.length)
    }
    spool.finish()
    expect(spool.nodes).toBe(200)
    for (let i = 0; i < 200; i++) {
      expect(spool.next()).toBe(true)
      const { owner, rrsets } = unpackNode(spool.buf, spool.start)
      expect([owner, rrsets[0]!.ttl, rrsets[0]!.rdatas.length]).toEqual([
        one(i).owner,
        i,
        one(i).rrsets[0]!.rdatas.length,
      ])
      expect(packedLength(spool.buf, spool.start)).toBe(spool.end - spool.start)
    }
    expect(spool.next()).toBe(false)
  } finally {
    spool.dispose()
    rmSync(folder, { recursive: true })
  }
})

test('an empty spool gives nothing', () => {
  const spool = new NodeSpool(tmpdir())
  spool.finish()
  expect(spool.next()).toBe(false)
})
