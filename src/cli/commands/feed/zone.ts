import { resolve } from 'node:path'
import type { Command } from 'commander'
import { type ControlAddress, type FeedReport, fetchStatus, type ZoneReport } from '../../../ops/index.ts'
import type { FeedCursor } from '../../../pipeline/index.ts'
import type { ZoneSnapshot } from '../../../store/index.ts'
import { type Name, nameToText } from '../../../wire/index.ts'
import { CommandError, usageError } from '../../exit.ts'
import { programVersion } from '../../version.ts'
import { originOption } from '../origin.ts'

export interface ZoneOption {
  readonly zone?: string
}

/** How a command is told which store it reads. */
export interface StoreOptions extends ZoneOption {
  readonly data?: string
  readonly config?: string
}

/** A zone that follows a feed, as a running server reports it. */
export type FedZoneReport = ZoneReport & { readonly feed: FeedReport }

/** A zone that follows a feed, as its store has it. */
export interface StoredFeed {
  readonly dataDir: string
  readonly origin: Name
  /** The origin for people. */
  readonly zone: string
  readonly snapshot: ZoneSnapshot
  readonly cursor: FeedCursor
}

export function addZoneOption(command: Command): Command {
  return command.option('--zone <origin>', 'the zone; may be left out where only one follows a feed')
}

/** The options of {@link StoreOptions}. */
export function addStoreOptions(command: Command): Command {
  return addZoneOption(command)
    .option('--data <dir>', 'data folder (default: ./data)')
    .option('--config <file>', "the server's configuration file, in place of --data")
}

/** The zones of a server that follow feeds, or the one that is named. @throws ControlClientError, CommandError */
export async function fedZones(server: ControlAddress, { zone }: ZoneOption): Promise<readonly FedZoneReport[]> {
  const { zones } = await fetchStatus(server)
  const fed = zones.filter((report): report is FedZoneReport => report.feed !== null)
  if (zone === undefined) {
    if (fed.length === 0) throw new CommandError('no zone of this server follows a feed')
    return fed
  }
  const origin = nameToText(originOption(zone))
  const found = fed.filter((report) => report.origin === origin)
  if (found.length > 0) return found
  const isServed = zones.some((report) => report.origin === origin)
  throw new CommandError(isServed ? `${origin} does not follow a feed` : `the server has no zone ${origin}`)
}

/** The one zone that is meant, as the server reports it. @throws ControlClientError, CommandError */
export async function fedZone(server: ControlAddress, option: ZoneOption): Promise<FedZoneReport> {
  const fed = await fedZones(server, option)
  if (fed.length > 1) throw severalError(fed.map(({ origin }) => origin))
  return fed[0]!
}

/** The name of the one zone that is meant; the server is asked only where none is named. @throws ControlClientError, CommandError */
export async function fedOrigin(server: ControlAddress, { zone }: ZoneOption): Promise<string> {
  return zone === undefined ? (await fedZone(server, {})).origin : nameToText(originOption(zone))
}

/**
 * Opens the store of the zone that is meant, for reading; a server may run on it.
 * @returns what the caller closes
 * @throws StoreError, ConfigError, CommandError when there is no such zone, or it follows no feed
 */
export async function openStoredFeed(options: StoreOptions): Promise<StoredFeed> {
  const { listZones, openZone } = await import('../../../store/index.ts')
  const { readCursor } = await import('../../../pipeline/index.ts')
  const dataDir = await dataFolder(options)
  const open = (origin: Name): StoredFeed | undefined => {
    const snapshot = openZone(dataDir, origin)
    const cursor = readCursor(snapshot)
    if (cursor !== undefined) return { dataDir, origin, zone: nameToText(origin), snapshot, cursor }
    snapshot.close()
    return undefined
  }
  if (options.zone !== undefined) {
    const origin = originOption(options.zone)
    const feed = open(origin)
    if (feed === undefined) throw new CommandError(`${nameToText(origin)} does not follow a feed in ${dataDir}`)
    return feed
  }
  const feeds = listZones(dataDir).flatMap((origin) => open(origin) ?? [])
  if (feeds.length === 1) return feeds[0]!
  for (const { snapshot } of feeds) snapshot.close()
  if (feeds.length > 1) throw severalError(feeds.map(({ zone }) => zone))
  throw new CommandError(`no zone in ${dataDir} follows a feed`)
}

async function dataFolder({ data, config }: StoreOptions): Promise<string> {
  if (config === undefined) return resolve(data ?? './data')
  const { loadSettings } = await import('../../../config/index.ts')
  return loadSettings(data === undefined ? { config } : { config, data }, programVersion()).data
}

function severalError(zones: readonly string[]): CommandError {
  return usageError(`several zones follow feeds: name one of ${zones.join(' ')} by --zone`)
}
