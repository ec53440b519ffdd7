import { RRType, typeToText } from '../../iana/index.ts'
import { type Name, nameToText, octetText } from '../../wire/index.ts'
import { nameOfKey, type RRset } from '../../zone/index.ts'
import type { HostObject } from '../object.ts'
import { startsWith } from '../objects/keys.ts'
import { isAddress } from '../objects/own-rrsets.ts'
import { addressesOf } from '../objects/projection.ts'
import { FeedRefusal } from '../outcome.ts'
import type { FeedSettings } from '../settings.ts'

/** What lines of a snapshot document ask of a name in the zone. */
export const ClaimKind = {
  /** A domain that the zone delegates. */
  Delegation: 1,
  /** A domain that it does not delegate. */
  Domain: 2,
  /** A host, and its addresses. */
  Host: 3,
  HostToCome: 4,
  /** An RRset of the operator's own, and its type. */
  Own: 5,
  OwnToCome: 6,
  /** A published domain, or the apex, names the host. */
  User: 7,
  DomainToCome: 8,
} as const
type Kind = (typeof ClaimKind)[keyof typeof ClaimKind]

export interface Claim {
  /** Sort key of the name. */
  readonly key: Uint8Array
  readonly kind: Kind
  readonly data: Uint8Array
}

export function claimOfHost(key: Uint8Array, host: HostObject): Claim {
  return { key, kind: ClaimKind.Host, data: Buffer.from(JSON.stringify(host)) }
}

export function claimOfType(key: Uint8Array, kind: Kind, type: number): Claim {
  return { key, kind, data: Uint8Array.of(type >> 8, type) }
}

/** What comes of claims. */
export interface ClaimListener {
  /** Addresses that the zone shows of a host. */
  glue(owner: Name, rrset: RRset): void
  delegation(key: Uint8Array): void
  /** @param line of the document */
  problem(line: number, refusal: FeedRefusal): void
}

interface Group {
  readonly key: Uint8Array
  readonly claims: { readonly kind: Kind; readonly data: Uint8Array; readonly line: number }[]
}

/**
 * Judges what the lines of a snapshot ask of names, all of one name together, in canonical order: the same that an event has to keep
 * to that comes after all others (soundness.ts). Holds the claims of one name.
 */
export class ClaimJudge {
  readonly #origin: Name
  readonly #ttl: FeedSettings['ttl']
  readonly #listener: ClaimListener
  #group: Group | undefined
  /** The last domain, and the last DNAME: what stands below them comes right after. */
  #cut: Uint8Array | undefined
  #dname: Uint8Array | undefined

  constructor(origin: Name, ttl: FeedSettings['ttl'], listener: ClaimListener) {
    this.#origin = origin
    this.#ttl = ttl
    this.#listener = listener
  }

  /** Takes the next claim in the order of the keys. @param line of the document */
  take({ key, kind, data }: Claim, line: number): void {
    if (this.#group === undefined || octetText(this.#group.key) !== octetText(key)) {
      this.finish()
      this.#group = { key, claims: [] }
    }
    this.#group.claims.push({ kind, data, line })
  }

