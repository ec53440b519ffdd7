import { lowerOctets, textName, wireName } from './name.ts'

/** The owner names of a zone, sorted by what part they play. All lower-case presentation form. */
export interface ZoneNames {
  readonly origin: string
  /** Types at each owner. */
  readonly types: ReadonlyMap<string, ReadonlySet<string>>
  readonly cuts: readonly string[]
  readonly secureCuts: readonly string[]
  /** Owners of addresses at or below a cut. */
  readonly glue: readonly string[]
  /** Authoritative owners other than cuts, the apex among them. */
  readonly authoritative: readonly string[]
  readonly emptyNonTerminals: readonly string[]
  readonly wildcards: readonly string[]
  /** Owners of CNAME or DNAME. */
  readonly aliases: readonly string[]
  readonly hashed: readonly string[]
}

function parents(name: string, origin: string): string[] {
  const found: string[] = []
  let rest = name
  for (;;) {
    const dot = rest.search(/(?<!\\)\./)
    rest = rest.slice(dot + 1)
    if (rest === '') rest = '.'
    if (rest === origin || rest === '.') return found
    found.push(rest)
  }
}

/** Reads a master file in the plain form `owner ttl IN type rdata`, one record a line. */
export function readZoneNames(text: string, origin: string): ZoneNames {
  const types = new Map<string, Set<string>>()
  for (const line of text.split('\n')) {
    const fields = /^(\S+)\s+\d+\s+IN\s+(\S+)\s/.exec(line)
    if (fields === null) continue
    const owner = textName(lowerOctets(wireName(fields[1]!)))
    const at = types.get(owner)
    if (at === undefined) types.set(owner, new Set([fields[2]!]))
    else at.add(fields[2]!)
  }
  const apex = textName(lowerOctets(wireName(origin)))
  // signers that work in threads write names as they are done with them; queries from a seed must not depend on that
  const owners = [...types.keys()].sort()
  const cuts = owners.filter((owner) => owner !== apex && types.get(owner)!.has('NS'))
  const cutSet = new Set(cuts)
  const occluded = (name: string) => parents(name, apex).some((parent) => cutSet.has(parent))
  const has = (owner: string, ...wanted: string[]) => wanted.some((type) => types.get(owner)!.has(type))
  const visible = owners.filter((owner) => !occluded(owner))
  const hashed = visible.filter((owner) => has(owner, 'NSEC3'))
  const hashedSet = new Set(hashed)
  const entities = new Set(visible.filter((owner) => owner !== apex).flatMap((owner) => parents(owner, apex)))
  return {
    origin: apex,
    types,
    cuts,
    secureCuts: cuts.filter((cut) => has(cut, 'DS')),
    glue: owners.filter((owner) => has(owner, 'A', 'AAAA') && (cutSet.has(owner) || occluded(owner))),
    authoritative: visible.filter((owner) => !cutSet.has(owner) && !hashedSet.has(owner)),
    emptyNonTerminals: [...entities].filter((name) => !types.has(name)).sort(),
    wildcards: visible.filter((owner) => owner.startsWith('*.')),
    aliases: visible.filter((owner) => has(owner, 'CNAME', 'DNAME')),
    hashed,
  }
}
