import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PeerKind } from './peer.ts'

/** NSD, with its defaults for answers and without rate limits. */
export const nsd: PeerKind = {
  name: 'nsd',
  tool: 'nsd',
  prepare(folder, port, zones) {
    const lines = [
      'server:',
      `  ip-address: 127.0.0.1@${port}`,
      '  username: ""',
      '  chroot: ""',
      `  zonesdir: "${folder}"`,
      '  database: ""',
      `  zonelistfile: "${join(folder, 'zone.list')}"`,
      `  pidfile: "${join(folder, 'nsd.pid')}"`,
      `  xfrdfile: "${join(folder, 'xfrd.state')}"`,
      `  xfrdir: "${folder}"`,
      '  server-count: 1',
      '  tcp-count: 100',
      '  tcp-query-count: 0',
      '  rrl-ratelimit: 0',
      '  rrl-whitelist-ratelimit: 0',
      'remote-control:',
      '  control-enable: no',
    ]
    for (const { origin, file } of zones) lines.push('zone:', `  name: "${origin}"`, `  zonefile: "${file}"`)
    const config = join(folder, 'nsd.conf')
    writeFileSync(config, `${lines.join('\n')}\n`)
    return { command: 'nsd', args: ['-d', '-c', config] }
  },
}