  /** Judges the last name. */
  finish(): void {
    const group = this.#group
    this.#group = undefined
    if (group === undefined) return
    const of = (...kinds: readonly Kind[]) => group.claims.filter(({ kind }) => kinds.includes(kind))
    const domains = of(ClaimKind.Delegation, ClaimKind.Domain, ClaimKind.DomainToCome)
    const hosts = of(ClaimKind.Host, ClaimKind.HostToCome)
    const own = of(ClaimKind.Own, ClaimKind.OwnToCome)
    const placed = [...domains, ...own]
    const refuse = (line: number, ...why: ConstructorParameters<typeof FeedRefusal>) =>
      this.#listener.problem(line, new FeedRefusal(...why))
    const name = () => this.#text(group.key)
    const [first] = placed
    if (first !== undefined && isBelow(group.key, this.#cut)) {
      refuse(first.line, 'overlap', `${name()} lies below the domain ${this.#text(this.#cut!)}`)
    }
    const [stands] = [...placed, ...hosts]
    if (stands !== undefined && isBelow(group.key, this.#dname)) {
      const above = this.#text(this.#dname!)
      refuse(stands.line, 'unfit', `${name()} lies below ${above}, which has DNAME (RFC 6672 2.4)`)
    }
    if (domains.length > 0) {
      this.#cut = group.key
      const [beside] = own
      if (beside !== undefined) {
        refuse(beside.line, 'overlap', `${name()} is a domain of the registry: its records are the domain's`)
      }
    }
    const seen = new Set<string>()
    for (const claim of [...placed, ...hosts]) {
      const what = subjectOf(claim)
      if (seen.has(what)) refuse(claim.line, 'overlap', `${name()} is told of twice as ${what}`)
      seen.add(what)
    }
    this.#judgeOwn(name, hosts, own, refuse)
    if (own.some(({ kind, data }) => kind === ClaimKind.Own && typeIn(data) === RRType.DNAME)) this.#dname = group.key
    if (of(ClaimKind.Delegation).length > 0) this.#listener.delegation(group.key)
    if (of(ClaimKind.User).length > 0) this.#showGlue(group.key, of(ClaimKind.Host))
  }

  #judgeOwn(
    name: () => string,
    hosts: Group['claims'],
    own: Group['claims'],
    refuse: (line: number, ...why: ConstructorParameters<typeof FeedRefusal>) => void,
  ): void {
    const hasHost = hosts.some(({ kind }) => kind === ClaimKind.Host)
    for (const { kind, data, line } of own) {
      const type = typeIn(data)
      const isOfHost = hosts.length > 0 && (kind === ClaimKind.OwnToCome || type === RRType.CNAME)
      if (isOfHost || (hasHost && isAddress(type))) {
        refuse(line, 'overlap', `${name()} is a host of the registry: its addresses come from the host`)
      }
    }
    const live = own.filter(({ kind }) => kind === ClaimKind.Own)
    const alias = live.find(({ data }) => typeIn(data) === RRType.CNAME)
    if (alias !== undefined && live.some(({ data }) => typeIn(data) !== RRType.CNAME)) {
      refuse(alias.line, 'unfit', `CNAME at ${name()} has other records beside it (RFC 2181 10.1)`)
    }
  }

  #showGlue(key: Uint8Array, hosts: Group['claims']): void {
    const [host] = hosts
    if (host === undefined) return
    const object = JSON.parse(Buffer.from(host.data).toString()) as HostObject
    const owner = nameOfKey(key, 0, key.length, this.#origin)
    for (const type of ['A', 'AAAA'] as const) {
      const rrset = addressesOf(object, type, this.#ttl)
      if (rrset !== undefined) this.#listener.glue(owner, rrset)
    }
  }

  #text(key: Uint8Array): string {
    return nameToText(nameOfKey(key, 0, key.length, this.#origin))
  }
}

function isBelow(key: Uint8Array, above: Uint8Array | undefined): boolean {
  return above !== undefined && key.length > above.length && startsWith(key, above)
}

/** What no second line may tell of the same name. */
function subjectOf({ kind, data }: Pick<Claim, 'kind' | 'data'>): string {
  switch (kind) {
    case ClaimKind.Own:
      return typeToText(typeIn(data))
    case ClaimKind.OwnToCome:
      return `${typeToText(typeIn(data))} to come`
    case ClaimKind.Host:
      return 'a host'
    case ClaimKind.HostToCome:
      return 'a host to come'
    case ClaimKind.DomainToCome:
      return 'a domain to come'
    default:
      return 'a domain'
  }
}

function typeIn(data: Uint8Array): number {
  return (data[0]! << 8) | data[1]!
}
