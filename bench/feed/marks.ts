import { RRType } from '../../src/iana/index.ts'
import {
  additionalCount,
  answerCount,
  authorityCount,
  getUint16,
  getUint32,
  HEADER_LENGTH,
  messageRcode,
  type Name,
  nameFromText,
  skipName,
} from '../../src/wire/index.ts'
import { domainDeletion, domainEvent, type EventBody, hostDeletion, hostEvent } from './events.ts'

/**
 * Kinds of marked domains: with nameservers elsewhere; with a host of their own, so that each change is a transaction of
 * three events; and those that come and go, there at odd versions only.
 */
export type MarkKind = 'elsewhere' | 'host' | 'coming'

/** A domain whose answers tell which version of it they show: NS, DS and addresses all have the version's number in them. */
export interface Mark {
  readonly kind: MarkKind
  readonly name: string
  readonly wire: Name
  /** The last version that was made, and the last that was sent. */
  version: number
  sent: number
}

/** What a reply showed of a mark. */
export const Shown = {
  /** Records of two versions, or some are missing. */
  Mixed: -1,
  /** The name does not exist. */
  Gone: -2,
  /** No answer for it: SERVFAIL, REFUSED. */
  Failure: -3,
} as const

const PREFIX = Buffer.from('mark')
const LETTERS: Readonly<Record<MarkKind, string>> = { elsewhere: 'e', host: 'h', coming: 'c' }
const KINDS = Object.keys(LETTERS) as MarkKind[]
const NXDOMAIN = 3
/** A version is told by 24 bits of an address. */
export const MOST_VERSIONS = 1 << 24
const ZERO = 0x30

/** The marked domains of a zone, and how their versions are read from replies. */
export class Marks {
  readonly all: readonly Mark[]
  readonly #counts: Readonly<Record<MarkKind, number>>
  readonly #needsDs: boolean

  /**
   * @param after versions are larger: those of an earlier run
   * @param needsDs every referral has DS: the zone is signed, and queries ask for it
   */
  constructor(origin: string, counts: Readonly<Record<MarkKind, number>>, after: number, needsDs: boolean) {
    this.#counts = counts
    // Even: those that come and go come first.
    const version = 2 * Math.ceil(after / 2)
    this.#needsDs = needsDs
    this.all = KINDS.flatMap((kind) =>
      Array.from({ length: counts[kind] }, (_, i): Mark => {
        const name = `${PREFIX}${LETTERS[kind]}${i}.${origin === '.' ? '' : origin}`
        return { kind, name, wire: nameFromText(name), version, sent: version }
      }),
    )
  }

  /** The events that take a mark to its next version. */
  change(mark: Mark): EventBody[] {
    const { kind, name } = mark
    const before = mark.version++
    const { version } = mark
    const digest = version.toString(16).padStart(64, '0')
    const ds = [{ keyTag: version & 0xffff, algorithm: 13, digestType: 2, digest }]
    const elsewhere = [`v${version}.a.example.net.`, `v${version}.b.example.net.`]
    switch (kind) {
      case 'elsewhere':
        return [domainEvent({ name, ns: elsewhere, ds, hosts: [] })]
      case 'coming':
        if (version % 2 === 0) return [domainDeletion(name)]
        return [domainEvent({ name, ns: elsewhere, ds, hosts: [] })]
      case 'host': {
        const host = `v${version}.${name}`
        const address = `10.${version >>> 16}.${(version >>> 8) & 255}.${version & 255}`
        return [
          hostEvent({ name: host, addrs: [address] }),
          domainEvent({ name, ns: [host, elsewhere[0]!], ds, hosts: [] }),
          hostDeletion(`v${before}.${name}`),
        ]
      }
    }
  }

  /** Which mark a reply is about, by its place; -1 for none. @param at where the message begins */
  placeOf(octets: Uint8Array, at: number): number {
    const label = at + HEADER_LENGTH
    const length = octets[label]!
    if (length < PREFIX.length + 2 || length > PREFIX.length + 7) return -1
    for (let i = 0; i < PREFIX.length; i++) if (octets[label + 1 + i] !== PREFIX[i]) return -1
    const letter = String.fromCharCode(octets[label + 1 + PREFIX.length]!)
    let place = 0
    for (const kind of KINDS) {
      if (LETTERS[kind] === letter) break
      place += this.#counts[kind]
    }
    return place + digits(octets, label + 2 + PREFIX.length, label + 1 + length)
  }

  /** The version that a reply shows, or what else it shows: one of `Shown`. */
  versionIn(message: Uint8Array): number {
    const rcode = messageRcode(message)
    if (rcode === NXDOMAIN) return Shown.Gone
    if (rcode !== 0) return Shown.Failure
    let version = 0
    let hasDs = false
    let hasNs = false
    let at = skipName(message, HEADER_LENGTH, message.length) + 4
    const records = answerCount(message) + authorityCount(message) + additionalCount(message)
    for (let i = 0; i < records; i++) {
      const fields = skipName(message, at, message.length)
      const type = getUint16(message, fields)
      const rdata = fields + 10
      let told = 0
      if (type === RRType.NS) {
        hasNs = true
        // The label after the `v`; no name before it is the same, so that it is written out.
        told = digits(message, rdata + 2, rdata + 1 + message[rdata]!)
      } else if (type === RRType.DS) {
        hasDs = true
        told = getUint32(message, rdata + 32)
        if (getUint16(message, rdata) !== (told & 0xffff)) return Shown.Mixed
      } else if (type === RRType.A) told = getUint32(message, rdata) & 0xffffff
      if (told !== 0) {
        if (version !== 0 && told !== version) return Shown.Mixed
        version = told
      }
      at = rdata + getUint16(message, fields + 8)
    }
    return hasNs && (hasDs || !this.#needsDs) ? version : Shown.Mixed
  }
}

/** A decimal number; NaN where there is something else. */
function digits(octets: Uint8Array, start: number, end: number): number {
  let number = start < end ? 0 : Number.NaN
  for (let at = start; at < end; at++) {
    const digit = octets[at]! - ZERO
    number = digit >= 0 && digit <= 9 ? 10 * number + digit : Number.NaN
  }
  return number
}
