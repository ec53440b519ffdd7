import { RRType } from '../../src/iana/index.ts'
import { type Name, namesEqual, nameToText, rdataToText } from '../../src/wire/index.ts'
import { parseZoneFile } from '../../src/zonefile/index.ts'
import type { Random } from '../../test/zones/random.ts'

/** DS rdata by its fields, as events have it. */
export interface Ds {
  readonly keyTag: number
  readonly algorithm: number
  readonly digestType: number
  /** Hexadecimal. */
  readonly digest: string
}

/** A host with addresses; names are in presentation form, fully qualified. */
export interface Host {
  readonly name: string
  readonly addrs: readonly string[]
}

/** What a registry knows of a domain. */
export interface Delegation {
  readonly name: string
  readonly ns: readonly string[]
  readonly ds: readonly Ds[]
  /** Its nameservers below it. */
  readonly hosts: readonly Host[]
}

interface Draft {
  readonly owner: Name
  readonly ns: string[]
  readonly ds: Ds[]
  readonly hosts: Map<string, string[]>
}

/**
 * Reads a uniform sample of a zone file's delegations, each whole. The records of a delegation and of the hosts below it
 * stand together in it, as signers and registries write them.
 * @param most how many at most
 */
export function readDelegations(path: string, origin: Name, most: number, random: Random): Delegation[] {
  const delegations: Delegation[] = []
  let count = 0
  let current: Draft | undefined
  const end = () => {
    if (current === undefined) return
    const place = count++ < most ? delegations.length : random.below(count)
    if (place < most) {
      const { owner, ns, ds, hosts } = current
      const hostList = [...hosts].map(([name, addrs]) => ({ name, addrs }))
      delegations[place] = { name: nameToText(owner), ns, ds, hosts: hostList }
    }
    current = undefined
  }
  parseZoneFile(path, {
    origin,
    file: path,
    onRecord({ buf, ownerStart, ownerLength, type, rdataStart, rdataLength }) {
      const owner = buf.subarray(ownerStart, ownerStart + ownerLength)
      const rdata = buf.slice(rdataStart, rdataStart + rdataLength)
      if (type === RRType.NS && owner.length > origin.length) {
        if (current === undefined || !namesEqual(current.owner, owner)) {
          end()
          current = { owner: owner.slice(), ns: [], ds: [], hosts: new Map() }
        }
        current.ns.push(nameToText(rdata))
      } else if (current === undefined) return
      else if (type === RRType.DS) current.ds.push(dsOf(rdata))
      else if (type === RRType.A || type === RRType.AAAA) {
        const host = nameToText(owner)
        const addrs = current.hosts.get(host) ?? []
        addrs.push(rdataToText(type, rdata))
        current.hosts.set(host, addrs)
      }
    },
  })
  end()
  return delegations
}

/** RFC 4034 5.1. */
function dsOf(rdata: Uint8Array): Ds {
  return {
    keyTag: (rdata[0]! << 8) | rdata[1]!,
    algorithm: rdata[2]!,
    digestType: rdata[3]!,
    digest: Buffer.from(rdata.subarray(4)).toString('hex'),
  }
}
