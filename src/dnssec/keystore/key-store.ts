import type { Name } from '../../wire/index.ts'

/** A key that signs. The private part never leaves the store; a hardware module implements no more than this. */
export interface SigningKey {
  /** The key's name in its store: K, the zone, algorithm and key tag, as in `Kzz.+013+12345`. */
  readonly id: string
  /** The zone, lower case. */
  readonly origin: Name
  readonly algorithm: number
  readonly keyTag: number
  /** True for a KSK or CSK: its flags hold the SEP bit (RFC 4034 2.1.1). */
  readonly isSep: boolean
  /** DNSKEY rdata. */
  readonly dnskey: Uint8Array
  /**
   * Signs octets.
   * @returns what stands in the RRSIG's signature field (RFC 3110 3 and RFC 5702 3; RFC 6605 4; RFC 8080 4)
   */
  sign(data: Uint8Array): Uint8Array
}

/**
 * When a key was or is to be used, in seconds since 1970. The names are those of BIND's key files; they are kept for the
 * operator and for other tools, while zonecut itself goes by the zone's key state.
 */
export interface KeyTiming {
  readonly created?: number
  readonly publish?: number
  readonly activate?: number
  readonly inactive?: number
  readonly delete?: number
}

/** What a store tells of a key without opening it. */
export interface StoredKey {
  readonly id: string
  /** The zone, lower case. */
  readonly origin: Name
  readonly algorithm: number
  readonly keyTag: number
  readonly isSep: boolean
  /** DNSKEY rdata. */
  readonly dnskey: Uint8Array
  /** Size of the RSA modulus or of the curve, in bits. */
  readonly bits: number
  readonly timing: KeyTiming
}

export interface KeyRequest {
  readonly origin: Name
  readonly algorithm: number
  /** True for a KSK or CSK. */
  readonly isSep: boolean
  /** Size of an RSA modulus in bits; the others have one size. 2048 when absent. */
  readonly rsaBits?: number
  readonly timing?: KeyTiming
}

/** Where keys are made and kept. All of it is synchronous, since a signature is asked for in the middle of signing. */
export interface KeyStore {
  /** The zone's keys by algorithm and key tag. @throws KeyFileError and others for keys that can't be read */
  list(origin: Name): StoredKey[]
  /** @throws KeyNotFoundError when there is none of this name */
  open(id: string): SigningKey
  /** Makes a key whose key tag no other key of the zone has, nor will have when revoked (RFC 5011 3). */
  generate(request: KeyRequest): SigningKey
  /** Writes down when a key is used. Moments that are not given stay as they are. */
  setTiming(id: string, timing: KeyTiming): void
  /** Removes a key for ever. Nothing happens when there is none of this name. */
  delete(id: string): void
}

/** What says which store to open; it can be sent to a worker thread, which opens its own. */
export type KeyStoreDescriptor = { readonly kind: 'files'; readonly folder: string }
