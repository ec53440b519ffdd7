/**
 * Registry objects after EPP (RFC 5731, 5732, 5910), as the feed tells them and the store keeps them. All names are in
 * presentation form as `nameToText` writes them: fully qualified, lower case, A-labels.
 */

/** A DS record's data (RFC 5910 4.1); the digest in upper-case hexadecimal. */
export interface DsData {
  readonly keyTag: number
  readonly algorithm: number
  readonly digestType: number
  readonly digest: string
}

/** A delegation: a domain with its nameservers. */
export interface DomainObject {
  readonly kind: 'domain'
  readonly name: string
  /** The sponsoring registrar; null for what a zone file brought. */
  readonly registrar: string | null
  /** EPP statuses (RFC 5731 2.3, 3915 3.1), as `serverHold`. */
  readonly statuses: readonly string[]
  readonly ns: readonly string[]
  readonly ds: readonly DsData[]
  /** Seconds (RFC 9803); what is absent is the feed's default. */
  readonly ttl: { readonly NS?: number | undefined; readonly DS?: number | undefined }
}

/** A nameserver, and its addresses when it lies in the zone (RFC 5732 2.5). */
export interface HostObject {
  readonly kind: 'host'
  readonly name: string
  readonly registrar: string | null
  readonly statuses: readonly string[]
  /** IPv4 and IPv6 addresses, each once, in the form that `node:net`'s SocketAddress prints. */
  readonly addrs: readonly string[]
  readonly ttl: { readonly A?: number | undefined; readonly AAAA?: number | undefined }
}

/** An RRset of the operator's own. Of these the zone itself is the store. */
export interface RRsetObject {
  readonly kind: 'rrset'
  readonly name: string
  /** A mnemonic, as `TXT` or `TYPE65400`. */
  readonly type: string
  /** Seconds. */
  readonly ttl: number
  /** Presentation form (RFC 1035 5.1), relative names refused. */
  readonly rdatas: readonly string[]
}

export type RegistryObject = DomainObject | HostObject | RRsetObject
