import { formatListenAddress, type ListenAddress } from '../net/index.ts'
import type { ThreadReport, ZoneReport } from '../ops/index.ts'

/** More zones than this are counted and not listed. */
const LISTED = 12
/** `0.0.0.0` and every way to write `::`. */
const WILDCARD = /^(?:0\.0\.0\.0|[0:]+)$/

/** A name that a shell takes as it is. */
const PLAIN = /^[A-Za-z0-9._-]+$/

/** What is printed once the server answers: where, what, and a command to try. */
export function readyText(
  version: string,
  listen: readonly ListenAddress[],
  threads: readonly Pick<ThreadReport, 'name' | 'io'>[],
  zones: readonly ZoneReport[],
): string {
  const udp = threads.filter(({ name }) => name.startsWith('udp'))
  const how = `UDP (${udp.length} ${udp.length === 1 ? 'thread' : 'threads'}, ${udp[0]?.io}) and TCP`
  const lines = [
    `zonecut ${version} is ready`,
    ...listen.map((address) => `  ${formatListenAddress(address)}  ${how}`),
    ...zoneLines(zones),
  ]
  const serving = zones.filter(({ state }) => state === 'serving')
  const served = serving.find(({ origin }) => PLAIN.test(origin)) ?? serving[0]
  const first = listen[0]
  if (served !== undefined && first !== undefined) lines.push(`try: ${digCommand(first, served.origin)}`)
  return `${lines.join('\n')}\n`
}

function zoneLines(zones: readonly ZoneReport[]): string[] {
  if (zones.length === 0) return ['  no zones: load one with zonecut load FILE --zone ORIGIN --data DIR']
  if (zones.length > LISTED) {
    const serving = zones.filter(({ state }) => state === 'serving').length
    return [`  ${serving} of ${zones.length} zones served; zonecut status lists them`]
  }
  const width = Math.max(...zones.map(({ origin }) => origin.length))
  return zones.map(({ origin, state, version, problem }) => {
    const detail =
      version === null || state === 'expired'
        ? `${state}: answers are SERVFAIL; ${problem ?? 'it is being loaded'}`
        : `serial ${version.serial}, ${version.records} records, ${version.delegations} delegations`
    return `  ${origin.padEnd(width)}  ${detail}`
  })
}

/** A dig command that this machine can run against the server. */
function digCommand({ address, port }: ListenAddress, origin: string): string {
  const target = WILDCARD.test(address) ? (address.includes(':') ? '::1' : '127.0.0.1') : address
  const name = PLAIN.test(origin) ? origin : `'${origin.replaceAll("'", "'\\''")}'`
  return `dig @${target} -p ${port} ${name} SOA +norecurse`
}
