import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { deadLetters } from '../../src/pipeline/index.ts'
import { openZone } from '../../src/store/index.ts'
import { until } from '../commands/server.ts'
import type { Answer } from '../control/http.ts'
import { domain, ds, type EventFields, host, line, rrset } from './events.ts'
import { ORIGIN, scratchFolder } from './fed-zones.ts'
import { FeedServer } from './feed-server.ts'

const FAR = ['ns.example.net']
const MIB = 1 << 20

type Bad = readonly [what: string, reason: string, text: (seq: number) => string]

const bad = (what: string, reason: string, fields: EventFields): Bad => [what, reason, (seq) => line(seq, fields)]
const names = (count: number) => Array.from({ length: count }, (_, i) => `ns${i}.example.net`)

/** What has a number, so that the feed knows which event it was. */
const NUMBERED: readonly Bad[] = [
  bad('a name that is a number', 'schema', domain(7 as never, FAR)),
  bad('nameservers that are no list', 'schema', domain('a.zz', 'ns.example.net' as never)),
  bad('no list of DS', 'schema', { ...domain('a.zz', FAR), ds: undefined }),
  bad('an unknown kind', 'schema', { ...domain('a.zz', FAR), kind: 'contact' }),
  bad('an unknown op', 'schema', { ...domain('a.zz', FAR), op: 'create' }),
  bad('an unknown status', 'schema', domain('a.zz', FAR, { statuses: ['sleeping'] })),
  bad('a misspelt key', 'schema', domain('a.zz', FAR, { publishat: '2030-01-01T00:00:00Z' })),
  bad('a day that is none', 'schema', domain('a.zz', FAR, { publishAt: '2026-02-30T00:00:00Z' })),
  bad('a version to come', 'version', domain('a.zz', FAR, { v: 2 })),
  bad(
    'a DS with a digest that is too short',
    'schema',
    domain('a.zz', FAR, { ds: [{ ...ds(1, 'aa'), digest: 'aa' }] }),
  ),
  bad(
    'a DS with a digest that is no hexadecimal',
    'schema',
    domain('a.zz', FAR, { ds: [{ ...ds(1, 'aa'), digest: 'xy' }] }),
  ),
  bad('a domain outside the zone', 'out-of-zone', domain('a.yy', FAR)),
  bad('an rrset outside the zone', 'out-of-zone', rrset('a.yy', 'A', ['192.0.2.1'])),
  bad('the zone itself as a domain', 'apex', domain('zz', FAR)),
  bad('glue outside the zone', 'addresses-outside', host('ns.example.net', ['192.0.2.1'])),
  bad('a loopback address', 'schema', host('ns.a.zz', ['127.0.0.1'])),
  bad('no address', 'schema', host('ns.a.zz', ['192.0.2.256'])),
  bad('a label of 64 octets', 'name', domain(`${'a'.repeat(64)}.zz`, FAR)),
  bad('a name of more than 255 octets', 'name', domain(`${'a.'.repeat(130)}zz`, FAR)),
  bad('a name with an empty label', 'name', domain('a..zz', FAR)),
  bad('a name that is not ASCII', 'name', domain('bücher.zz', FAR)),
  bad('NS as an rrset', 'type', rrset('a.zz', 'NS', ['ns.example.net.'])),
  bad('a meta type', 'type', rrset('a.zz', 'AXFR', ['x'])),
  bad('rdata that is none', 'schema', rrset('a.zz', 'MX', ['ten mx.example.net.'])),
  bad('an object below another', 'overlap', domain('below.good0.zz', FAR)),
  bad('20,000 nameservers', 'schema', domain('a.zz', names(20_000))),
]

/** What can't be read so far. */
const UNREADABLE: readonly Bad[] = [
  ['half an object', 'malformed', () => '{"v":1,"seq":'],
  ['an HTML page', 'malformed', () => '<html><body>502 Bad Gateway</body></html>'],
  ['a number', 'schema', () => '12'],
  ['null', 'schema', () => 'null'],
  ['a number that is none', 'schema', () => '{"v":1,"seq":1e999}'],
  ['a negative number', 'schema', () => line(-4, domain('a.zz', FAR))],
  ['brackets a million deep', 'malformed', () => '['.repeat(MIB - 10)],
  ['100,000 nameservers', 'too-long', (seq) => line(seq, domain('a.zz', names(100_000)))],
  ['a line of 10 MB', 'too-long', (seq) => line(seq, domain('a.zz', FAR, { tx: 'x'.repeat(10 * MIB) }))],
]

const good = (n: number, seq: number) => line(seq, domain(`good${n}.zz`, FAR))

let server: FeedServer | undefined
afterEach(async () => {
  await server?.kill()
})

/** The most memory that the server's process and its keeper's have had, in MiB. */
function peaks({ process, keeperPid }: FeedServer): number[] {
  return [process.pid, keeperPid].map((pid) => {
    const [, kib] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!
    return Number(kib) / 1024
  })
}

/** MiB that a process may have grown by at its peak, what the engine had not yet collected included. */
function expectBounded(before: readonly number[], after: readonly number[], most: number): void {
  for (const [index, mib] of after.entries()) expect(mib - before[index]!).toBeLessThan(most)
}

