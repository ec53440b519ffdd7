import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

/** Debian packages that carry the programs the tests call. */
const PACKAGES: Readonly<Record<string, string>> = {
  nsd: 'nsd',
  knotd: 'knot',
  named: 'bind9',
  unbound: 'unbound',
  pdns_server: 'pdns-server and pdns-backend-bind',
  'dnssec-keygen': 'bind9-utils',
  'dnssec-signzone': 'bind9-utils',
  'dnssec-verify': 'bind9-utils',
  'named-checkzone': 'bind9-utils',
  'named-compilezone': 'bind9-utils',
  'named-rrchecker': 'bind9',
  'nsd-checkzone': 'nsd',
  kzonecheck: 'knot-dnssecutils',
  'ldns-read-zone': 'ldnsutils',
  'ldns-verify-zone': 'ldnsutils',
  delv: 'bind9-dnsutils',
  dig: 'bind9-dnsutils',
  kdig: 'knot-dnsutils',
  'nats-server': 'nats-server',
}

/** The program's path, or undefined where it is not installed. Daemons lie in sbin, which is not always in PATH. */
export function findTool(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin']
  for (const folder of folders) {
    if (folder === '') continue
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {}
  }
  return undefined
}

/** The program's path. Throws when it is absent: call it only where its absence has been dealt with. */
export function toolPath(name: string): string {
  const path = findTool(name)
  if (path === undefined) throw new Error(`${name} is not installed (Debian package ${PACKAGES[name] ?? name})`)
  return path
}

/** Why a suite that needs these programs cannot run, or undefined when all are there. */
export function missingTools(names: readonly string[]): string | undefined {
  const absent = names.filter((name) => findTool(name) === undefined)
  if (absent.length === 0) return undefined
  return absent.map((name) => `${name} is not installed (Debian package ${PACKAGES[name] ?? name})`).join(', ')
}
