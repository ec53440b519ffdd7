import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Yielding } from './yielding.ts'

const asked = ({ flag }: Yielding) => new Int32Array(flag)[0]

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('answering threads yield', () => {
  it('while changes come one after the other, and a second longer', () => {
    const yielding = new Yielding(2, 2)
    expect(asked(yielding)).toBe(0)
    for (let commit = 0; commit < 5; commit++) {
      yielding.noteCommit()
      vi.advanceTimersByTime(900)
      expect(asked(yielding)).toBe(500)
    }
    vi.advanceTimersByTime(100)
    expect(asked(yielding)).toBe(0)
    yielding.noteCommit()
    expect(asked(yielding)).toBe(500)
  })

  it('not where a processor is left over', () => {
    const yielding = new Yielding(1, 2)
    yielding.noteCommit()
    expect(asked(yielding)).toBe(0)
  })
})
