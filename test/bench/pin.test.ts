import { expect, test } from 'vitest'
import { onCpu, parseCpuList } from '../../bench/compare/pin.ts'

test('lists of processors as Linux writes them', () => {
  expect(parseCpuList('0')).toEqual([0])
  expect(parseCpuList('0-3')).toEqual([0, 1, 2, 3])
  expect(parseCpuList('4-5,8,10-11')).toEqual([4, 5, 8, 10, 11])
})

test('a command line, bound to a processor or not', () => {
  expect(onCpu(3, 'nsd', ['-d'])).toEqual({ command: 'taskset', args: ['-c', '3', 'nsd', '-d'] })
  expect(onCpu(undefined, 'nsd', ['-d'])).toEqual({ command: 'nsd', args: ['-d'] })
})
