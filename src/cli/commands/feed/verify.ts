import type { Command } from 'commander'
import type { FeedSettings, ProjectionCounts } from '../../../feed/index.ts'
import { ExitCode } from '../../exit.ts'
import { writeOut } from '../../output.ts'
import { programVersion } from '../../version.ts'
import { addStoreOptions, openStoredFeed, type StoreOptions } from './zone.ts'

interface FeedVerifyOptions extends StoreOptions {
  readonly json?: true
}

export function addFeedVerify(feed: Command): void {
  addStoreOptions(feed.command('verify'))
    .summary('compare a zone with what its objects make of it')
    .description(
      'Rebuilds from the objects of a feed what the zone has to show, and compares it with the records that are served; then\n' +
        'the lists that are kept beside them, of who uses a host and of what comes due. Prints each difference, and ends with 1\n' +
        'when there is any. With --config it also knows the TTLs of what names none. A server may run on the data folder.',
    )
    .option('--json', 'print JSON, one object a line: the differences, and a summary at the end')
    .addHelpText(
      'after',
      `
Examples:
  zonecut feed verify --config /etc/zonecut.yaml
  zonecut feed verify --zone zz --data /var/lib/zonecut --json`,
    )
    .action(async (options: FeedVerifyOptions) => {
      const { verifyProjection } = await import('../../../feed/index.ts')
      const { differenceJson, differenceText } = await import('./difference.ts')
      const { snapshot, cursor, zone } = await openStoredFeed(options)
      try {
        const print = options.json ? differenceJson : differenceText
        const found = verifyProjection(snapshot, await ttlsOf(options, zone))
        let differences = 0
        let next = found.next()
        for (; !next.done; next = found.next()) {
          differences++
          writeOut(print(next.value))
        }
        const summary = { zone, seq: cursor.seq, serial: snapshot.info.serial, ...next.value, differences }
        writeOut(options.json ? `${JSON.stringify({ kind: 'summary', ...summary })}\n` : summaryText(summary))
        if (differences > 0) process.exitCode = ExitCode.Fault
      } finally {
        snapshot.close()
      }
    })
}

/** TTLs of objects that name none, where a configuration tells. */
async function ttlsOf({ config }: FeedVerifyOptions, zone: string): Promise<FeedSettings['ttl'] | undefined> {
  if (config === undefined) return undefined
  const { loadSettings } = await import('../../../config/index.ts')
  return loadSettings({ config }, programVersion()).zones.find(({ originText }) => originText === zone)?.feed?.ttl
}

interface Summary extends ProjectionCounts {
  readonly zone: string
  readonly seq: number
  readonly serial: number
  readonly differences: number
}

function summaryText({ zone, seq, serial, domains, hosts, pending, differences }: Summary): string {
  const outcome = differences === 0 ? 'the zone is what its objects make it' : `${differences} differences`
  return `${zone} event ${seq}, serial ${serial}: ${domains} domains, ${hosts} hosts, ${pending} changes to come; ${outcome}\n`
}
