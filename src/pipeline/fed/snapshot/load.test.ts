import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { DEFAULT_FEED_TTL, snapshotLines, verifyProjection } from '../../../feed/index.ts'
import { openZone, type ZoneSnapshot } from '../../../store/index.ts'
import { exportZone } from '../../export.ts'
import { readCursor } from '../cursor.ts'
import { deadLetters } from '../dead-letters.ts'
import {
  domain,
  eventText,
  follow,
  give,
  host,
  LATER,
  NO_BRAKE,
  NOON,
  ORIGIN,
  rrset,
  testFolder,
  zoneWithObjects,
} from '../fed.fixture.ts'
import { BrakeError } from '../fed-zone.ts'
import { recentCommits } from '../recent.ts'
import { UnsignedZone } from '../unsigned-zone.ts'
import { SnapshotError, SnapshotZoneError } from './error.ts'
import { loadSnapshot, type SnapshotLoadOptions } from './load.ts'

const HEAD = JSON.stringify({ v: 1, snapshot: 'zz.', seq: 40, at: new Date(NOON).toISOString() })
const APEX = [rrset('zz.', 'SOA', ['a.zz. b.zz. 7 1 1 1 1']), rrset('zz.', 'NS', ['ns1.example.net.'])] as const

/** A document of these objects; those without an op are upserts. */
function documentOf(objects: readonly object[], head = HEAD): string {
  const lines = objects.map((object) => JSON.stringify({ op: 'upsert', ...object }))
  return `${[head, ...lines, JSON.stringify({ end: 'snapshot', objects: objects.length })].join('\n')}\n`
}

/** Loads a document into a data folder. */
function load(dataDir: string, text: string | Buffer, options: Partial<SnapshotLoadOptions> = {}) {
  const file = join(testFolder(), 'zz.snapshot.jsonl')
  writeFileSync(file, text)
  return loadSnapshot({
    dataDir,
    origin: ORIGIN,
    file,
    ttl: DEFAULT_FEED_TTL,
    brake: NO_BRAKE,
    isApproved: false,
    serial: 'increment',
    now: NOON,
    ...options,
  })
}

async function textOf(dataDir: string): Promise<string> {
  const pieces: string[] = []
  await exportZone({
    dataDir,
    origin: ORIGIN,
    write: (piece) => void pieces.push(Buffer.from(piece).toString('latin1')),
  })
  return pieces.join('')
}

const withoutSerial = (text: string) => text.replace(/(\tsoa\t\S+ \S+) \d+/, '$1 SERIAL')

function exported(snapshot: ZoneSnapshot): string {
  return [...snapshotLines(snapshot, { seq: readCursor(snapshot)!.seq, at: NOON, serial: snapshot.serial })].join('')
}

function read<T>(dataDir: string, what: (snapshot: ZoneSnapshot) => T): T {
  const snapshot = openZone(dataDir, ORIGIN)
  try {
    return what(snapshot)
  } finally {
    snapshot.close()
  }
}

/** A data folder with the zone of {@link zoneWithObjects}, nobody has it open. */
async function folderWithObjects(): Promise<{ dataDir: string; document: string; text: string }> {
  const zone = await zoneWithObjects()
  const document = exported(zone.updater.snapshot)
  const dataDir = join(zone.updater.snapshot.path, '../..')
  await zone.close()
  return { dataDir, document, text: await textOf(dataDir) }
}

