import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { queryList } from '../../bench/compare/workloads.ts'
import { blast } from '../../bench/load/blast.ts'
import { cpuSeconds, processorSeconds, processTree } from '../../bench/load/cpu.ts'
import { paced } from '../../bench/load/paced.ts'
import { type QuerySet, querySet } from '../../bench/load/query-set.ts'
import type { LoadResult } from '../../bench/load/tally.ts'
import { tcpPipelined } from '../../bench/load/tcp-pipelined.ts'
import { tcpSingle } from '../../bench/load/tcp-single.ts'
import { writeTldZone } from '../../bench/zone/generate.ts'
import { readZoneNames } from '../../bench/zone/names.ts'
import { ROOT } from '../../src/wire/index.ts'
import { freePort, type Peer, startPeer, zonecut } from '../peers/index.ts'

describe.skipIf(process.platform !== 'linux')('the load generators', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zonecut-bench-load-'))
  let peer: Peer
  let queries: QuerySet
  const common = () => ({ host: peer.host, port: peer.port, seconds: 0.3, timeoutMs: 2000 })

  beforeAll(async () => {
    const file = join(folder, 'zz.zone')
    writeTldZone(file, { origin: 'zz.', delegations: 500, seed: 1 })
    queries = querySet(queryList('mix', readZoneNames(file, ROOT), 4000))
    peer = await startPeer(zonecut, [{ origin: 'zz.', file }])
  }, 60_000)
  afterAll(async () => {
    await peer?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  function expectAnswers(result: LoadResult): void {
    expect(result.received).toBeGreaterThan(50)
    expect(result.latency.count).toBe(result.received)
    expect([result.timeouts, result.unexpected, result.broken]).toEqual([0, 0, 0])
    expect([...result.rcodes.keys()].sort()).toEqual([0, 3])
    expect(result.octets / result.received).toBeGreaterThan(40)
  }

  test('UDP with a number in flight', () => {
    const result = blast(queries, { ...common(), sockets: 2, window: 32 })
    expectAnswers(result)
    expect(result.tenths.length).toBe(3)
    expect(result.tenths.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(result.received)
  })

  test('UDP at a rate', () => {
    const result = paced(queries, { ...common(), sockets: 2, rate: 2000 })
    expectAnswers(result)
    expect(result.sent).toBe(600)
    expect(result.received).toBe(600)
  })

  test('TCP with one query a connection', () => {
    expectAnswers(tcpSingle(queries, { ...common(), connections: 8 }))
  })

  test('TCP with many queries a connection', () => {
    expectAnswers(tcpPipelined(queries, { ...common(), connections: 4, window: 50 }))
  })

  test('nobody there', async () => {
    const target = { ...common(), port: await freePort(), seconds: 0.05 }
    expect(tcpSingle(queries, { ...target, connections: 2 }).broken).toBeGreaterThan(0)
    expect(tcpPipelined(queries, { ...target, connections: 2, window: 10 }).broken).toBeGreaterThan(0)
    const lost = paced(queries, { ...target, timeoutMs: 100, sockets: 1, rate: 1000 })
    expect(lost.received).toBe(0)
    expect(lost.latency.count).toBe(lost.timeouts)
  })

  test('the processor time of a server and its children', () => {
    expect(processTree(process.pid)).toContain(peer.process.pid)
    expect(cpuSeconds(processTree(peer.process.pid))).toBeGreaterThan(0)
    expect(processorSeconds(0)).toBeGreaterThan(0)
    expect(() => processorSeconds(9999)).toThrow('no processor')
  })
})
