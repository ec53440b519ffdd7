import type { Command } from 'commander'
import type { RecentCommit } from '../../../pipeline/index.ts'
import type { ZoneSnapshot } from '../../../store/index.ts'
import { writeOut } from '../../output.ts'
import { numberOption } from '../number.ts'
import { addStoreOptions, openStoredFeed, type StoredFeed, type StoreOptions } from './zone.ts'

interface TailOptions extends StoreOptions {
  readonly lines: string
  readonly follow?: true
  readonly json?: true
}

/** Milliseconds between two looks at the store: a file's first pages tell whether there is anything new. */
const INTERVAL = 250

export function addTail(feed: Command): void {
  addStoreOptions(feed.command('tail'))
    .summary('show what became of the latest events')
    .description(
      'Shows what became of the latest events of a feed, a line each: when it was committed, the serial it is served in, its\n' +
        'number, how it ended, and its object. "due" are changes that waited for their time.',
    )
    .option('-n, --lines <n>', 'how many', '20')
    .option('-f, --follow', 'go on with each commit, until interrupted')
    .option('--json', 'print JSON, one object a line')
    .addHelpText(
      'after',
      `
Examples:
  zonecut feed tail --data /var/lib/zonecut
  zonecut feed tail --zone zz -n 100 --json
  zonecut feed tail --zone zz --follow`,
    )
    .action(async (options: TailOptions) => {
      const lines = numberOption('--lines', options.lines)
      const { recentCommit } = await import('../../../pipeline/index.ts')
      const lineOf = options.json ? jsonLine : textLine
      const stored = await openStoredFeed(options)
      try {
        const { snapshot, cursor } = stored
        const commits: RecentCommit[] = []
        for (let number = cursor.commits, events = 0; number > 0 && events < lines; number--) {
          const commit = recentCommit(snapshot, number)
          if (commit === undefined) break
          commits.unshift(commit)
          events += eventsOf(commit).length
        }
        const latest = lines === 0 ? [] : commits.flatMap(eventsOf).slice(-lines)
        writeOut(latest.map(lineOf).join(''))
      } finally {
        stored.snapshot.close()
      }
      if (options.follow) await follow(stored, (commit) => writeOut(eventsOf(commit).map(lineOf).join('')))
    })
}

/** What is told of one event. */
interface Told {
  readonly at: string
  readonly serial: number
  readonly commit: number
  readonly event: RecentCommit['events'][number] | undefined
  /** Events of the commit that are not listed. */
  readonly more: number
}

function eventsOf({ at, serial, number, events, more }: RecentCommit): Told[] {
  const told = events.map((event): Told => ({ at, serial, commit: number, event, more: 0 }))
  return more === 0 ? told : [...told, { at, serial, commit: number, event: undefined, more }]
}

function jsonLine({ at, serial, commit, event, more }: Told): string {
  return `${JSON.stringify({ at, serial, commit, ...(event ?? { more }) })}\n`
}

function textLine({ at, serial, event, more }: Told): string {
  if (event === undefined) return `${at}  serial ${serial}  and ${more} events more of this commit\n`
  const { seq, outcome, op, object, note } = event
  const what = object === null ? '' : `  ${op} ${object}`
  const until = note === null ? '' : outcome === 'pending' ? `  until ${note}` : `  ${note}`
  return `${at}  serial ${serial}  ${seq === null ? 'no number' : `event ${seq}`}  ${outcome}${what}${until}\n`
}

/** Gives each commit that comes, until the program is interrupted. A zone that is loaded anew is followed on. */
async function follow({ dataDir, origin, cursor }: StoredFeed, show: (commit: RecentCommit) => void): Promise<void> {
  const { currentVersion, lastTransaction, openZone, zoneFolder } = await import('../../../store/index.ts')
  const { readCursor, recentCommit } = await import('../../../pipeline/index.ts')
  const { join } = await import('node:path')
  let shown = cursor.commits
  let seen = ''
  const look = () => {
    const version = currentVersion(dataDir, origin)
    if (version === undefined) return
    const state = `${version} ${lastTransaction(join(zoneFolder(dataDir, origin), version))}`
    if (state === seen) return
    let snapshot: ZoneSnapshot | undefined
    try {
      snapshot = openZone(dataDir, origin)
      const commits = readCursor(snapshot)?.commits ?? 0
      // A zone that was loaded anew may have begun its feed anew.
      if (commits < shown) shown = 0
      for (let number = shown + 1; number <= commits; number++) {
        const commit = recentCommit(snapshot, number)
        if (commit !== undefined) show(commit)
      }
      shown = commits
      seen = state
    } finally {
      snapshot?.close()
    }
  }
  await new Promise<void>((resolve, reject) => {
    const timer = setInterval(() => {
      try {
        look()
      } catch (error) {
        end()
        reject(error)
      }
    }, INTERVAL)
    const end = () => {
      clearInterval(timer)
      resolve()
    }
    process.once('SIGINT', end)
    process.once('SIGTERM', end)
  })
}
