import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { HistoryUpdate } from '../../pipeline/index.ts'
import type { ZoneSnapshot } from '../../store/index.ts'
import type { Name } from '../../wire/index.ts'
import type { RRset } from '../../zone/index.ts'
import { usageError } from '../exit.ts'
import { writeOut } from '../output.ts'
import { numberOption } from './number.ts'
import { nameOption, originOption } from './origin.ts'

interface HistoryCommandOptions {
  readonly zone: string
  readonly data: string
  readonly name?: string
  readonly serial?: string
  readonly limit?: string
  readonly records?: true
  readonly signing?: true
  readonly json?: true
}

/** Octets of text written at a time. */
const PIECE = 1 << 16

export function addHistory(program: Command): void {
  program
    .command('history')
    .summary('show which updates changed a zone, and what')
    .description(
      'Shows from the journal of a zone which serial changed what and when, the newest first: a line for each update, and\n' +
        'with --name or --records the records that it took away (-) and added (+). The journal goes back to the last load of\n' +
        'the zone as a whole, and a week at most. A server may run on the data folder.',
    )
    .requiredOption('--zone <origin>', "the zone's name")
    .option('--name <name>', 'only updates that changed records of this name, and those records')
    .option('--serial <n>', 'only updates to this serial')
    .option('-n, --limit <n>', 'the newest so many updates only')
    .option('--records', 'the records too')
    .option('--signing', 'also signatures and proofs of non-existence, and updates that changed nothing else')
    .option('--data <dir>', 'data folder', './data')
    .option('--json', 'print JSON, one object a line')
    .addHelpText(
      'after',
      `
Examples:
  zonecut history --zone zz --data /var/lib/zonecut -n 20
  zonecut history --zone zz --name example.zz
  zonecut history --zone zz --serial 2026112401 --records --json`,
    )
    .action(async (options: HistoryCommandOptions) => {
      const origin = originOption(options.zone)
      const name = options.name === undefined ? undefined : nameOption('--name', options.name, origin)
      const serial = options.serial === undefined ? undefined : numberOption('--serial', options.serial)
      const limit = options.limit === undefined ? undefined : numberOption('--limit', options.limit)
      if (options.signing && name === undefined && !options.records) {
        throw usageError('--signing is about records: give --records or --name as well')
      }
      const { openZone } = await import('../../store/index.ts')
      const { zoneHistory } = await import('../../pipeline/index.ts')
      const view = await viewOf(options)
      const snapshot = openZone(resolve(options.data), origin)
      try {
        let told = 0
        for (const update of zoneHistory(snapshot, asked(name, options.signing))) {
          if (serial !== undefined && update.serialAfter !== serial) continue
          if (limit !== undefined && told++ >= limit) return
          view.update(update)
        }
        view.end(snapshot)
      } finally {
        view.flush()
        snapshot.close()
      }
    })
}

function asked(name: Name | undefined, signing = false) {
  return name === undefined ? { signing } : { name, signing }
}

/** How updates are shown. */
interface HistoryView {
  update(update: HistoryUpdate): void
  /** All that the journal keeps was told. */
  end(snapshot: ZoneSnapshot): void
  flush(): void
}

async function viewOf({ json, records, name, signing }: HistoryCommandOptions): Promise<HistoryView> {
  const { recordDifference } = await import('../../zone/index.ts')
  const { printRecord } = await import('../../zonefile/index.ts')
  const { RRType } = await import('../../iana/index.ts')
  const out = new Pieces()
  const lines = (owner: Name, { ttl, type, rdatas, signatures }: RRset) => [
    ...rdatas.map((rdata) => printRecord(owner, ttl, type, rdata)),
    ...(signing ? signatures : []).map((rdata) => printRecord(owner, ttl, RRType.RRSIG, rdata)),
  ]
  const told = (update: HistoryUpdate, tell: (removed: string[], added: string[]) => void) => {
    if (!records && name === undefined) return
    for (const replacement of update.changes()) {
      const { removed, added } = recordDifference(replacement)
      tell(lines(replacement.owner, removed), lines(replacement.owner, added))
    }
  }
  const flush = () => out.flush()
  if (json) {
    return {
      update(update) {
        out.add(`${JSON.stringify(updateData(update))}\n`)
        const { serialAfter: serial, revision } = update
        told(update, (removed, added) =>
          out.add(`${JSON.stringify({ kind: 'change', serial, revision, removed, added })}\n`),
        )
      },
      end: () => {},
      flush,
    }
  }
  return {
    update(update) {
      out.add(updateLine(update))
      told(update, (removed, added) => {
        for (const line of removed) out.add(`  - ${line}\n`)
        for (const line of added) out.add(`  + ${line}\n`)
      })
    },
    end({ info, journal }) {
      const oldest = [...journal.back()].at(-1)
      out.add(`the journal of ${info.origin} goes back to serial ${oldest?.serialBefore ?? info.serial}\n`)
    },
    flush,
  }
}

function updateData({ revision, serialBefore, serialAfter, committedAt, cause, seqs, ...counts }: HistoryUpdate) {
  const { rrsets, removed, added } = counts
  const at = new Date(committedAt).toISOString()
  const events = seqs ?? null
  return { kind: 'update', serial: serialAfter, serialBefore, revision, at, cause, events, rrsets, removed, added }
}

function updateLine(update: HistoryUpdate): string {
  const { revision, serialBefore, serialAfter, committedAt, cause, seqs, rrsets, removed, added } = update
  const events =
    seqs === undefined ? '' : seqs.first === seqs.last ? ` event ${seqs.first}` : ` events ${seqs.first}-${seqs.last}`
  return (
    `serial ${serialAfter} (from ${serialBefore}, revision ${revision})  ${new Date(committedAt).toISOString()}  ` +
    `${cause}${events}: ${rrsets} RRsets, ${removed} records removed, ${added} added\n`
  )
}

/** Text for the standard output, a piece at a time. */
class Pieces {
  #text = ''

  add(text: string): void {
    this.#text += text
    if (this.#text.length >= PIECE) this.flush()
  }

  flush(): void {
    writeOut(this.#text)
    this.#text = ''
  }
}
