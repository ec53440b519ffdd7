import { resolve } from 'node:path'
import type { Command } from 'commander'
import { CommandError } from '../../exit.ts'
import { OutputFile, writeOut } from '../../output.ts'
import { addStoreOptions, openStoredFeed, type StoreOptions } from './zone.ts'

interface FeedExportOptions extends StoreOptions {
  readonly output?: string
}

/** Characters of text written at a time. */
const PIECE = 1 << 18

export function addFeedExport(feed: Command): void {
  addStoreOptions(feed.command('export'))
    .summary('write all objects of a feed as a snapshot document')
    .description(
      'Writes all objects of a feed, as the last commit left them, as a snapshot document (docs/feed.md): JSON Lines, the first\n' +
        'with the number of the event that it holds all up to. zonecut feed snapshot starts or repairs a feed with it. A server\n' +
        'may run on the data folder; what it commits meanwhile is not in the document.',
    )
    .option('-o, --output <file>', 'file to write; it appears when it is complete (default: standard output)')
    .addHelpText(
      'after',
      `
Examples:
  zonecut feed export --zone zz --data /var/lib/zonecut -o zz.snapshot.jsonl
  zonecut feed export --config /etc/zonecut.yaml | gzip > zz.snapshot.jsonl.gz`,
    )
    .action(async (options: FeedExportOptions) => {
      const { snapshotLines } = await import('../../../feed/index.ts')
      const { snapshot, cursor } = await openStoredFeed(options)
      try {
        const head = { seq: cursor.seq, at: Date.now(), serial: snapshot.info.serial }
        const lines = snapshotLines(snapshot, head)
        if (options.output === undefined) writePieces(lines, writeOut)
        else writeFile(resolve(options.output), lines)
      } finally {
        snapshot.close()
      }
    })
}

function writePieces(lines: Iterable<string>, write: (text: string) => void): void {
  let piece = ''
  for (const line of lines) {
    piece += line
    if (piece.length < PIECE) continue
    write(piece)
    piece = ''
  }
  write(piece)
}

function writeFile(path: string, lines: Iterable<string>): void {
  let file: OutputFile
  try {
    file = new OutputFile(path)
  } catch (error) {
    throw new CommandError(`cannot write ${path}: ${(error as Error).message}`)
  }
  try {
    writePieces(lines, (text) => file.write(text))
    file.commit()
  } catch (error) {
    file.abandon()
    throw error
  }
}
