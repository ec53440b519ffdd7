import { resolve } from 'node:path'
import type { FeedRules, FeedSettings, NatsLogin, SourceSettings } from '../feed/index.ts'
import { defaultFeed, type FeedConfig } from './feed-schema.ts'

/** How a served zone follows its registry; plain data, which goes through an IPC channel as it is. */
export interface FeedSetting {
  readonly sources: readonly SourceSettings[]
  /** How an unsigned zone's serial goes on; a signed one's does by its policy. */
  readonly serial: 'increment' | 'date' | 'unix'
  readonly ttl: FeedSettings['ttl']
  /** Patterns as they were written; see `feedRules`. */
  readonly rules: Omit<FeedRules, 'refusedLabels'> & { readonly refusedLabels: readonly string[] }
  /** What may be withdrawn before an operator is asked: a share (0 to 1) or number of delegations, in so many seconds. */
  readonly brake: { readonly share?: number; readonly count?: number; readonly window: number }
}

/** @param base folder that paths of the configuration are relative to */
export function feedSetting(feed: FeedConfig, base: string): FeedSetting {
  const { sources, serial, ttl, rules, brake } = feed
  const { publicationDelay, suffixes, ...others } = rules
  return {
    sources: sources.map((source) => sourceSetting(source, base)),
    serial,
    ttl,
    rules: { ...others, publicationDelay, suffixes },
    brake: brake === undefined ? { window: 0 } : defined(brake),
  }
}

/** The rules with their patterns read; a pattern matches a label as a whole. */
export function feedRules({ refusedLabels, ...rules }: FeedSetting['rules']): FeedRules {
  return { ...rules, refusedLabels: refusedLabels.map((pattern) => new RegExp(`^(?:${pattern})$`, 'u')) }
}

/** A feed that comes over HTTP only, with all defaults. */
export function defaultFeedSetting(): FeedSetting {
  return feedSetting(defaultFeed(), '.')
}

/** The brake with what it is not told left out. */
export function feedBrake({ brake: { share, count, window } }: FeedSetting) {
  return { share, count, window }
}

function sourceSetting({ file, folder, nats }: FeedConfig['sources'][number], base: string): SourceSettings {
  if (file !== undefined) return { kind: 'file', path: resolve(base, file) }
  if (folder !== undefined) return { kind: 'folder', path: resolve(base, folder) }
  if (nats === undefined) return { kind: 'stdin' }
  const { login, tls, ...rest } = nats
  const path = (value: string | undefined) => (value === undefined ? undefined : resolve(base, value))
  return {
    kind: 'nats',
    ...rest,
    ...(login === undefined ? {} : { login: loginOf(login, base) }),
    ...(tls === undefined
      ? {}
      : { tls: { caFile: path(tls.caFile), certFile: path(tls.certFile), keyFile: path(tls.keyFile) } }),
  }
}

function loginOf(
  { user, passwordFile, tokenFile, nkeyFile, credsFile }: Readonly<Record<string, string | undefined>>,
  base: string,
): NatsLogin {
  if (user !== undefined) return { user, passwordFile: resolve(base, passwordFile!) }
  if (tokenFile !== undefined) return { tokenFile: resolve(base, tokenFile) }
  return nkeyFile !== undefined ? { nkeyFile: resolve(base, nkeyFile) } : { credsFile: resolve(base, credsFile!) }
}

function defined({ share, count, window }: NonNullable<FeedConfig['brake']>): FeedSetting['brake'] {
  return { share, window, ...(count === undefined ? {} : { count }) }
}
