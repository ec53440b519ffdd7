import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_TCP_MESSAGE, MessageFramer } from './tcp-framing.ts'

const message = Buffer.alloc(MAX_TCP_MESSAGE)

function framed(...messages: readonly Uint8Array[]): Buffer {
  return Buffer.concat(messages.flatMap((m) => [Buffer.from([m.length >> 8, m.length & 255]), m]))
}

function readAll(framer: MessageFramer): Buffer[] {
  const messages: Buffer[] = []
  for (let length = framer.next(message); length >= 0; length = framer.next(message)) {
    messages.push(Buffer.from(message.subarray(0, length)))
  }
  return messages
}

describe('MessageFramer', () => {
  it('takes messages apart, however the stream is cut', () => {
    const cuts = fc.array(fc.nat({ max: 3_000 }), { maxLength: 30 })
    const messages = fc.array(fc.uint8Array({ maxLength: 900 }), { maxLength: 8 })
    fc.assert(
      fc.property(messages, cuts, (sent, lengths) => {
        const stream = framed(...sent)
        const framer = new MessageFramer()
        const received: Buffer[] = []
        let at = 0
        for (const length of [...lengths, stream.length]) {
          const chunk = stream.subarray(at, at + length)
          at += chunk.length
          framer.push(chunk)
          received.push(...readAll(framer))
          expect(framer.hasUnread).toBe(false)
        }
        expect(received).toEqual(sent.map((m) => Buffer.from(m)))
        expect(framer.isPartial).toBe(false)
      }),
    )
  })

  it('takes octet by octet the longest message, and an empty one', () => {
    const longest = Buffer.alloc(MAX_TCP_MESSAGE, 7)
    const framer = new MessageFramer()
    const received: Buffer[] = []
    for (const octet of framed(longest, new Uint8Array(0), longest)) {
      framer.push(Buffer.from([octet]))
      received.push(...readAll(framer))
    }
    expect(received.map((m) => m.length)).toEqual([MAX_TCP_MESSAGE, 0, MAX_TCP_MESSAGE])
    expect(received[2]?.equals(longest)).toBe(true)
  })

  it('says what it still holds', () => {
    const framer = new MessageFramer()
    framer.push(framed(Buffer.from('one'), Buffer.from('two')).subarray(0, 9))
    expect(framer.next(message)).toBe(3)
    expect(framer.hasUnread).toBe(true)
    expect(framer.next(message)).toBe(-1)
    expect([framer.hasUnread, framer.isPartial]).toEqual([false, true])
    framer.push(Buffer.from('o'))
    expect(framer.next(message)).toBe(3)
    expect(message.subarray(0, 3).toString()).toBe('two')
    expect([framer.hasUnread, framer.isPartial]).toEqual([false, false])
  })
})
