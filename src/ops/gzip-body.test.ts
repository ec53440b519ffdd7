import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { RequestError } from './error.ts'
import { unpackGzip } from './gzip-body.ts'

const LIMIT = 100_000

async function unpack(packed: Readable): Promise<{ octets: number; error: unknown }> {
  let octets = 0
  try {
    for await (const chunk of unpackGzip(packed, LIMIT)) octets += chunk.length
  } catch (error) {
    return { octets, error }
  }
  return { octets, error: undefined }
}

test('unpacking ends where the limit is passed', async () => {
  const packed = Readable.from([gzipSync(Buffer.alloc(48 * 1024 * 1024))], { objectMode: false })
  const { octets, error } = await unpack(packed)
  expect(error).toBeInstanceOf(RequestError)
  expect(error).toMatchObject({ statusCode: 413, reason: 'too-large', fields: { limit: LIMIT } })
  expect(octets).toBeLessThanOrEqual(LIMIT)
})

test('as much as is allowed is unpacked', async () => {
  const packed = Readable.from([gzipSync(Buffer.alloc(LIMIT))], { objectMode: false })
  expect(await unpack(packed)).toEqual({ octets: LIMIT, error: undefined })
})

test('a stream that is broken off is told', async () => {
  const packed = new Readable({ read() {} })
  packed.push(gzipSync(Buffer.alloc(1000)).subarray(0, 12))
  setTimeout(() => packed.destroy(), 10)
  expect((await unpack(packed)).error).toMatchObject({ statusCode: 400, reason: 'bad-request' })
})
