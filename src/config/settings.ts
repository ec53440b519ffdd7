import { availableParallelism, hostname } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { ListenAddress } from '../net/index.ts'
import { lowerName, type Name, nameFromText, nameToText } from '../wire/index.ts'
import { parseAddress } from './address.ts'
import { METRICS_PORT } from './control-schema.ts'
import { type ControlSetting, controlSetting } from './control-setting.ts'
import { ConfigError } from './error.ts'
import { feedOfPath } from './feed-schema.ts'
import { type FeedSetting, feedSetting } from './feed-setting.ts'
import { parseConfig, readConfig } from './file.ts'
import type { Config } from './schema.ts'
import { defaultSign } from './sign-schema.ts'
import { type SigningSetting, signingSetting } from './signing-setting.ts'

/** A zone to serve, and where it comes from. */
export interface ZoneSetting {
  /** Lower case. */
  readonly origin: Name
  /** Fully qualified, as it is shown and kept: `zz.` */
  readonly originText: string
  /** Absolute path of its master file; undefined when the zone is only served from the store. */
  readonly file: string | undefined
  /** How it is signed; absent: it is served as it is. */
  readonly signing?: SigningSetting
  /** The registry's feed that it follows; absent: it changes by its file and by hand. */
  readonly feed?: FeedSetting
}

/** What the command line tells of a zone; what it does not name stays as it is. */
type ZoneOption = Omit<ZoneSetting, 'file'> & Partial<Pick<ZoneSetting, 'file'>>

/** What is answered to questions about the server itself; undefined is REFUSED. */
export interface ChaosSettings {
  /** `version.bind` and `version.server`. */
  readonly version: string | undefined
  /** `hostname.bind`. */
  readonly hostname: string | undefined
  /** `id.server` (RFC 4892). */
  readonly id: string | undefined
}

export interface TcpSettings {
  readonly maxConnections: number
  readonly maxPerClient: number
  /** Seconds; how long a connection may wait between messages (RFC 7766 6.2.3). */
  readonly idleTimeout: number
  /** Seconds; how long a message may take from its first octet to its last. */
  readonly messageTimeout: number
  /** Seconds; how long replies may wait without the client taking one octet. */
  readonly writeTimeout: number
}

export interface LogSettings {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly format: 'text' | 'json'
}

/** Everything the server needs to know, complete: paths absolute, names read, defaults taken. */
export interface Settings {
  /** Absolute path, or undefined when there is no file. */
  readonly configFile: string | undefined
  /** The data folder, absolute. */
  readonly data: string
  readonly control: ControlSetting
  /** Where metrics are served as plain HTTP; none: on the control server only. */
  readonly metricsListen: readonly ListenAddress[]
  readonly listen: readonly ListenAddress[]
  /** UDP threads. */
  readonly workers: number
  readonly io: 'auto' | 'mmsg' | 'dgram'
  readonly zones: readonly ZoneSetting[]
  /** The largest UDP response, octets (RFC 6891 6.2.5). */
  readonly ednsPayload: number
  /** Sent to who asks for it (RFC 5001); undefined for none. */
  readonly nsid: string | undefined
  readonly chaos: ChaosSettings
  readonly tcp: TcpSettings
  readonly log: LogSettings
}

/** What the command line says; each part goes before the file's. Paths are relative to the working directory. */
export interface Overrides {
  readonly config?: string
  readonly data?: string
  readonly zones?: readonly string[]
  /** Origins of zones that are signed, by the default policy where the configuration has none. */
  readonly sign?: readonly string[]
  /** `ORIGIN=PATH`: zones that follow a feed from a file, or from the standard input (`-`). */
  readonly feeds?: readonly string[]
  readonly listen?: readonly string[]
  readonly workers?: string
  readonly io?: string
}

/** The control socket of a data folder that is not told otherwise. */
export function defaultControl(dataDir: string): string {
  return join(resolve(dataDir), 'control.sock')
}

/**
 * Puts the configuration file (when one is named) and the command line together.
 * @param version the program's version, for `version.bind`
 * @throws ConfigError listing every problem, with file, line and key, or the command line option
 */
