import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { FeedSetting } from '../../../config/index.ts'
import { type ControlAddress, ControlClientError, requestSnapshot, type SnapshotAnswer } from '../../../ops/index.ts'
import type { SnapshotLoadOptions } from '../../../pipeline/index.ts'
import { nameToText } from '../../../wire/index.ts'
import { CommandError, usageError } from '../../exit.ts'
import { writeJson, writeOut } from '../../output.ts'
import { progressView } from '../../progress.ts'
import { programVersion } from '../../version.ts'
import { addServerOptions, controlAddress, type ServerOptions } from '../control-address.ts'
import { originOption } from '../origin.ts'
import { isConfirmed } from './confirm.ts'
import { addZoneOption, fedOrigin, type ZoneOption } from './zone.ts'

interface SnapshotOptions extends ServerOptions, ZoneOption {
  readonly yes?: true
  readonly json?: true
}

export function addFeedSnapshot(feed: Command): void {
  addZoneOption(addServerOptions(feed.command('snapshot')))
    .summary('start or repair a feed with a snapshot document')
    .description(
      'Makes a zone that of a snapshot document (docs/feed.md): its objects in the place of all that there were, and the feed goes\n' +
        'on after its seq. It is made beside the version that is served, checked, signed where the zone is, and switched to as a\n' +
        'whole, or nothing changes. The server does it, and reads the file itself; where none runs on the data folder, and the\n' +
        'zone is not there or not signed, the command does. What it would withdraw has to pass the brake.',
    )
    .argument('<file>', 'the document (gzip is unpacked); over https:// the absolute path of a file of the server')
    .option('--yes', 'also when more delegations would go than the brake lets pass')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  zonecut feed snapshot zz.snapshot.jsonl --zone zz --data /var/lib/zonecut
  zonecut feed snapshot zz.snapshot.jsonl.gz --config /etc/zonecut.yaml --yes --json`,
    )
    .action(async (file: string, options: SnapshotOptions) => {
      const server = await controlAddress(options)
      const path = typeof server === 'string' ? resolve(file) : file
      if (!path.startsWith('/')) throw usageError(`${file}: give the absolute path of a file of the server`)
      const answer = await asConfirmed(options, (approved) => load(server, path, options, approved))
      if (options.json) writeJson(answer)
      else writeOut(answerText(answer))
    })
}

type Answer = SnapshotAnswer & { readonly zone: string }

/** Nothing was done, since more delegations would go than the brake lets pass. */
class Held extends Error {}

/** Asks the operator, where what is to be done does not pass the brake. */
async function asConfirmed({ yes }: SnapshotOptions, work: (approved: boolean) => Promise<Answer>): Promise<Answer> {
  try {
    return await work(yes === true)
  } catch (error) {
    if (!(error instanceof Held)) throw error
    if (!(await isConfirmed(error.message))) throw new CommandError(`nothing was done: ${error.message}`)
    return work(true)
  }
}

async function load(
  server: ControlAddress,
  file: string,
  options: SnapshotOptions,
  approved: boolean,
): Promise<Answer> {
  try {
    const zone = await fedOrigin(server, options)
    return { zone, ...(await requestSnapshot(server, zone, file, approved)) }
  } catch (error) {
    if (!(error instanceof ControlClientError)) throw error
    if (error.absent && options.control === undefined) return loadHere(file, options, approved)
    throw error.reason === 'held' ? new Held(error.message) : new CommandError(error.message)
  }
}

/** Where no server runs. */
async function loadHere(file: string, options: SnapshotOptions, isApproved: boolean): Promise<Answer> {
  if (options.zone === undefined) throw usageError('no server runs there that could tell: name the zone by --zone')
  const origin = originOption(options.zone)
  const zone = nameToText(origin)
  const { dataDir, feed } = await settingsHere(options, zone)
  const { feedBrake } = await import('../../../config/index.ts')
  const { BrakeError, loadSnapshot, SnapshotError, SnapshotZoneError } = await import('../../../pipeline/index.ts')
  const { zoneInfo } = await import('../../../store/index.ts')
  if (zoneInfo(dataDir, origin)?.signed) {
    throw new CommandError(
      `${zone} is signed, and no server runs that could sign it anew: start one with zonecut serve`,
    )
  }
  const progress = progressView()
  const job: SnapshotLoadOptions = {
    dataDir,
    origin,
    file,
    ttl: feed.ttl,
    brake: feedBrake(feed),
    isApproved,
    serial: feed.serial,
    now: Date.now(),
    onProgress: (report) => progress.update(report),
  }
  try {
    const { info, seq, objects, withdrawn } = await loadSnapshot(job)
    return { zone, call: 'snapshot', seq, serial: info.serial, objects, withdrawn }
  } catch (error) {
    if (error instanceof BrakeError) throw new Held(error.message)
    const isOfDocument = error instanceof SnapshotError || error instanceof SnapshotZoneError
    throw isOfDocument ? new CommandError(`nothing was changed:\n${error.message}`) : error
  } finally {
    progress.finish()
  }
}

async function settingsHere(
  { config, data }: SnapshotOptions,
  zone: string,
): Promise<{ readonly dataDir: string; readonly feed: FeedSetting }> {
  const { defaultFeedSetting, loadSettings } = await import('../../../config/index.ts')
  if (config === undefined) return { dataDir: resolve(data ?? './data'), feed: defaultFeedSetting() }
  const settings = loadSettings(data === undefined ? { config } : { config, data }, programVersion())
  const feed = settings.zones.find(({ originText }) => originText === zone)?.feed
  return { dataDir: settings.data, feed: feed ?? defaultFeedSetting() }
}

function answerText({ zone, seq, serial, objects, withdrawn }: Answer): string {
  const gone = withdrawn === 0 ? '' : `; ${withdrawn} delegations are gone`
  return `${zone} serial ${serial}: ${objects} objects, the feed goes on after event ${seq}${gone}\n`
}
