import type { Command } from 'commander'
import { type DsReport, type KeyState, reportDs } from '../../../dnssec/keys/index.ts'
import { dsMatchesKey } from '../../../dnssec/verify/index.ts'
import { RRType } from '../../../iana/index.ts'
import { rdataFromText } from '../../../wire/index.ts'
import { CommandError, usageError } from '../../exit.ts'
import { writeJson, writeOut } from '../../output.ts'
import { periodOption } from '../duration.ts'
import { momentOption } from '../moment.ts'
import { findKey, type KeyFolder, type KeyOptions, openKeyFolder, withKeyOptions } from './folder.ts'
import { momentText } from './view.ts'

interface ParentOptions extends KeyOptions {
  readonly dsSeen?: readonly string[]
  readonly dsGone?: readonly string[]
  readonly shows?: readonly string[]
  readonly ttl?: number
  readonly at?: number
}

/** What is told of a key. */
type Sightings = readonly Pick<DsReport, 'id' | 'sight'>[]

export function addParent(keys: Command): void {
  withKeyOptions(keys.command('parent'))
    .summary('tell which DS the parent has')
    .description(
      'Tells the server that the parent shows the DS of a key, or no longer shows it, where the server has no parents: to ask.\n' +
        'What waits for the parent goes on when caches have followed. Tell what all servers of the parent zone show, asked\n' +
        'themselves and not by way of a resolver. What is told wrongly can make the zone bogus.',
    )
    .option('--ds-seen <keys...>', 'keys whose DS every server of the parent shows')
    .option('--ds-gone <keys...>', 'keys whose DS no server of the parent shows any more')
    .option(
      '--shows <ds...>',
      'instead of these, all DS that the parent shows, each as "TAG ALGORITHM TYPE DIGEST"; or none',
    )
    .option(
      '--ttl <time>',
      'TTL of the DS records at the parent (default: 1d, as in the root zone, or what was seen if that is longer)',
      periodOption,
    )
    .option(
      '--at <time>',
      'when it was seen: YYYYMMDDHHMMSS in UTC, or seconds since 1970 (default: now)',
      momentOption,
    )
    .addHelpText(
      'after',
      `
Examples:
  zonecut keys parent --zone zz --keys /etc/zonecut/keys --ds-seen 23456 --ds-gone 12345
  zonecut keys parent --zone zz --keys /etc/zonecut/keys --ds-seen Kzz.+013+23456 --ttl 1h --at 20261124170000
  zonecut keys parent --zone zz --keys /etc/zonecut/keys --shows "$(dig +short +norecurse @a.root-servers.net zz DS)"`,
    )
    .action((options: ParentOptions) => {
      const { dsSeen = [], dsGone = [], shows, ttl, at } = options
      const named = dsSeen.length + dsGone.length > 0
      if (named === (shows !== undefined)) throw usageError('give --ds-seen and --ds-gone, or --shows')
      const folder = openKeyFolder(options)
      const records = shows === undefined ? undefined : dsRecords(shows)
      const now = Math.floor(Date.now() / 1000)
      let told: Sightings = []
      let known = 0
      const state = folder.file.update((before) => {
        told =
          records === undefined
            ? namedKeys(folder, before.keys, dsSeen, dsGone)
            : ofRecords(folder, before.keys, records)
        const after = told.reduce((next, sighting) => reportDs(next, { ...sighting, at: at ?? now, ttl }, now), before)
        known = told.length - (after.reports.length - before.reports.length)
        return after
      })
      if (options.json) {
        const reports = state.reports.map((report) => ({ ...report, at: momentText(report.at) }))
        writeJson({ zone: folder.zone, told, reports })
        return
      }
      for (const { id, sight } of told) {
        writeOut(`the parent ${sight === 'there' ? 'shows the DS' : 'shows no DS'} of ${id}\n`)
      }
      if (known === told.length) writeOut('all of it is known already\n')
      else writeOut('noted; a running server takes it up within a minute\n')
    })
}

/** A key of the state, also one whose files are lost: its DS has to go too. */
function keyIn(folder: KeyFolder, keys: readonly KeyState[], word: string): string {
  const found = keys.filter(({ id, keyTag }) => id === word || String(keyTag) === word)
  return found.length === 1 ? found[0]!.id : findKey(folder, word).id
}

function namedKeys(
  folder: KeyFolder,
  keys: readonly KeyState[],
  dsSeen: readonly string[],
  dsGone: readonly string[],
): Sightings {
  const seen = dsSeen.map((word) => keyIn(folder, keys, word))
  const gone = dsGone.map((word) => keyIn(folder, keys, word))
  const both = seen.find((id) => gone.includes(id))
  if (both !== undefined) throw usageError(`${both}: its DS can't be both seen and gone`)
  return [...seen.map((id) => ({ id, sight: 'there' as const })), ...gone.map((id) => ({ id, sight: 'gone' as const }))]
}

/** DS rdata, from texts of one or more lines as dig prints them. @throws CommandError */
function dsRecords(texts: readonly string[]): Uint8Array[] {
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => line.trim() !== '')
  if (lines.length === 0) throw usageError('--shows: it is empty; write none where the parent shows no DS')
  if (lines.length === 1 && lines[0]!.trim() === 'none') return []
  return lines.map((line) => {
    try {
      return rdataFromText(RRType.DS, line)
    } catch (error) {
      throw usageError(
        `--shows ${line}: ${(error as Error).message}; write TAG ALGORITHM TYPE DIGEST, all of it in quotes`,
      )
    }
  })
}

/** What an RRset says of each key to which a DS can point. @throws CommandError when a DS is almost that of a key */
function ofRecords({ origin }: KeyFolder, keys: readonly KeyState[], records: readonly Uint8Array[]): Sightings {
  return keys.flatMap(({ id, role, keyTag, algorithm, publicKey, ds }): Sightings => {
    if (role === 'zsk') return []
    const dnskey = Buffer.from(publicKey, 'base64')
    const similar = records.filter((rdata) => ((rdata[0]! << 8) | rdata[1]!) === keyTag && rdata[2] === algorithm)
    if (similar.some((rdata) => dsMatchesKey(origin, rdata, dnskey))) return [{ id, sight: 'there' }]
    if (similar.length > 0) {
      throw new CommandError(
        `--shows ${keyTag} ${algorithm}: the digest is not that of ${id}: is it whole, and of this zone?`,
      )
    }
    return ds.phase === 'hidden' ? [] : [{ id, sight: 'gone' }]
  })
}
