import type { Command } from 'commander'
import { addApprove } from './approve.ts'
import { addDead } from './dead.ts'
import { addFeedExport } from './export.ts'
import { addRetry } from './retry.ts'
import { addFeedSnapshot } from './snapshot.ts'
import { addFeedStatus } from './status.ts'
import { addTail } from './tail.ts'
import { addFeedVerify } from './verify.ts'

/** `zonecut feed`: how zones follow their registry's feed, and what an operator does about it. */
export function addFeed(program: Command): void {
  const feed = program
    .command('feed')
    .summary('show and look after the feed that a zone follows')
    .description(
      "Shows and looks after a registry's feed (docs/feed.md). --zone may be left out where only one zone follows one. tail, dead,\n" +
        'export and verify read the data folder, whether a server runs on it or not; the others ask the server.',
    )
    .helpOption('-h, --help', 'print this help')
    .addHelpText(
      'after',
      `
Examples:
  zonecut feed status --data /var/lib/zonecut
  zonecut feed dead --zone zz --data /var/lib/zonecut
  zonecut feed retry 17 18 --zone zz --data /var/lib/zonecut`,
    )
  for (const add of [
    addFeedStatus,
    addTail,
    addDead,
    addRetry,
    addApprove,
    addFeedExport,
    addFeedSnapshot,
    addFeedVerify,
  ])
    add(feed)
}