describe('a snapshot that was exported', () => {
  test('starts the same zone elsewhere, packed or not and in any order of its lines', async () => {
    const { document, text } = await folderWithObjects()
    const [head, ...lines] = document.trimEnd().split('\n')
    const end = lines.pop()!
    const turned = `${[head, ...lines.reverse(), end].join('\n')}\n`
    for (const form of [document, gzipSync(document), turned, turned.replaceAll('\n', '\r\n\r\n')]) {
      const dataDir = testFolder()
      const { info, ...outcome } = await load(dataDir, form)
      expect(info.delegations).toBe(2)
      expect(outcome).toEqual({ seq: 9, seqBefore: undefined, objects: 14, withdrawn: 0 })
      // What a delegation hid is not in the document.
      const hidden = /^old\.zz\.\t60\tin\ttxt.*\n/m
      expect(text).toMatch(hidden)
      expect(withoutSerial(await textOf(dataDir))).toBe(withoutSerial(text).replace(hidden, ''))
      read(dataDir, (snapshot) => {
        expect(exported(snapshot).replaceAll(/"serial":\d+|zz\. \d+/g, '')).toBe(
          document.replaceAll(/"serial":\d+|zz\. \d+/g, ''),
        )
        expect([...verifyProjection(snapshot, DEFAULT_FEED_TTL)]).toEqual([])
        expect(readCursor(snapshot)).toMatchObject({ seq: 9, sources: {}, commits: 1 })
      })
    }
  })

  test('repairs the feed that it is of: what came after is undone, and comes again', async () => {
    const { dataDir, document, text } = await folderWithObjects()
    const zone = new UnsignedZone(dataDir, ORIGIN, 'increment')
    const fed = follow(zone)
    give(
      fed,
      eventText(10, domain('new', ['ns.example.net.'])),
      'no event',
      eventText(11, host('ns1.shared', ['192.0.2.8'])),
    )
    await fed.commit(NOON)
    const serial = zone.updater.info.serial
    await zone.close()
    expect(await textOf(dataDir)).not.toBe(text)

    const outcome = await load(dataDir, document)
    expect(outcome).toMatchObject({ seq: 9, seqBefore: 11, withdrawn: 1 })
    expect(outcome.info.serial).toBe(serial + 1)
    expect(withoutSerial(await textOf(dataDir))).toContain('ns1.shared.zz.\t300\tin\ta\t192.0.2.7\n')
    read(dataDir, (snapshot) => {
      // Sources give again what comes after; what was refused is kept, and how the feed went on is told.
      expect(readCursor(snapshot)).toMatchObject({ seq: 9, sources: {}, commits: 3, dead: { kept: 1 } })
      expect([...deadLetters(snapshot)]).toHaveLength(1)
      expect([...recentCommits(snapshot)].at(-1)).toMatchObject({
        serial: serial + 1,
        events: [{ seq: 9, op: 'snapshot', object: 'of 14 objects', outcome: 'applied' }],
      })
    })

    const again = new UnsignedZone(dataDir, ORIGIN, 'increment')
    const followed = follow(again)
    expect(followed.state).toMatchObject({ pending: 3, nextDue: Date.parse(LATER) })
    give(followed, eventText(10, domain('new', ['ns.example.net.'])))
    expect((await followed.commit(NOON))?.outcomes).toMatchObject({ applied: 1 })
    expect((await followed.commit(Date.parse(LATER)))?.update).toBeDefined()
    expect([...verifyProjection(again.updater.snapshot, DEFAULT_FEED_TTL)]).toEqual([])
    await again.close()
  })

  test('that goes on where the feed stands leaves the sources where they are', async () => {
    const { dataDir, document } = await folderWithObjects()
    await load(dataDir, document.replace('"seq":9', '"seq":90'))
    expect(read(dataDir, (snapshot) => readCursor(snapshot))).toMatchObject({ seq: 90, sources: { test: '0' } })
  })
})

test('the brake holds a snapshot that withdraws too much, until it is let pass', async () => {
  const { dataDir, text } = await folderWithObjects()
  const document = documentOf([...APEX, host('ns1.shared', ['192.0.2.7'])])
  const brake = { ...NO_BRAKE, count: 1 }
  const refused = load(dataDir, document, { brake })
  await expect(refused).rejects.toThrow(BrakeError)
  await expect(refused).rejects.toThrow(/the snapshot up to event 40 would withdraw 2 delegations.*feed snapshot --yes/)
  expect(await textOf(dataDir)).toBe(text)
  expect(await load(dataDir, document, { brake, isApproved: true })).toMatchObject({ withdrawn: 2 })
  expect(await textOf(dataDir)).not.toContain('shared.zz.\t7200')
})

const twice = (object: object) => [object, object]

