import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { SHARED } from '../interop/root-zone.ts'
import { deletion, domain, type EventFields, host, rrset } from './events.ts'

const FOLDER = join(SHARED, 'data/root-history')

/** Why the history can't be followed, or undefined when it can. */
export const historyMissing: string | undefined = existsSync(FOLDER) ? undefined : `no ${FOLDER}`

/** An owner's records by type: TTL in seconds, and rdata in presentation form. */
type Owner = ReadonlyMap<string, { readonly ttl: number; readonly rdata: readonly string[] }>

/** One version of the root zone, without what DNSSEC adds to it. */
export interface RootVersion {
  readonly serial: number
  readonly text: string
  readonly owners: ReadonlyMap<string, Owner>
}

/** Its records as lines in lower case, sorted; the serial left out. */
export function linesOfVersion({ owners }: RootVersion): string[] {
  const lines: string[] = []
  for (const [name, types] of owners) {
    for (const [type, { ttl, rdata }] of types) {
      for (const text of rdata) lines.push(comparable(`${name} ${ttl} ${type} ${text}`))
    }
  }
  return lines.sort()
}

/** A record's line as it is compared: the serial of a SOA record is the server's own. */
export function comparable(line: string): string {
  return line.toLowerCase().replace(/^(\. \d+ soa \S+ \S+) \d+/, '$1')
}

/** The versions in the order of their serials. */
export function* rootVersions(): Generator<RootVersion> {
  for (const name of readdirSync(FOLDER).sort()) {
    const text = gunzipSync(readFileSync(join(FOLDER, name))).toString('latin1')
    yield { serial: Number.parseInt(name, 10), text, owners: ownersOf(text) }
  }
}

/** `OWNER TTL IN TYPE RDATA` a line, names in full and in lower case. */
function ownersOf(text: string): RootVersion['owners'] {
  const owners = new Map<string, Map<string, { ttl: number; rdata: string[] }>>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    const [owner, ttl, , type, ...rdata] = line.split(/\s+/)
    const types = owners.get(owner!) ?? new Map()
    owners.set(owner!, types)
    const rrset = types.get(type!) ?? { ttl: Number(ttl), rdata: [] }
    types.set(type!, rrset)
    rrset.rdata.push(rdata.join(' ').trim())
  }
  return owners
}

/**
 * What a registry would have told between two versions: hosts before the domains that name them, and those that go after.
 * @returns the events, and the names of the domains among them
 */
export function eventsBetween(before: RootVersion, after: RootVersion): { events: EventFields[]; domains: string[] } {
  const [hosts, domains, gone, own]: EventFields[][] = [[], [], [], []]
  for (const name of new Set([...before.owners.keys(), ...after.owners.keys()])) {
    const [old, now] = [before.owners.get(name), after.owners.get(name)]
    const differs = (...types: string[]) => types.some((type) => textOf(old, type) !== textOf(now, type))
    const has = (...types: string[]) => types.some((type) => now?.has(type))
    if (name === '.') {
      if (differs('NS')) own!.push(ownRRset(now!, 'NS'))
      if (differs('SOA')) own!.push(ownRRset(now!, 'SOA'))
      continue
    }
    if (differs('NS', 'DS')) domains!.push(has('NS') ? domainOf(name, now!) : deletion('domain', name))
    if (!differs('A', 'AAAA')) continue
    if (has('A', 'AAAA')) hosts!.push(hostOf(name, now!))
    else gone!.push(deletion('host', name))
  }
  return { events: [...hosts!, ...domains!, ...gone!, ...own!], domains: domains!.map(({ name }) => name as string) }
}

/** As a set; the serial of a SOA record is the server's own. */
function textOf(owner: Owner | undefined, type: string): string {
  const rrset = owner?.get(type)
  if (rrset === undefined) return ''
  const rdata = type === 'SOA' ? rrset.rdata.map((text) => text.replace(/ \d+/, '')) : rrset.rdata
  return [rrset.ttl, ...[...rdata].sort()].join('\n')
}

function domainOf(name: string, owner: Owner): EventFields {
  const [ns, ds] = [owner.get('NS')!, owner.get('DS')]
  return domain(name, ns.rdata, {
    ds: (ds?.rdata ?? []).map((text) => {
      const [keyTag, algorithm, digestType, ...digest] = text.split(' ')
      return {
        keyTag: Number(keyTag),
        algorithm: Number(algorithm),
        digestType: Number(digestType),
        digest: digest.join(''),
      }
    }),
    ttl: { NS: ns.ttl, ...(ds === undefined ? {} : { DS: ds.ttl }) },
  })
}

function hostOf(name: string, owner: Owner): EventFields {
  const [a, aaaa] = [owner.get('A'), owner.get('AAAA')]
  return host(name, [...(a?.rdata ?? []), ...(aaaa?.rdata ?? [])], {
    ttl: { ...(a === undefined ? {} : { A: a.ttl }), ...(aaaa === undefined ? {} : { AAAA: aaaa.ttl }) },
  })
}

function ownRRset(owner: Owner, type: string): EventFields {
  const { ttl, rdata } = owner.get(type)!
  return rrset('.', type, rdata, { ttl })
}
