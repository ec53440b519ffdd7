import type { Readable } from 'node:stream'
import { Transform } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { RequestError } from './error.ts'

/** Octets that have come in, packed; fastify compares them with the request's Content-Length. */
type Unpacked = Readable & { receivedEncodedLength?: number }

/**
 * Unpacks a body. A few octets can stand for a thousand times as many (RFC 1952 and its deflate): unpacking ends where the
 * limit is passed, and no more than a piece beyond it is ever in memory.
 * @param limit octets unpacked
 * @returns a stream that fails with RequestError
 */
export function unpackGzip(packed: Readable, limit: number): Readable {
  const gunzip = createGunzip()
  let size = 0
  const counted: Unpacked = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      if (size > limit) done(tooLarge(limit))
      else done(null, chunk)
    },
  })
  counted.receivedEncodedLength = 0
  packed.on('data', (chunk: Buffer) => {
    counted.receivedEncodedLength! += chunk.length
  })
  // Not pipeline(): it would destroy the request with the rest, and its connection, over which the refusal is to go.
  const fail = (error: Error) => {
    packed.unpipe(gunzip)
    gunzip.destroy()
    counted.destroy(error)
  }
  packed.once('error', fail)
  packed.once('close', () => {
    if (!packed.readableEnded) fail(new RequestError(400, 'bad-request', 'the request was broken off'))
  })
  gunzip.once('error', (error) => {
    fail(new RequestError(400, 'bad-encoding', `the body is not what gzip makes: ${error.message}`))
  })
  counted.once('close', () => {
    packed.unpipe(gunzip)
    gunzip.destroy()
  })
  packed.pipe(gunzip).pipe(counted as Transform)
  return counted
}

/** RFC 9110 15.5.14. */
export function tooLarge(limit: number): RequestError {
  return new RequestError(413, 'too-large', `the body, unpacked, is larger than the ${limit} octets that are allowed`, {
    fields: { limit },
  })
}