describe('a document that is at fault is refused with the line, and nothing changes', () => {
  test.each<[string, string, string]>([
    ['nothing', '', 'it is empty'],
    ['another file', 'root:x:0:0\n', ':1: schema: it is no snapshot document: its first line is no head'],
    ['an event', `${eventText(1, domain('a', []))}\n`, ':1: schema: it is no snapshot document'],
    [
      'another zone',
      documentOf([], HEAD.replace('zz.', 'yy')),
      ':1: out-of-zone: it is the snapshot of yy., not of zz.',
    ],
    [
      'another version',
      documentOf([], HEAD.replace('"v":1', '"v":2')),
      ':1: version: v: 2 is not the version read here',
    ],
    ['no end', documentOf([...APEX]).replace(/\n[^\n]+\n$/, '\n'), 'is missing: it is not whole'],
    [
      'a wrong end',
      documentOf([...APEX]).replace('"objects":2', '"objects":3'),
      'it has 2 lines of objects, and its end tells of 3',
    ],
    ['more after the end', `${documentOf([...APEX])}{}\n`, ':5: schema: there is more after the end'],
    ['no JSON', documentOf([...APEX]).replace('{"op"', '{op'), ':2: malformed: not JSON'],
    ['another key', documentOf([domain('a', [], { seq: 3 })]), ':2: schema: event: "seq" can\'t stand here'],
    [
      'a deletion that is not to come',
      documentOf([{ op: 'delete', kind: 'domain', name: 'a.zz.' }]),
      ':2: schema: publishAt:',
    ],
    ['a name outside', documentOf([{ ...domain('a', []), name: 'a.yy.' }]), ':2: out-of-zone: name:'],
    ['the apex as a domain', documentOf([{ ...domain('a', []), name: 'zz.' }]), ':2: apex: zz. is the zone itself'],
    ['signatures', documentOf([rrset('zz.', 'NSEC3PARAM', ['1 0 0 -'])]), ':2: type: NSEC3PARAM at zz.: signing makes'],
    [
      'a domain twice',
      documentOf([...APEX, ...twice(domain('a', ['b.']))]),
      ':5: overlap: a.zz. is told of twice as a domain',
    ],
    [
      'a host twice',
      documentOf([...APEX, ...twice({ ...host('a', []), name: 'a.' })]),
      ':5: overlap: the host a. is told of twice',
    ],
    [
      'an RRset twice',
      documentOf([...APEX, ...twice(rrset('a.zz.', 'TXT', ['"a"']))]),
      ':5: overlap: a.zz. is told of twice as TXT',
    ],
    [
      'a domain below another',
      documentOf([...APEX, domain('b.a', ['b.']), domain('a', [])]),
      ':4: overlap: b.a.zz. lies below the domain a.zz.',
    ],
    [
      'an RRset below a domain',
      documentOf([rrset('b.a.zz.', 'TXT', ['"a"']), domain('a', ['b.'])]),
      ':2: overlap: b.a.zz. lies below',
    ],
    [
      'an RRset at a domain',
      documentOf([rrset('a.zz.', 'TXT', ['"a"']), domain('a', ['b.'], { publishAt: LATER })]),
      ':2: overlap: a.zz. is a domain',
    ],
    [
      'addresses at a host',
      documentOf([rrset('a.zz.', 'A', ['192.0.2.1']), host('a', ['192.0.2.1'])]),
      ':2: overlap: a.zz. is a host',
    ],
    [
      'an alias with more',
      documentOf([rrset('a.zz.', 'CNAME', ['b.']), rrset('a.zz.', 'TXT', ['"a"'])]),
      ':2: unfit: CNAME at a.zz. has other',
    ],
    [
      'a domain below DNAME',
      documentOf([rrset('a.zz.', 'DNAME', ['b.']), domain('b.a', ['b.'])]),
      ':3: unfit: b.a.zz. lies below a.zz.',
    ],
  ])('%s', async (_, document, problem) => {
    const { dataDir, text } = await folderWithObjects()
    const refused = load(dataDir, document)
    await expect(refused).rejects.toThrow(SnapshotError)
    await expect(refused).rejects.toThrow(problem)
    expect(await textOf(dataDir)).toBe(text)
    expect(read(dataDir, (snapshot) => readCursor(snapshot)?.seq)).toBe(9)
  })

  test('no SOA: as the checks of a zone file have it', async () => {
    const { dataDir, text } = await folderWithObjects()
    const refused = load(dataDir, documentOf([APEX[1]]))
    await expect(refused).rejects.toThrow(SnapshotZoneError)
    await expect(refused).rejects.toThrow('zz. SOA: the zone has no SOA record')
    expect(await textOf(dataDir)).toBe(text)
  })

  test('all of its faults are listed, twenty at most', async () => {
    const faults = Array.from({ length: 30 }, (_, i) => domain(`a${i}`, ['b.', 'b.']))
    const refused = load(testFolder(), documentOf(faults))
    const { problems } = (await refused.catch((error: unknown) => error)) as SnapshotError
    expect(problems.map(({ line }) => line)).toEqual(Array.from({ length: 20 }, (_, i) => i + 2))
  })
})
