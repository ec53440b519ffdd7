import { RRType } from '../../iana/index.ts'
import { type Name, parseBase32Hex } from '../../wire/index.ts'
import { NSEC3_SHA1 } from '../nsec3-hash.ts'
import { NSEC3_OPT_OUT, Nsec3, Nsec3Param } from '../nsec3-rdata.ts'
import type { RRset } from '../rrset.ts'
import { SHA1_LENGTH } from '../sha1.ts'
import type { Tracker } from './check.ts'
import { type NodeContext, Place } from './context.ts'
import { expectNsec3Bitmap } from './denial.ts'
import { EmptyNonTerminals } from './empty-non-terminals.ts'
import { Nsec3Chain } from './nsec3-chain.ts'
import { nsec3Extra, nsec3Unchecked, nsec3Unlisted } from './nsec3-rows.ts'
import type { Partitions } from './partitions.ts'
import type { Report } from './report.ts'
import { TypeBitmap } from './type-bitmap.ts'

/** RFC 9276 3.2 lets validators give up above a limit; this is the one that BIND, Knot and Unbound set. */
const MAX_ITERATIONS = 150
/** A zone has two chains while its salt changes. */
const MAX_CHAINS = 4

/** Base32 of 20 octets, 5 bits a character (RFC 4648 7), without padding. */
const HASH_LABEL_LENGTH = 32

/** Leads names and NSEC3 records of a signed zone to the chains that its NSEC3PARAM records list (RFC 5155 4). */
export class Nsec3Tracker implements Tracker {
  readonly #origin: Name
  readonly #report: Report
  readonly #gather: () => Partitions
  readonly #chains: Nsec3Chain[] = []
  readonly #emptyNonTerminals: EmptyNonTerminals
  readonly #bitmap = new TypeBitmap()
  readonly #hash = new Uint8Array(SHA1_LENGTH)
  /** True when a chain was left out, whose records must not be called unlisted. */
  #unchecked = false

  /** @param gather called once for each chain */
  constructor(origin: Name, report: Report, gather: () => Partitions) {
    this.#origin = origin
    this.#report = report
    this.#gather = gather
    this.#emptyNonTerminals = new EmptyNonTerminals(origin, (name, needed) => {
      for (const chain of this.#chains) chain.name(name, needed, this.#bitmap.octets, 0)
    })
  }

  node(context: NodeContext): void {
    if (!context.signed) return
    const { place } = context
    if (place === Place.APEX) this.#apex(context)
    else {
      const records = context.rrset(RRType.NSEC3)
      if (records !== undefined) this.#records(context, records)
    }
    if (place === Place.NSEC3 || place === Place.BELOW_CUT || place === Place.BELOW_DNAME) return
    if (this.#chains.length === 0) return
    // RFC 5155 7.1: only unsigned delegations may be left out under Opt-Out, and names that they alone bring about.
    const needed = place !== Place.CUT || context.rrset(RRType.DS) !== undefined
    this.#emptyNonTerminals.name(context.owner, needed)
    expectNsec3Bitmap(context, this.#bitmap)
    for (const chain of this.#chains) chain.name(context.owner, needed, this.#bitmap.octets, this.#bitmap.length)
  }

  finish(): void {
    this.#emptyNonTerminals.finish()
    for (const chain of this.#chains) chain.finish()
  }

  #apex(context: NodeContext): void {
    for (const rdata of context.rrset(RRType.NSEC3PARAM)?.rdatas ?? []) {
      // RFC 5155 4.1.2: with flags, the record is not to be used.
      if (Nsec3Param.flags(rdata) !== 0) continue
      const iterations = Nsec3Param.iterations(rdata)
      const algorithm = Nsec3Param.algorithm(rdata)
      if (algorithm === NSEC3_SHA1 && iterations <= MAX_ITERATIONS && this.#chains.length < MAX_CHAINS) {
        this.#chains.push(new Nsec3Chain(this.#origin, this.#report, rdata, this.#gather()))
        continue
      }
      this.#unchecked = true
      this.#report.add(nsec3Unchecked, context.owner, RRType.NSEC3PARAM, () =>
        algorithm === NSEC3_SHA1
          ? `the chain with ${iterations} iterations was not checked`
          : `the chain with hash algorithm ${algorithm} was not checked`,
      )
    }
  }

  #records(context: NodeContext, { rdatas }: RRset): void {
    const { owner } = context
    const isHash =
      context.place !== Place.BELOW_CUT &&
      owner[0] === HASH_LABEL_LENGTH &&
      owner.length === 1 + HASH_LABEL_LENGTH + this.#origin.length &&
      parseBase32Hex(owner, 1, 1 + HASH_LABEL_LENGTH, this.#hash, 0) === SHA1_LENGTH
    for (const rdata of rdatas) {
      const chain = this.#chains.find((candidate) => candidate.holds(rdata))
      // RFC 5155 8.2: records with other flags than Opt-Out are ignored.
      const usable = Nsec3.algorithm(rdata) === NSEC3_SHA1 && (Nsec3.flags(rdata) & ~NSEC3_OPT_OUT) === 0
      if (chain === undefined || !usable) {
        if (this.#unchecked && usable) continue
        this.#report.add(nsec3Unlisted, owner, RRType.NSEC3, () => 'NSEC3 record with other parameters than NSEC3PARAM')
      } else if (isHash) chain.record(this.#hash, rdata)
      else this.#report.add(nsec3Extra, owner, RRType.NSEC3, () => 'the owner is no hash right below the apex')
    }
  }
}