export function loadSettings(overrides: Overrides, version: string): Settings {
  const configFile = overrides.config === undefined ? undefined : resolve(overrides.config)
  const config = configFile === undefined ? parseConfig('', '') : readConfig(configFile)
  const base = configFile === undefined ? process.cwd() : dirname(configFile)
  const option = optionReader()

  const data = overrides.data === undefined ? resolve(base, config.data) : resolve(overrides.data)
  const settings: Settings = {
    configFile,
    data,
    control: controlSetting(config.control, base, defaultControl(data)),
    metricsListen: (config.metrics.listen ?? []).map((text) => parseAddress(text, METRICS_PORT)),
    listen:
      (overrides.listen ?? []).length > 0
        ? overrides.listen!.flatMap((text) => option.read('--listen', () => parseAddress(text)))
        : config.listen.map((text) => parseAddress(text)),
    workers: workerCount(option.read('--workers', () => parseWorkers(overrides.workers))[0] ?? config.workers),
    io: option.read('--io', () => parseIo(overrides.io))[0] ?? config.io,
    zones: [
      config.zones.map(({ origin, file, sign, feed }) => ({
        ...zoneSetting(origin, file === undefined ? undefined : resolve(base, file)),
        ...(sign === undefined ? {} : { signing: signingSetting(sign, base, data) }),
        ...(feed === undefined ? {} : { feed: feedSetting(feed, base) }),
      })),
      (overrides.zones ?? []).flatMap((text) => option.read('--zone', () => parseZoneOption(text))),
      (overrides.sign ?? []).flatMap((text) => option.read('--sign', () => parseSignOption(text, base, data))),
      (overrides.feeds ?? []).flatMap((text) => option.read('--feed', () => parseFeedOption(text))),
    ].reduce<readonly ZoneSetting[]>(mergeZones, []),
    ednsPayload: config.edns.payload,
    nsid: identityText(config.nsid, hostname()),
    chaos: {
      version: identityText(config.chaos.version, `zonecut ${version}`),
      hostname: identityText(config.chaos.hostname, hostname()),
      id: identityText(config.chaos.id, hostname()),
    },
    tcp: config.tcp,
    log: config.log,
  }
  option.check()
  return settings
}

/** `ORIGIN=FILE`, or `ORIGIN` alone for a zone that is in the store already. An `=` in the origin is written `\061`. */
function parseZoneOption(text: string): ZoneSetting {
  const equals = text.indexOf('=')
  const origin = equals < 0 ? text : text.slice(0, equals)
  const file = equals < 0 ? undefined : text.slice(equals + 1)
  if (origin === '' || file === '') throw new Error(`'${text}': write ORIGIN=FILE, as in zz=zones/zz.zone`)
  return zoneSetting(origin, file === undefined ? undefined : resolve(file))
}

function zoneSetting(originText: string, file: string | undefined): ZoneSetting {
  const origin = lowerName(nameFromText(originText))
  return { origin, originText: nameToText(origin), file }
}

/** A zone asked to be signed, by the default policy where the configuration has none. */
function parseSignOption(text: string, base: string, data: string): ZoneOption {
  const { file: _, ...zone } = zoneSetting(text, undefined)
  return { ...zone, signing: signingSetting(defaultSign(), base, data) }
}

/** `ORIGIN=PATH`. */
function parseFeedOption(text: string): ZoneOption {
  const { file, ...zone } = parseZoneOption(text)
  if (file === undefined) throw new Error(`'${text}': write ORIGIN=PATH, as in zz=/var/lib/registry/events.jsonl`)
  return { ...zone, feed: feedSetting(feedOfPath(text.slice(text.indexOf('=') + 1)), process.cwd()) }
}

/** The command line's zones join the file's, and of one that is there already what is told anew counts. */
function mergeZones(before: readonly ZoneSetting[], more: readonly ZoneOption[]): ZoneSetting[] {
  const zones = new Map(before.map((zone) => [zone.originText, zone]))
  for (const zone of more) {
    const known = zones.get(zone.originText)
    // How a zone is signed is never taken from the command line where the configuration says it.
    const signing = known?.signing ?? zone.signing
    zones.set(zone.originText, {
      file: undefined,
      ...known,
      ...zone,
      ...(signing === undefined ? {} : { signing }),
    })
  }
  return [...zones.values()]
}

function parseWorkers(text: string | undefined): number | 'auto' | undefined {
  if (text === undefined || text === 'auto') return text
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > 256) {
    throw new Error(`'${text}': write auto or a whole number from 1 to 256`)
  }
  return count
}

function parseIo(text: string | undefined): Config['io'] | undefined {
  if (text === undefined || text === 'auto' || text === 'mmsg' || text === 'dgram') return text
  throw new Error(`'${text}': write auto, mmsg or dgram`)
}

function workerCount(workers: number | 'auto'): number {
  return workers === 'auto' ? availableParallelism() : workers
}

function identityText(value: string | false, automatic: string): string | undefined {
  if (value === false || value === 'off') return undefined
  return value === 'auto' ? automatic : value
}

/** Runs the parsers of command line options and gathers what they throw, so that all problems are told at once. */
function optionReader() {
  const problems: { file: undefined; line: 0; column: 0; key: string; message: string }[] = []
  return {
    read<T>(key: string, parse: () => T | undefined): T[] {
      try {
        const value = parse()
        return value === undefined ? [] : [value]
      } catch (error) {
        problems.push({ file: undefined, line: 0, column: 0, key, message: (error as Error).message })
        return []
      }
    },
    check(): void {
      if (problems.length > 0) throw new ConfigError(problems)
    },
  }
}
