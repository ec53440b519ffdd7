import { isIPv4 } from 'node:net'
import { RRType, typeFromText } from '../../iana/index.ts'
import { canonicalizeRdata, nameFromText, parseIpv4, parseIpv6, RdataError, rdataFromText } from '../../wire/index.ts'
import { compareOctets, type RRset } from '../../zone/index.ts'
import type { DomainObject, HostObject, RRsetObject } from '../object.ts'
import { FeedRefusal } from '../outcome.ts'
import type { FeedSettings } from '../settings.ts'

type DefaultTtl = FeedSettings['ttl']

/** Statuses that keep a domain out of the zone (RFC 5731 2.3; pendingDelete: RFC 3915 3.1). */
const UNPUBLISHED = new Set(['serverHold', 'clientHold', 'inactive', 'pendingCreate', 'pendingDelete'])

/** Whether the zone delegates a domain: it has a nameserver, and no status forbids it. */
export function isPublished(domain: DomainObject | null): domain is DomainObject {
  return domain !== null && domain.ns.length > 0 && !domain.statuses.some((status) => UNPUBLISHED.has(status))
}

/** The nameservers that a domain's delegation names, in presentation form. */
export function publishedHosts(domain: DomainObject | null): readonly string[] {
  return isPublished(domain) ? domain.ns : []
}

/** The NS RRset of a domain; undefined when it is not published. TTLs after RFC 9803, else the feed's. */
export function nsOf(domain: DomainObject | null, ttl: DefaultTtl): RRset | undefined {
  if (!isPublished(domain)) return undefined
  return rrsetOf(
    RRType.NS,
    domain.ttl.NS ?? ttl.NS,
    domain.ns.map((host) => nameFromText(host)),
  )
}

/** The DS RRset of a domain: RFC 4035 2.4 allows it only beside NS. */
export function dsOf(domain: DomainObject | null, ttl: DefaultTtl): RRset | undefined {
  if (!isPublished(domain) || domain.ds.length === 0) return undefined
  const rdatas = domain.ds.map(({ keyTag, algorithm, digestType, digest }) =>
    Buffer.concat([Uint8Array.of(keyTag >> 8, keyTag, algorithm, digestType), Buffer.from(digest, 'hex')]),
  )
  return rrsetOf(RRType.DS, domain.ttl.DS ?? ttl.DS, rdatas)
}

/** The address RRset of a host; undefined when it has no address of the kind. */
export function addressesOf(host: HostObject, type: 'A' | 'AAAA', ttl: DefaultTtl): RRset | undefined {
  const rdatas = host.addrs.filter((text) => isIPv4(text) === (type === 'A')).map(addressRdata)
  return rdatas.length === 0 ? undefined : rrsetOf(RRType[type], host.ttl[type] ?? ttl[type], rdatas)
}

function addressRdata(text: string): Uint8Array {
  const octets = Buffer.from(text)
  const rdata = new Uint8Array(isIPv4(text) ? 4 : 16)
  const read = rdata.length === 4 ? parseIpv4 : parseIpv6
  if (!read(octets, 0, octets.length, rdata, 0)) throw new Error(`no address: ${text}`)
  return rdata
}

/** The type of an RRset of the operator's own. @throws FeedRefusal */
export function ownType({ type: mnemonic, name }: RRsetObject): number {
  const type = typeFromText(mnemonic)
  if (type === undefined) throw new FeedRefusal('type', `${name}: ${mnemonic} is no type known here`)
  return type
}

/** An RRset of the operator's own. @throws FeedRefusal */
export function ownRRset(object: RRsetObject): RRset {
  const type = ownType(object)
  try {
    return rrsetOf(
      type,
      object.ttl,
      object.rdatas.map((text) => {
        const rdata = rdataFromText(type, text)
        canonicalizeRdata(type, rdata, 0, rdata.length)
        return rdata
      }),
    )
  } catch (error) {
    if (!(error instanceof RdataError)) throw error
    throw new FeedRefusal('schema', `${object.type} at ${object.name}: ${error.message}`)
  }
}

/** Rdata in canonical order, each once (RFC 4034 6.3); not signed: that is not the feed's business. */
function rrsetOf(type: number, ttl: number, rdatas: Uint8Array[]): RRset {
  rdatas.sort((a, b) => compareOctets(a, 0, a.length, b, 0, b.length))
  const unique = rdatas.filter((rdata, i) => i === 0 || Buffer.compare(rdata, rdatas[i - 1]!) !== 0)
  return { type, ttl, rdatas: unique, signatures: [] }
}
