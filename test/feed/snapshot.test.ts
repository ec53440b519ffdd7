import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { domain, eventText, host, NOON, rrset } from '../../src/pipeline/fed/fed.fixture.ts'
import { ask, startReady, testPort, until } from '../commands/server.ts'
import { send } from '../control/http.ts'
import { runCommand, runSuccessfully, temporaryFolder } from '../peers/index.ts'

const APEX = [rrset('zz.', 'SOA', ['a.zz. b.zz. 7 1800 900 604800 60']), rrset('zz.', 'NS', ['ns.example.net.'])]

function documentOf(seq: number, objects: readonly object[]): string {
  const head = { v: 1, snapshot: 'zz.', seq, at: new Date(NOON).toISOString() }
  const lines = [...APEX, ...objects].map((object) => ({ op: 'upsert', ...object }))
  return [head, ...lines, { end: 'snapshot', objects: lines.length }]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('')
}

/** Starts a server with one zone that follows a feed and is not loaded yet. */
async function serving(zone: string) {
  const folder = temporaryFolder('snapshot')
  const port = testPort()
  const config = join(folder, 'zonecut.yaml')
  writeFileSync(
    config,
    `data: ${join(folder, 'data')}\nlisten: [127.0.0.1@${port}]\nworkers: 1\nzones:\n  - { origin: zz, ${zone} }\n`,
  )
  const server = await startReady(folder, '--config', config)
  const socketPath = join(folder, 'data', 'control.sock')
  const snapshot = (seq: number, objects: readonly object[], ...args: string[]) => {
    const file = join(folder, `${seq}.snapshot.jsonl`)
    writeFileSync(file, documentOf(seq, objects))
    return runCommand('feed', 'snapshot', file, '--zone', 'zz', '--config', config, ...args)
  }
  const push = (...texts: string[]) =>
    send(0, '/v1/changes', { socketPath, method: 'POST', body: texts.join('\n') }).then(({ json }) => json)
  const cursor = () => send(0, '/v1/cursor', { socketPath }).then(({ json }) => json)
  const verify = () => runSuccessfully('feed', 'verify', '--config', config).then(({ stdout }) => stdout)
  const glueOf = async (name: string) => (await ask(port, name, 'NS')).additionals.map(({ data }) => data)
  return { folder, port, server, config, snapshot, push, cursor, verify, glueOf }
}

const shared = (address: string) => [domain('shared', ['ns1.shared.zz.']), host('ns1.shared', [address])]

test.each([
  ['unsigned', 'feed: true'],
  ['kept signed', 'feed: true, sign: true'],
])(
  'a zone that is %s is started by a snapshot, follows its feed from there, and is repaired by another',
  async (_, zone) => {
    const { port, snapshot, push, cursor, verify, glueOf } = await serving(zone)
    expect((await ask(port, 'zz.', 'SOA')).rcode).toBe('SERVFAIL')

    const started = await snapshot(40, shared('192.0.2.1'))
    expect(started.stdout).toMatch(/^zz\. serial \d+: 4 objects, the feed goes on after event 40\n$/)
    await until(async () => (await glueOf('shared.zz.')).includes('192.0.2.1'))
    await until(async () => (await cursor()).next === 41)
    expect(
      await push(eventText(40, domain('old', ['ns.example.net.'])), eventText(41, domain('new', ['ns.example.net.']))),
    ).toMatchObject({ seq: 41, outcomes: [{ outcome: 'ignored' }, { outcome: 'applied' }] })

    // Event 42 was lost: the feed stands, and a later snapshot holds what it said.
    expect(await push(eventText(43, domain('late', ['ns.example.net.'])))).toMatchObject({ reason: 'gap', missing: 42 })
    const later = [...shared('192.0.2.2'), domain('late', ['ns.example.net.']), domain('new', ['ns.example.net.'])]
    const repaired = await snapshot(43, later, '--json')
    expect(JSON.parse(repaired.stdout)).toMatchObject({ zone: 'zz.', seq: 43, objects: 6, withdrawn: 0 })
    await until(async () => (await glueOf('shared.zz.')).includes('192.0.2.2'))
    expect(await push(eventText(44, domain('next', ['ns.example.net.'])))).toMatchObject({
      outcomes: [{ outcome: 'applied' }],
    })

    // Back to what was before: what came after has to be given again.
    const back = await snapshot(41, shared('192.0.2.1'), '--yes')
    expect(back.stdout).toMatch(/: 4 objects, the feed goes on after event 41; 3 delegations are gone\n$/)
    await until(async () => (await ask(port, 'next.zz.', 'NS')).rcode === 'NXDOMAIN')
    await until(async () => (await cursor()).next === 42)
    expect(await push(eventText(42, domain('again', ['ns.example.net.'])))).toMatchObject({
      outcomes: [{ outcome: 'applied' }],
    })
    expect(await verify()).toMatch(
      /^zz\. event 42, serial \d+: 2 domains, 1 hosts, 0 changes to come; the zone is what/,
    )

    // Each is a version with a later serial, signed where the zone is.
    const { answers } = await ask(port, 'zz.', 'SOA', '+dnssec')
    expect(answers.map(({ type }) => type)).toEqual(zone.includes('sign') ? ['SOA', 'RRSIG'] : ['SOA'])
  },
  60_000,
)

