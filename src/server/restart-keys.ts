import { isDeepStrictEqual } from 'node:util'
import type { Settings } from '../config/index.ts'

/** Keys of the configuration that are read only at the start, and where each lies in the settings. */
const STARTED_WITH: Readonly<Record<string, (settings: Settings) => unknown>> = {
  data: ({ data }) => data,
  listen: ({ listen }) => listen,
  workers: ({ workers }) => workers,
  io: ({ io }) => io,
  'control.socket': ({ control }) => control.socket,
  'control.listen': ({ control }) => control.listen,
  // Files are read again; whether there are any stays.
  'control.tls': ({ control }) => control.tls !== undefined,
  'control.tls.clientCa': ({ control }) => control.tls?.clientCa !== undefined,
  'control.maxBody': ({ control }) => control.limits.maxBody,
  'control.maxConnections': ({ control }) => control.limits.maxConnections,
  'control.headerTimeout': ({ control }) => control.limits.headerTimeout,
  'control.requestTimeout': ({ control }) => control.limits.requestTimeout,
  'metrics.listen': ({ metricsListen }) => metricsListen,
  edns: ({ ednsPayload }) => ednsPayload,
  nsid: ({ nsid }) => nsid,
  chaos: ({ chaos }) => chaos,
  tcp: ({ tcp }) => tcp,
  'log.format': ({ log }) => log.format,
}

/** A note for each key that was changed and takes effect only after a restart. */
export function restartKeys(before: Settings, after: Settings): string[] {
  return Object.entries(STARTED_WITH)
    .filter(([, read]) => !isDeepStrictEqual(read(before), read(after)))
    .map(([key]) => `the key ${key} was changed; it takes effect when the server is restarted`)
}
