import { RRClass, RRType } from '../iana/index.ts'
import { type MessageWriter, type Name, namesEqual } from '../wire/index.ts'
import type { RRset, ZoneView } from '../zone/index.ts'

/** Sections of a message after the question (RFC 1035 4.1), as {@link MessageWriter} numbers them. */
export const Section = { Answer: 1, Authority: 2, Additional: 3 } as const
export type Section = (typeof Section)[keyof typeof Section]

/**
 * Puts RRsets into the sections of one reply: each with its signatures when DNSSEC is asked for, none of them twice,
 * and always whole. Once something required does not fit, the reply is truncated and nothing more is written.
 */
export class Sections {
  readonly view: ZoneView
  readonly writer: MessageWriter
  /** The querier set the DO bit (RFC 3225 3). */
  readonly dnssec: boolean
  /** Something that the reply must hold did not fit. */
  truncated = false
  /** NSEC3 hashes computed for this reply, by lower-case name. */
  readonly hashes = new Map<string, Uint8Array>()
  #full = false
  readonly #owners: Name[] = []
  readonly #types: number[] = []

  /** @param writer stands after the question */
  constructor(view: ZoneView, writer: MessageWriter, dnssec: boolean) {
    this.view = view
    this.writer = writer
    this.dnssec = dnssec
  }

  /** Nothing has been written yet. */
  get isEmpty(): boolean {
    return this.#types.length === 0
  }

  /** True when this RRset stands in the reply, in whichever section. */
  has(owner: Name, type: number): boolean {
    return this.#types.some((written, i) => written === type && namesEqual(this.#owners[i]!, owner))
  }

  /** Writes an RRset that the reply must hold; when it does not fit, the reply is truncated. */
  put(section: Section, owner: Name, rrset: RRset, ttl: number = rrset.ttl): void {
    if (this.truncated || this.has(owner, rrset.type)) return
    if (!this.#write(section, owner, rrset, ttl)) this.truncated = true
  }

  /** Writes the signatures of an RRset without the RRset itself: the answer to QTYPE RRSIG. */
  putSignatures(section: Section, owner: Name, rrset: RRset): void {
    if (this.truncated) return
    if (!this.writer.rrset(section, owner, RRType.RRSIG, RRClass.IN, rrset.ttl, rrset.signatures)) this.truncated = true
  }

  /**
   * Writes an RRset that the reply may go without. Once one had no room nothing more is written, so that which stand in
   * a reply depends on its size alone.
   * @returns false when there is no room
   */
  offer(section: Section, owner: Name, rrset: RRset): boolean {
    if (this.truncated || this.#full) return false
    if (this.has(owner, rrset.type)) return true
    const start = this.writer.offset
    const before = this.writer.count(section)
    if (this.#write(section, owner, rrset, rrset.ttl)) return true
    // The RRset may stand without the signatures that had no room. What the writer remembers of its names does no harm,
    // since nothing follows.
    this.writer.offset = start
    this.writer.countRecords(section, before - this.writer.count(section))
    this.#full = true
    return false
  }

  #write(section: Section, owner: Name, rrset: RRset, ttl: number): boolean {
    const { writer } = this
    if (!writer.rrset(section, owner, rrset.type, RRClass.IN, ttl, rrset.rdatas)) return false
    this.#owners.push(owner)
    this.#types.push(rrset.type)
    if (!this.dnssec || rrset.signatures.length === 0) return true
    return writer.rrset(section, owner, RRType.RRSIG, RRClass.IN, ttl, rrset.signatures)
  }
}
