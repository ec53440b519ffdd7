import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PeerKind } from './peer.ts'

/** BIND as an authoritative server only, told to answer minimally, and to take any name a zone holds. */
export const bind: PeerKind = {
  name: 'bind',
  tool: 'named',
  prepare(folder, port, zones) {
    const lines = [
      'options {',
      `  directory "${folder}";`,
      `  listen-on port ${port} { 127.0.0.1; };`,
      '  listen-on-v6 { none; };',
      '  pid-file none;',
      '  lock-file none;',
      '  session-keyfile none;',
      '  recursion no;',
      '  allow-query { any; };',
      '  allow-transfer { none; };',
      '  minimal-responses yes;',
      '  max-udp-size 1232;',
      '  empty-zones-enable no;',
      '  dnssec-validation no;',
      '  notify no;',
      '  check-names primary ignore;',
      '  check-integrity no;',
      '  check-mx ignore;',
      '  check-dup-records ignore;',
      '  max-zone-ttl unlimited;',
      '  tcp-clients 200;',
      '};',
      'controls { };',
      'logging { category default { default_stderr; }; };',
    ]
    for (const { origin, file } of zones) {
      lines.push(`zone "${origin}" { type primary; file "${file}"; masterfile-format text; };`)
    }
    const config = join(folder, 'named.conf')
    writeFileSync(config, `${lines.join('\n')}\n`)
    return { command: 'named', args: ['-g', '-4', '-n', '1', '-c', config] }
  },
}
