import { expect, test } from 'vitest'
import { RRType } from '../../iana/index.ts'
import { nameFromText, rdataToText } from '../../wire/index.ts'
import { eventText, follow, give, loadedFolder, NOON, openAdopted, rrset } from './fed.fixture.ts'
import type { UnsignedZone } from './unsigned-zone.ts'

const DAY = 86_400_000

const textAt = (zone: UnsignedZone, name: string) =>
  zone.updater.snapshot
    .node(nameFromText(name))
    ?.rrsets.find(({ type }) => type === RRType.TXT)
    ?.rdatas.map((rdata) => rdataToText(RRType.TXT, rdata))

test("the operator's own RRsets wait for their time, also to go, and across a restart", async () => {
  const zone = await openAdopted(await loadedFolder('www TXT "before"'))
  const fed = follow(zone)
  const publishAt = new Date(NOON + DAY).toISOString()
  give(
    fed,
    eventText(1, rrset('www.zz.', 'TXT', ['"after"'], { publishAt })),
    eventText(2, rrset('new.zz.', 'TXT', ['"new"'], { publishAt })),
  )
  const commit = await fed.commit(NOON)
  expect(commit?.outcomes).toMatchObject({ pending: 2 })
  expect(textAt(zone, 'www.zz.')).toEqual(['"before"'])
  expect(fed.nextAt(NOON)).toBe(NOON + DAY)

  const restarted = follow(zone)
  expect(restarted.state).toMatchObject({ pending: 2, nextDue: NOON + DAY })
  await restarted.commit(NOON + DAY)
  expect(textAt(zone, 'www.zz.')).toEqual(['"after"'])
  expect(textAt(zone, 'new.zz.')).toEqual(['"new"'])

  const goesAt = new Date(NOON + 2 * DAY).toISOString()
  give(restarted, eventText(3, { op: 'delete', kind: 'rrset', name: 'new.zz.', type: 'TXT', publishAt: goesAt }))
  await restarted.commit(NOON + DAY)
  expect(textAt(zone, 'new.zz.')).toEqual(['"new"'])
  await restarted.commit(NOON + 2 * DAY)
  expect(textAt(zone, 'new.zz.')).toBeUndefined()
  expect(restarted.state).toMatchObject({ pending: 0, nextDue: undefined })
})
