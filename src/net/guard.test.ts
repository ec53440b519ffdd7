import { expect, it } from 'vitest'
import { UdpCounter } from './counters.ts'
import { GuardedHandler } from './guard.ts'
import { type Handler, Transport } from './handler.ts'

const query = new Uint8Array(16)
const reply = new Uint8Array(32)

function guard(handler: Partial<Handler>) {
  const cells = new Float64Array(16)
  const errors: unknown[] = []
  const whole: Handler = { answer: () => 0, refresh: () => {}, ...handler }
  const guarded = new GuardedHandler(whole, cells, UdpCounter.HandlerErrors, (error) => errors.push(error))
  return { guarded, errors, count: () => cells[UdpCounter.HandlerErrors] }
}

it.each([0, 1, 32])('passes on a reply of %i octets', (size) => {
  const { guarded, count } = guard({ answer: () => size })
  expect(guarded.answer(query, 16, reply, Transport.Udp)).toBe(size)
  expect(count()).toBe(0)
})

it.each([-1, 33, Number.NaN])('counts a reply of %d octets as a fault', (size) => {
  const { guarded, errors } = guard({ answer: () => size })
  expect(guarded.answer(query, 16, reply, Transport.Udp)).toBe(-1)
  expect(errors).toEqual([new RangeError(`the handler claims a reply of ${size} octets`)])
})

it('counts every fault and reports one a second', () => {
  const fail = () => {
    throw new Error('broken')
  }
  const { guarded, errors, count } = guard({ answer: fail, refresh: fail })
  for (let turn = 0; turn < 100; turn++) {
    expect(guarded.answer(query, 16, reply, Transport.Udp)).toBe(-1)
    guarded.refresh()
  }
  expect(count()).toBe(200)
  expect(errors).toEqual([new Error('broken')])
})
