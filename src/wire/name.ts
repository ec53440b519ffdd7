/** A domain name in uncompressed wire form (RFC 1035 3.1): length-led labels, ended by the root's zero octet. */
export type Name = Uint8Array
