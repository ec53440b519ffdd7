import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PeerKind } from './peer.ts'

/** A zone that a resolver asks one server for, whatever NS records say. */
export interface StubZone {
  /** Presentation form, fully qualified. */
  readonly origin: string
  readonly port: number
}

/**
 * Unbound as a validating resolver. It knows only these zones, so that nothing is asked of the network.
 * @param anchors DNSKEY or DS records in presentation form, one a line
 */
export function unboundWith(stubs: readonly StubZone[], anchors: string): PeerKind {
  return {
    name: 'unbound',
    tool: 'unbound',
    prepare(folder, port) {
      const anchorFile = join(folder, 'anchors')
      writeFileSync(anchorFile, anchors)
      const lines = [
        'server:',
        '  interface: 127.0.0.1',
        `  port: ${port}`,
        '  do-ip6: no',
        '  do-daemonize: no',
        '  username: ""',
        '  chroot: ""',
        `  directory: "${folder}"`,
        '  pidfile: ""',
        '  use-syslog: no',
        '  verbosity: 1',
        '  val-log-level: 2',
        '  num-threads: 1',
        '  do-not-query-localhost: no',
        '  module-config: "validator iterator"',
        `  trust-anchor-file: "${anchorFile}"`,
        'remote-control:',
        '  control-enable: no',
      ]
      for (const { origin, port } of stubs) {
        lines.push('stub-zone:', `  name: "${origin}"`, `  stub-addr: 127.0.0.1@${port}`)
      }
      const config = join(folder, 'unbound.conf')
      writeFileSync(config, `${lines.join('\n')}\n`)
      return { command: 'unbound', args: ['-d', '-c', config] }
    },
  }
}
