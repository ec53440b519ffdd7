/**
 * How much one object may hold. The bounds are far above what registries allow (EPP servers mostly take 13 nameservers),
 * and keep what an event makes within one DNS message: a referral of 100 nameservers with the longest names and 100 of the
 * longest DS records stays below 64 KiB, the length of a message over TCP (RFC 1035 4.2.2).
 */
export const MAX_NAMESERVERS = 100
export const MAX_DS = 100
export const MAX_ADDRESSES = 100
/** More than there are (RFC 5731 2.3, 3915 3.1 together), so that a list with one twice is told of that. */
export const MAX_STATUSES = 64
export const MAX_RDATAS = 100
/** Octets of an RRset in wire form, owner compressed: what a message holds beside header, question, signatures and OPT. */
export const MAX_RRSET_OCTETS = 60 * 1024
/** Octets of a digest whose type is not known here; the longest known has 48. */
export const MAX_DIGEST_OCTETS = 255
/** Characters of a registrar's name or identifier, and of a transaction's. */
export const MAX_LABEL_TEXT = 255
/** Events of a registry transaction whose size is told. */
export const MAX_TX_SIZE = 10_000
/** Seconds (RFC 2181 8). */
export const MAX_TTL = 2 ** 31 - 1
/** Characters of a name: each of 253 octets of labels written as \DDD, and the dots (RFC 1035 5.1). */
export const MAX_NAME_TEXT = 1020
