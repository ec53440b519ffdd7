import type { Command } from 'commander'
import type { DeadLetter } from '../../../pipeline/index.ts'
import { writeJson, writeOut } from '../../output.ts'
import { numberOption } from '../number.ts'
import { addStoreOptions, openStoredFeed, type StoreOptions } from './zone.ts'

interface DeadOptions extends StoreOptions {
  readonly limit?: string
  readonly events?: true
  readonly json?: true
}

export function addDead(feed: Command): void {
  addStoreOptions(feed.command('dead'))
    .summary('show events that were refused')
    .description(
      'Shows the dead letters of a feed, oldest first: events that were refused, why, and as they came. They wait there for\n' +
        'zonecut feed retry, which tries them as they are; one that is to be mended is sent again as a new event of the feed.',
    )
    .option('--limit <n>', 'the latest so many only')
    .option('--events', 'print the events themselves as JSON Lines, those left out that were too long to be kept')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  zonecut feed dead --data /var/lib/zonecut
  zonecut feed dead --zone zz --limit 20 --json
  zonecut feed dead --zone zz --events > to-be-mended.jsonl`,
    )
    .action(async (options: DeadOptions) => {
      const limit = options.limit === undefined ? undefined : numberOption('--limit', options.limit)
      const { deadLetters } = await import('../../../pipeline/index.ts')
      const { snapshot, cursor, zone } = await openStoredFeed(options)
      try {
        const passed = limit === undefined ? 0 : Math.max(0, cursor.dead.kept - limit)
        const letters = after(deadLetters(snapshot), passed)
        if (options.json) writeJson([...letters])
        else if (options.events) for (const { event } of letters) writeEvent(event)
        else {
          for (const letter of letters) writeOut(letterText(letter))
          if (cursor.dead.kept === 0) writeOut(`no event of ${zone} is a dead letter\n`)
        }
      } finally {
        snapshot.close()
      }
    })
}

function* after<T>(items: Iterable<T>, passed: number): Generator<T> {
  let index = 0
  for (const item of items) if (index++ >= passed) yield item
}

function writeEvent(event: string | null): void {
  if (event !== null) writeOut(`${event}\n`)
}

function letterText({ number, seq, source, reason, problem, refusedAt, event, beginning }: DeadLetter): string {
  const of = seq === null ? 'an event whose number could not be read' : `event ${seq}`
  const text = event ?? (beginning === null ? 'the event was not kept' : `${beginning}… (only the beginning was kept)`)
  return `${number}  ${of} from ${source}, refused ${refusedAt}\n  ${reason}: ${problem}\n  ${printable(text)}\n`
}

/** What somebody sent, safe to show on a terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
