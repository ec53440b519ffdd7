import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PeerKind } from './peer.ts'

/** PowerDNS with the BIND backend, its caches off. */
export const powerdns: PeerKind = {
  name: 'powerdns',
  tool: 'pdns_server',
  prepare(folder, port, zones) {
    const zonesFile = join(folder, 'zones.conf')
    const clauses = zones.map(({ origin, file }) => `zone "${origin}" { type master; file "${file}"; };`)
    writeFileSync(zonesFile, `${clauses.join('\n')}\n`)
    const lines = [
      'launch=bind',
      `bind-config=${zonesFile}`,
      'bind-ignore-broken-records=no',
      'local-address=127.0.0.1',
      `local-port=${port}`,
      `socket-dir=${folder}`,
      'daemon=no',
      'guardian=no',
      'receiver-threads=1',
      'distributor-threads=1',
      'cache-ttl=0',
      'query-cache-ttl=0',
      'negquery-cache-ttl=0',
      'zone-cache-refresh-interval=0',
      'security-poll-suffix=',
      'loglevel=4',
    ]
    writeFileSync(join(folder, 'pdns.conf'), `${lines.join('\n')}\n`)
    return { command: 'pdns_server', args: [`--config-dir=${folder}`] }
  },
}
