import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { ZoneUpdater } from '../src/pipeline/index.ts'
import { openZone } from '../src/store/index.ts'
import { nameFromText, nameToText } from '../src/wire/index.ts'
import type { ZoneNode } from '../src/zone/index.ts'
import { decodeMessage, TYPE } from './interop/message.ts'
import { wireName } from './interop/name.ts'
import { buildQuery } from './interop/query.ts'
import { type Peer, runSuccessfully } from './peers/index.ts'
import { changesBetween, DELEGATIONS, SWAP, versionOf, versionText } from './store/versioned-zone.ts'
import { Random } from './zones/random.ts'
import { servedSerial, startVersioned, versionsIn } from './zones/versions.ts'

const origin = nameFromText(SWAP)

let server: Peer | undefined
let updater: ZoneUpdater | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
  await updater?.close()
  updater = undefined
})

async function served(peer: Peer, serial: number): Promise<void> {
  const end = Date.now() + 5000
  while ((await servedSerial(peer, SWAP)) !== serial && Date.now() < end) await sleep(10)
  expect(await servedSerial(peer, SWAP)).toBe(serial)
}

test('hundreds of updates and a full load under queries: none is lost, no answer mixes versions', async () => {
  const { peer, folder, data } = await startVersioned(SWAP, versionText(1), 2)
  server = peer
  // The last that is served for certain, and the last that may be.
  let settled = 1
  let newest = 1
  let stop = false
  let answered = 0
  const faults: string[] = []
  const seen = new Set<number>()
  const random = new Random(1)
  const asking = async (transport: 'udp' | 'tcp') => {
    while (!stop) {
      const i = random.below(DELEGATIONS)
      const [name, type] = random.pick([
        [`www.d${i}.${SWAP}`, TYPE.A],
        [`d${i}.${SWAP}`, TYPE.NS],
        [`nothing-${i}.${SWAP}`, TYPE.A],
        [`mail.${SWAP}`, TYPE.MX],
        [SWAP, TYPE.SOA],
        [SWAP, TYPE.TXT],
        [SWAP, TYPE.NS],
      ] as const)
      const oldest = settled
      const reply = await peer[transport].ask(buildQuery({ name: wireName(name), type, edns: { payload: 1232 } }), 3000)
      if (reply === undefined) {
        faults.push(`${name}: no reply over ${transport}`)
        continue
      }
      answered++
      const message = decodeMessage(reply)
      const found = [...versionsIn(message)]
      const version = found[0]
      for (const each of found) seen.add(each)
      if (message.rcode !== 0 && message.rcode !== 3) faults.push(`${name}: rcode ${message.rcode}`)
      else if (version === undefined || found.length !== 1) faults.push(`${name}: versions ${found.join(' and ')}`)
      else if (version > newest || version < oldest) faults.push(`${name}: version ${version}, settled ${oldest}`)
      else {
        const gone = /d(\d+)\./.exec(name)
        const expected = gone !== null && Number(gone[1]) % 3 === version % 3 ? 3 : 0
        if (!name.startsWith('nothing') && message.rcode !== expected) faults.push(`${name}: rcode ${message.rcode}`)
      }
    }
  }
  const askers = Array.from({ length: 24 }, (_, i) => asking(i < 20 ? 'udp' : 'tcp'))
  const update = async (from: number, to: number) => {
    updater = ZoneUpdater.open(data, origin)
    for (let serial = from; serial < to; serial++) {
      newest = serial + 1
      updater.apply(changesBetween(serial, serial + 1))
      await sleep(random.below(30))
      if (serial % 40 === 0) {
        await served(peer, serial + 1)
        settled = serial + 1
      }
    }
    await updater.close()
    updater = undefined
    await served(peer, to)
    settled = to
  }
  await update(1, 130)
  newest = 131
  writeFileSync(join(folder, '131.zone'), versionText(131))
  await runSuccessfully('load', join(folder, '131.zone'), '--zone', SWAP, '--data', data)
  await update(131, 260)
  stop = true
  await Promise.all(askers)
  expect(faults.slice(0, 20)).toEqual([])
  expect(answered).toBeGreaterThan(3000)
  expect(seen.size).toBeGreaterThan(60)
  expect(peer.udp.unsolicited).toBe(0)
}, 120_000)

/** What a version of the zone holds, as its nodes. */
const content = (nodes: Iterable<ZoneNode>) =>
  [...nodes].map(({ owner, rrsets }) => [nameToText(owner), JSON.stringify(rrsets)])

test('a writer killed at any moment leaves a whole version, and loses none that it told of', async () => {
  const { peer, data } = await startVersioned(SWAP, versionText(1), 1)
  server = peer
  const random = new Random(7)
  let last = 1
  for (let kill = 0; kill < 15; kill++) {
    const writer = fork(new URL('./store/updating.fixture.ts', import.meta.url), [data], {
      execArgv: ['--import', 'tsx'],
    })
    let told = last
    writer.on('message', (serial: number) => {
      told = serial
    })
    await once(writer, 'message')
    // Spread over the time that an update takes.
    await sleep(random.below(200))
    const exit = once(writer, 'exit')
    writer.kill('SIGKILL')
    await exit
    const snapshot = openZone(data, origin)
    last = snapshot.serial
    expect(last).toBeGreaterThanOrEqual(told)
    expect(last).toBeLessThanOrEqual(told + 1)
    expect(snapshot.info.revision).toBe(last - 1)
    const nodes = [...snapshot.nodes()].map(({ node }) => node)
    expect(content(nodes)).toEqual(content(versionOf(last).nodes))
    snapshot.close()
    await served(peer, last)
  }
  expect(last).toBeGreaterThan(15)
}, 120_000)
