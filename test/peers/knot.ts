import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PeerKind } from './peer.ts'

/** Knot DNS. Zone files are only read: no journal, nothing written back. */
export const knot: PeerKind = {
  name: 'knot',
  tool: 'knotd',
  prepare(folder, port, zones) {
    const lines = [
      'server:',
      `  rundir: "${folder}"`,
      `  listen: 127.0.0.1@${port}`,
      '  udp-workers: 1',
      '  tcp-workers: 1',
      '  background-workers: 1',
      'control:',
      `  listen: "${join(folder, 'knot.sock')}"`,
      'log:',
      '  - target: stderr',
      '    any: notice',
      'database:',
      `  storage: "${folder}"`,
      'template:',
      '  - id: default',
      `    storage: "${folder}"`,
      '    semantic-checks: off',
      '    journal-content: none',
      '    zonefile-sync: -1',
      '    zonefile-load: whole',
      'zone:',
    ]
    for (const { origin, file } of zones) lines.push(`  - domain: "${origin}"`, `    file: "${file}"`)
    const config = join(folder, 'knot.conf')
    writeFileSync(config, `${lines.join('\n')}\n`)
    return { command: 'knotd', args: ['-c', config] }
  },
}