test('a document that withdraws too much is held by the brake, and one at fault changes nothing', async () => {
  const { folder, snapshot, port, config } = await serving('feed: true')
  await snapshot(1, shared('192.0.2.1'))
  await until(async () => (await ask(port, 'shared.zz.', 'NS')).rcode === 'NOERROR')
  const held = await snapshot(2, [])
  expect(held.stderr).toContain('nothing was done: ')
  expect(held.stderr).toContain('the snapshot up to event 2 would withdraw 1 delegations')
  expect(held.status).toBe(1)
  const faulty = await snapshot(2, [...shared('192.0.2.1'), domain('a', ['b.', 'b.'])])
  expect(faulty.stderr).toContain('2.snapshot.jsonl:6: schema: ns[1]: "b." is listed twice')
  expect(faulty.status).toBe(1)
  const missing = await runCommand('feed', 'snapshot', join(folder, 'none'), '--zone', 'zz', '--config', config)
  expect(missing.stderr).toContain("none: it can't be read: ENOENT")
  expect((await runSuccessfully('feed', 'tail', '--config', config)).stdout).toMatch(
    /^\S+ {2}serial 8 {2}event 1 {2}applied {2}snapshot of 4 objects\n$/,
  )
}, 60_000)

test('a feed from a file stands at a gap, and goes on in the file once a snapshot holds what is missing', async () => {
  const folder = temporaryFolder('snapshot-file')
  const events = join(folder, 'events.jsonl')
  writeFileSync(events, '')
  const { snapshot, cursor, port } = await serving(`feed: { sources: [{ file: ${events} }] }`)
  await snapshot(0, [])
  await until(async () => (await cursor()).next === 1)
  appendFileSync(events, `${eventText(1, domain('one', ['ns.example.net.']))}\n`)
  appendFileSync(events, `${eventText(3, domain('three', ['ns.example.net.']))}\n`)
  appendFileSync(events, `${eventText(4, domain('four', ['ns.example.net.']))}\n`)
  await until(async () => (await cursor()).missing === 2)
  await snapshot(
    3,
    ['one', 'two', 'three'].map((label) => domain(label, ['ns.example.net.'])),
  )
  await until(async () => (await cursor()).seq === 4)
  for (const label of ['one', 'two', 'three', 'four']) {
    expect((await ask(port, `${label}.zz.`, 'NS')).rcode, label).toBe('NOERROR')
  }
  // Back to the beginning: the file is read from its own, where event 2 is missing again.
  await snapshot(0, [], '--yes')
  await until(async () => (await cursor()).missing === 2)
  expect((await ask(port, 'one.zz.', 'NS')).rcode).toBe('NOERROR')
}, 60_000)

test('without a server a snapshot starts a zone, and a server goes on with it', async () => {
  const folder = temporaryFolder('snapshot-offline')
  const file = join(folder, 'zz.snapshot.jsonl')
  const data = join(folder, 'data')
  writeFileSync(file, documentOf(12, shared('192.0.2.1')))
  const nameless = await runCommand('feed', 'snapshot', file, '--data', data)
  expect(nameless.stderr).toContain('name the zone by --zone')
  expect(nameless.status).toBe(2)
  const args = ['feed', 'snapshot', file, '--zone', 'zz', '--data', data]
  expect((await runSuccessfully(...args)).stdout).toBe('zz. serial 8: 4 objects, the feed goes on after event 12\n')
  const port = testPort()
  const events = join(folder, 'events.jsonl')
  writeFileSync(events, `${eventText(13, domain('new', ['ns.example.net.']))}\n`)
  await startReady(folder, '--data', data, '--listen', `127.0.0.1@${port}`, '--workers', '1', '--feed', `zz=${events}`)
  await until(async () => (await ask(port, 'new.zz.', 'NS')).rcode === 'NOERROR')
  expect((await ask(port, 'shared.zz.', 'NS')).additionals.map(({ data: address }) => address)).toContain('192.0.2.1')
}, 60_000)
