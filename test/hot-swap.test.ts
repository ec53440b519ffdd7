import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { decodeMessage, TYPE } from './interop/message.ts'
import { wireName } from './interop/name.ts'
import { buildQuery } from './interop/query.ts'
import { type Peer, runSuccessfully, startCommand, startPeer, zonecutWith } from './peers/index.ts'
import { Random } from './zones/random.ts'
import { servedSerial, startVersioned, versionsIn } from './zones/versions.ts'

const ORIGIN = 'swap.'
const DELEGATIONS = 400

let server: Peer | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
})

/** Version `n`: every record of the zone says which version it is of; a third of the names come and go. */
function versionText(n: number, delegations = DELEGATIONS): string {
  const address = `10.${n >> 8}.${n & 255}`
  const lines = [
    `${ORIGIN} 60 IN SOA a.nic.${ORIGIN} hostmaster.nic.${ORIGIN} ${n} 1800 900 604800 60`,
    `${ORIGIN} 60 IN NS a.nic.${ORIGIN}`,
    `a.nic.${ORIGIN} 60 IN A ${address}.1`,
    `${ORIGIN} 60 IN TXT "version ${n}"`,
  ]
  for (let i = 0; i < delegations; i++) {
    if (i % 3 === n % 3) continue
    for (const k of [1, 2]) {
      lines.push(`d${i}.${ORIGIN} 60 IN NS ns${k}-v${n}.d${i}.${ORIGIN}`)
      lines.push(`ns${k}-v${n}.d${i}.${ORIGIN} 60 IN A ${address}.${(i % 250) + 1}`)
    }
  }
  return `${lines.join('\n')}\n`
}

test('a new version every second under load: no query is lost, no answer mixes versions', async () => {
  const { peer, folder, data } = await startVersioned(ORIGIN, versionText(1), 2)
  server = peer
  const versions = 8
  let loading = 1
  let loaded = 1
  let stop = false
  const seen = new Set<number>()
  const faults: string[] = []
  let answered = 0
  const random = new Random(1)

  const asking = async (transport: 'udp' | 'tcp') => {
    while (!stop) {
      const i = random.below(DELEGATIONS)
      const [name, type] = random.pick([
        [`www.d${i}.${ORIGIN}`, TYPE.A],
        [`d${i}.${ORIGIN}`, TYPE.NS],
        [`nothing-${i}.${ORIGIN}`, TYPE.A],
        [ORIGIN, TYPE.SOA],
        [ORIGIN, TYPE.TXT],
        [ORIGIN, TYPE.NS],
      ] as const)
      const oldest = loaded
      const reply = await peer[transport].ask(buildQuery({ name: wireName(name), type, edns: { payload: 1232 } }), 3000)
      if (reply === undefined) {
        faults.push(`${name}: no reply over ${transport}`)
        continue
      }
      answered++
      const message = decodeMessage(reply)
      const found = [...versionsIn(message)]
      for (const version of found) seen.add(version)
      const version = found[0]
      if (message.rcode !== 0 && message.rcode !== 3) faults.push(`${name}: rcode ${message.rcode}`)
      else if (version === undefined || found.length !== 1) faults.push(`${name}: versions ${found.join(' and ')}`)
      // a load that has returned may take its moment to reach every worker, but not until the next has returned too
      else if (version > loading || version < oldest - 1) faults.push(`${name}: version ${version}, loaded ${oldest}`)
      else {
        const gone = /d(\d+)\./.exec(name)
        if (gone !== null) {
          const expected = Number(gone[1]) % 3 === version % 3 ? 3 : 0
          if (message.rcode !== expected) faults.push(`${name}: rcode ${message.rcode} in version ${version}`)
        }
      }
    }
  }
  const askers = Array.from({ length: 24 }, (_, i) => asking(i < 20 ? 'udp' : 'tcp'))
  for (let version = 2; version <= versions; version++) {
    const file = join(folder, `${version}.zone`)
    writeFileSync(file, versionText(version))
    loading = version
    const second = sleep(1000)
    await runSuccessfully('load', file, '--zone', ORIGIN, '--data', data)
    loaded = version
    await second
  }
  await sleep(500)
  stop = true
  await Promise.all(askers)
  expect(faults.slice(0, 20)).toEqual([])
  expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: versions }, (_, i) => i + 1))
  expect(answered).toBeGreaterThan(5000)
  expect(peer.udp.unsolicited).toBe(0)
  expect(await servedSerial(peer, ORIGIN)).toBe(versions)
}, 90_000)

test('a load killed at any moment leaves the old version served, also after a restart', async () => {
  const { peer, folder, data } = await startVersioned(ORIGIN, versionText(1), 1)
  server = peer
  const file = join(folder, 'next.zone')
  writeFileSync(file, versionText(2, 30_000))
  const began = Date.now()
  await runSuccessfully('load', file, '--zone', ORIGIN, '--data', data)
  // kills are spread over the time that a whole load takes on this machine
  const wholeLoad = Date.now() - began
  const random = new Random(2)
  let stored = 1
  let killed = 0
  for (let serial = 3; serial <= 14; serial++) {
    writeFileSync(file, versionText(serial, 30_000))
    const { child, done } = startCommand('load', file, '--zone', ORIGIN, '--data', data)
    await Promise.race([sleep(random.below(wholeLoad)), done])
    child.kill('SIGKILL')
    if ((await done).status === null) killed++
    // a load that had switched before the kill counts as done, and the server may take a moment to follow
    const served = await servedSerial(peer, ORIGIN)
    expect(served).toBeGreaterThanOrEqual(stored)
    expect(served).toBeLessThanOrEqual(serial)
    stored = served
  }
  expect(killed).toBeGreaterThan(2)
  const before = await servedSerial(peer, ORIGIN)
  await peer.stop()
  server = await startPeer(zonecutWith({ workers: 1, data }), [{ origin: ORIGIN, file: join(folder, '1.zone') }])
  expect(await servedSerial(server, ORIGIN)).toBeGreaterThanOrEqual(before)
  writeFileSync(file, versionText(20))
  await runSuccessfully('load', file, '--zone', ORIGIN, '--data', data)
  const end = Date.now() + 5000
  while ((await servedSerial(server, ORIGIN)) !== 20 && Date.now() < end) await sleep(50)
  expect(await servedSerial(server, ORIGIN)).toBe(20)
}, 90_000)

test('SIGTERM under load ends it within 2 seconds with status 0', async () => {
  const { peer } = await startVersioned(ORIGIN, versionText(1), 2)
  server = peer
  let stop = false
  let answered = 0
  const query = buildQuery({ name: wireName(`www.d2.${ORIGIN}`), type: TYPE.A })
  const asking = async (transport: 'udp' | 'tcp') => {
    while (!stop) if ((await peer[transport].ask(query, 500)) !== undefined) answered++
  }
  const askers = Array.from({ length: 24 }, (_, i) => asking(i < 20 ? 'udp' : 'tcp'))
  await sleep(1000)
  expect(answered).toBeGreaterThan(100)
  const start = Date.now()
  peer.process.signal('SIGTERM')
  const exit = await peer.process.exited
  const took = Date.now() - start
  stop = true
  await Promise.all(askers)
  expect(exit).toEqual({ code: 0, signal: null })
  expect(took).toBeLessThan(2000)
}, 30_000)