/** Who still sends when the answer is there may find the connection closed before it reads the answer. */
async function expectTooLarge(answer: Promise<Answer>): Promise<void> {
  const outcome = await answer.then(
    ({ status, json }) => `${status} ${json.reason}`,
    (error: NodeJS.ErrnoException) => error.code,
  )
  expect(['413 too-large', 'EPIPE', 'ECONNRESET']).toContain(outcome)
}

function dead({ dataDir }: FeedServer): { seq: number | null; reason: string }[] {
  const snapshot = openZone(dataDir, ORIGIN)
  try {
    return [...deadLetters(snapshot)].map(({ seq, reason }) => ({ seq, reason }))
  } finally {
    snapshot.close()
  }
}

async function expectServed(server: FeedServer, count: number): Promise<void> {
  for (let n = 0; n < count; n++)
    expect(await server.answers(`good${n}.zz.`, 'NS')).toEqual([`good${n}.zz. NS ns.example.net.`])
}

describe('bad input', () => {
  test('in a file is refused with its reason, the rest goes on, and memory stays bounded', async () => {
    const folder = scratchFolder()
    const file = join(folder, 'events.jsonl')
    writeFileSync(file, '')
    server = new FeedServer({ folder, source: `file: ${file}` })
    await server.start()
    const before = peaks(server)
    const expected: { seq: number | null; reason: string }[] = []
    let seq = 0
    let count = 0
    for (const [, reason, text] of [...NUMBERED, ...UNREADABLE]) {
      const isNumbered = NUMBERED.some((one) => one[2] === text)
      appendFileSync(file, `${good(count++, ++seq)}\n${text(++seq)}\n`)
      expected.push({ seq: isNumbered ? seq : null, reason })
    }
    // What is not UTF-8.
    appendFileSync(file, Buffer.from([0xff, 0xfe, 0x0a]))
    seq += 2
    appendFileSync(file, `${good(count++, seq)}\n`)
    expected.push({ seq: null, reason: 'too-long' })
    await until(async () => (await server!.seq()) === seq)
    // Far more than may be held.
    const long = `${'x'.repeat(10 * MIB)}\n`
    for (let i = 0; i < 20; i++) appendFileSync(file, long)
    seq += 20
    for (let i = 0; i < 20; i++) expected.push({ seq: null, reason: 'too-long' })
    const wide = line(0, domain('a.zz', names(20_000)))
    for (let i = 0; i < 100; i++) {
      appendFileSync(file, `${wide.replace('"seq":0', `"seq":${++seq}`)}\n`)
      expected.push({ seq, reason: 'schema' })
    }
    appendFileSync(file, `${good(count++, ++seq)}\n`)
    await until(async () => (await server!.seq()) === seq, 60)
    expect(dead(server)).toEqual(expected)
    await expectServed(server, count)
    // What is held of a file is bounded by 64 MiB of events; 500 MB went by.
    expectBounded(before, peaks(server), 400)
  }, 90_000)

  test('over HTTP is refused with its reason, the rest goes on, and memory stays bounded', async () => {
    server = new FeedServer({ source: 'file: /nowhere/events.jsonl' })
    await server.start()
    await until(async () => (await server!.seq()) === 0)
    const before = peaks(server)
    let seq = 0
    let count = 0
    for (const [what, reason, text] of NUMBERED) {
      const { status, json } = await server.push(good(count++, ++seq), text(++seq))
      expect({ what, status, json }).toMatchObject({
        what,
        status: 200,
        json: {
          seq,
          outcomes: [{ outcome: 'applied' }, { outcome: 'refused', seq, reason, text: expect.any(String) }],
        },
      })
    }
    for (const [what, reason, text] of UNREADABLE) {
      // Its giver is told: it stands for no number.
      const { status, json } = await server.push(good(count++, ++seq), text(seq + 1))
      expect({ what, status, json }).toMatchObject({
        what,
        status: 200,
        json: {
          seq,
          outcomes: [
            { outcome: 'applied', seq },
            { outcome: 'refused', reason, text: expect.any(String) },
          ],
        },
      })
    }
    await expectTooLarge(server.pushBody('x'.repeat(17 * MIB)))
    const bomb = gzipSync(Buffer.alloc(200 * MIB, 'x'))
    await expectTooLarge(server.pushBody(bomb, { 'content-encoding': 'gzip' }))
    expect(await server.pushBody(Buffer.from([0xff, 0xfe]))).toMatchObject({
      status: 200,
      json: { outcomes: [{ outcome: 'refused' }] },
    })
    expect(await server.pushBody('[{"v":1},')).toMatchObject({ status: 400, json: { reason: 'bad-request' } })
    const long = Array.from({ length: 16 }, () => server!.pushBody('x'.repeat(10 * MIB)))
    for (const { status, json } of await Promise.all(long)) {
      if (status === 200) expect(json.outcomes).toMatchObject([{ outcome: 'refused', reason: 'too-long' }])
      else expect({ status, json }).toMatchObject({ status: 503, json: { reason: 'busy' } })
    }
    expect(await server.push(good(count++, ++seq))).toMatchObject({ status: 200, json: { seq } })
    await expectServed(server, count)
    // Sixteen bodies of 10 MiB were there at once.
    expectBounded(before, peaks(server), 16 * 10 * 5)
  }, 90_000)
})
