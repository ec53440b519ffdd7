import { checkChanges, checkUnsignedChanges } from '../../dnssec/gate/index.ts'
import type { ParentFacts, ServedFacts, SigningPolicy } from '../../dnssec/keys/index.ts'
import type { KeyStoreDescriptor } from '../../dnssec/keystore/index.ts'
import {
  checkDenial,
  denialTtlOf,
  renewals,
  type SigningContext,
  showsDigests,
  signChanges,
  unsignedChanges,
} from '../../dnssec/sign/index.ts'
import { RRType } from '../../iana/index.ts'
import type { StatePut } from '../../store/index.ts'
import type { Name } from '../../wire/index.ts'
import { changedNodes, type RRset, type RRsetChange, sameData } from '../../zone/index.ts'
import { checkFit } from '../fit.ts'
import { lastChange } from '../load.ts'
import { type UpdateOptions, type UpdateResult, ZoneUpdater } from '../update.ts'
import { nodesOf, zoneText } from '../zone-text.ts'
import { type AwaitedDs, type KeyAlarm, KeyLife, type KeyTurn } from './key-life.ts'
import { signingContext } from './signing-context.ts'
import { putRecord, readRecord, type SigningRecord } from './signing-record.ts'
import { SLICE_NODES, Sweep } from './sweep.ts'
import { UnsignedZoneError, WholeSigningNeededError } from './whole.ts'

/** A sweep begins when this share of the refresh period has passed since the last one began, and takes as long again. */
const SWEEP_SHARE = 1 / 8
/** Seconds to the next turn at most, so that an operator's wish in the state of the keys is soon seen. */
const LONGEST_REST = 60

export interface SignedZoneOptions {
  readonly dataDir: string
  readonly origin: Name
  readonly policy: SigningPolicy
  readonly keys: KeyStoreDescriptor
  /**
   * Asked before each commit, with the text of the zone as it would be: what it throws refuses the commit. It sees the
   * whole zone each time, which takes seconds where there are millions of names.
   */
  readonly ask?: (text: Iterable<Uint8Array>) => Promise<void>
}

/** What a turn did, and when the next is due. */
export interface SigningTurn {
  readonly updates: readonly UpdateResult[]
  /** RRsets signed anew though nothing changed. */
  readonly renewed: number
  readonly alarms: readonly KeyAlarm[]
  /** Ids of the keys, by what the zone shows of them. */
  readonly keys: {
    readonly published: readonly string[]
    readonly signingKeys: readonly string[]
    readonly signingZone: readonly string[]
  }
  /** The parent is to be asked, and {@link SignedZone.noteParent} told. */
  readonly checkParent: boolean
  /** What the parent is not known to have done yet. */
  readonly awaited: readonly AwaitedDs[]
  /** How far the look at all signatures is, in names; undefined when none is under way. */
  readonly sweep: { readonly looked: number; readonly of: number } | undefined
  /** Seconds since 1970. */
  readonly nextAt: number
}

/**
 * A zone that is kept signed: signs changes, renews signatures before they are due, and rolls keys over. Every commit passes
 * the gate first. A zone that no key is to sign is kept unsigned by the same means. It knows no clock and starts nothing by
 * itself: time is told, and turns are asked for, one after the other.
 */
export class SignedZone {
  readonly #life: KeyLife
  readonly #updater: ZoneUpdater
  readonly #ask: SignedZoneOptions['ask']
  #turn: KeyTurn | undefined
  #record: SigningRecord | undefined
  #sweep: Sweep | undefined
  #parent: ParentFacts | undefined

  /** @throws StoreError, errors of the key store */
  constructor({ dataDir, origin, policy, keys, ask }: SignedZoneOptions) {
    this.#ask = ask
    this.#life = new KeyLife(origin, policy, keys)
    this.#updater = ZoneUpdater.open(dataDir, origin)
    this.#record = readRecord(this.#updater.snapshot)
  }

  get updater(): ZoneUpdater {
    return this.#updater
  }

  close(): Promise<void> {
    return this.#updater.close()
  }

  /** What the parent's servers show. */
  noteParent(facts: ParentFacts): void {
    this.#parent = facts
  }

  /**
   * Does what is due: takes the keys further, brings the apex to what they ask, and looks at a slice of the signatures.
   * @param now seconds since 1970
   * @throws GateRefusal when a commit was refused, errors of which `needsWholeSigning` holds, UnsignedZoneError, StoreError,
   *   errors of the key store; the zone is then as the last commit left it
   */
  async turn(now: number): Promise<SigningTurn> {
    const turn = this.#settledTurn(now)
    const context = signingContext(this.#life, turn, now)
    const updates: UpdateResult[] = []
    const keys = await this.#commit(
      { cause: 'keys' },
      this.#apexChanges(turn),
      this.#apexRenewals(context),
      turn,
      context,
    )
    if (keys !== undefined) updates.push(keys)
    const renewed = await this.#sweepOn(turn, context, updates)
    const { alarms, checkParent, awaited } = turn
    const rest = Math.min(turn.nextAt ?? Number.POSITIVE_INFINITY, this.#sliceAt(now), now + LONGEST_REST)
    const { dnskeys, signDnskeyWith, signZoneWith } = turn.publication
    const shown = { published: dnskeys, signingKeys: signDnskeyWith, signingZone: signZoneWith }
    const sweep = this.#sweep && { looked: this.#sweep.looked, of: this.#nodes }
    return { updates, renewed, alarms, keys: shown, checkParent, awaited, sweep, nextAt: rest }
  }

  /**
   * Signs and commits changes to the zone's data.
   * @param changes unsigned; of several to one RRset the last counts
   * @param options what is kept with the zone changes even when its records do not
   * @returns undefined when nothing was to be changed or kept
   * @throws as {@link turn}, and UnfitChangeError; nothing has changed then
   */
  async change(
    changes: readonly RRsetChange[],
    now: number,
    options: UpdateOptions = {},
  ): Promise<UpdateResult | undefined> {
    if (!options.isFit) checkFit(this.#updater.snapshot, changes)
    const turn = this.#turn ?? this.#settledTurn(now)
    return this.#commit(options, changes, [], turn, signingContext(this.#life, turn, now))
  }

  /** What signatures are held against is other than it was when all of them were last looked at: a turn is due. */
  get isToBeSwept(): boolean {
    if (this.#turn === undefined) return false
    return (this.#sweep ?? this.#record)?.fingerprint !== this.#fingerprint(this.#turn)
  }

  /** The state of the keys taken further. @throws UnsignedZoneError, WholeSigningNeededError, OtherDenialError */
  #settledTurn(now: number): KeyTurn {
    const turn = this.#life.turn({ served: this.#served(), parent: this.#parent }, now)
    const isToBeSigned = turn.publication.signZoneWith.length > 0
    if (!isToBeSigned && turn.state.goal !== 'insecure') throw new UnsignedZoneError()
    if (isToBeSigned !== this.#updater.info.signed) {
      throw new WholeSigningNeededError(
        isToBeSigned ? 'the zone is not signed yet' : 'the zone is to be insecure, and no key signs it any more',
      )
    }
    if (isToBeSigned) checkDenial(this.#updater.snapshot, this.#life.policy)
    this.#turn = turn
    return turn
  }

  async #commit(
    options: UpdateOptions,
    changes: readonly RRsetChange[],
    renewed: readonly RRsetChange[],
    turn: KeyTurn,
    context: SigningContext,
    record?: SigningRecord,
  ): Promise<UpdateResult | undefined> {
    const { snapshot, info } = this.#updater
    const isDue = changes.length + renewed.length > 0 || !showsDigests(snapshot, context)
    const signed = isDue ? this.#signed(changes, renewed, turn, context) : []
    if (signed.length > 0) {
      const { now, serial } = context
      const told = { now, keepsSerial: serial === 'keep', lastCommit: lastChange(info) }
      if (isUnsigned(turn)) checkUnsignedChanges(snapshot, signed, told)
      else {
        const { trustedDs, early } = { trustedDs: this.#life.trustedDs(turn), early: this.#life.early(turn) }
        checkChanges(snapshot, signed, { ...told, ds: trustedDs, earlyKeys: early })
      }
      await this.#ask?.(zoneText(changedNodes(nodesOf(snapshot), signed)))
    } else if (record === undefined && options.state === undefined) return undefined
    const noted = this.#noted(signed, turn, record ?? this.#record)
    const isNew = noted !== this.#record && noted !== undefined
    const update = this.#updater.apply(signed, isNew ? withState(options, putRecord(noted)) : options)
    this.#record = noted
    return update
  }

  #signed(
    changes: readonly RRsetChange[],
    renewed: readonly RRsetChange[],
    turn: KeyTurn,
    context: SigningContext,
  ): RRsetChange[] {
    const { snapshot } = this.#updater
    if (isUnsigned(turn)) return unsignedChanges(snapshot, changes, context)
    return signChanges(snapshot, changes, context, renewed)
  }

  /** The record with the largest TTL as changes leave it: the waits of rollovers go by it (RFC 7583 3.2.1). */
  #noted(signed: readonly RRsetChange[], turn: KeyTurn, record: SigningRecord | undefined): SigningRecord | undefined {
    let maxTtl = 0
    for (const { rrset } of signed) {
      if (rrset !== undefined && (rrset.signatures.length > 0 || isUnsigned(turn))) maxTtl = Math.max(maxTtl, rrset.ttl)
    }
    this.#sweep?.note(maxTtl)
    return record === undefined || record.maxTtl >= maxTtl ? record : { ...record, maxTtl }
  }

  /** What of the keys the apex does not show as it is to. */
  #apexChanges(turn: KeyTurn): RRsetChange[] {
    const { origin } = this.#life
    const { dnskeys, dnskeyTtl } = this.#life.published(turn)
    const wanted: RRset[] = this.#life.parentRequest(turn)
    if (dnskeys.length > 0) wanted.push({ type: RRType.DNSKEY, ttl: dnskeyTtl, rdatas: dnskeys, signatures: [] })
    const present = this.#apex()
    return [RRType.DNSKEY, RRType.CDS, RRType.CDNSKEY].flatMap((type): RRsetChange[] => {
      const rrset = wanted.find((candidate) => candidate.type === type)
      const before = present.find((candidate) => candidate.type === type)
      if (rrset === undefined) return before === undefined ? [] : [{ owner: origin, type, rrset: undefined }]
      return before !== undefined && sameData(before, rrset) ? [] : [{ owner: origin, type, rrset }]
    })
  }

  /** A new key signs all of the apex at once: with its DNSKEY, validators expect its signatures (RFC 4035 2.2). */
  #apexRenewals(context: SigningContext): RRsetChange[] {
    const { snapshot } = this.#updater
    const node = snapshot.node(this.#life.origin)
    return node === undefined ? [] : [...renewals(snapshot, [node], context)]
  }

  #apex(): readonly RRset[] {
    return this.#updater.snapshot.node(this.#life.origin)?.rrsets ?? []
  }

  /** Looks at the next slice of signatures, when it is time for one. */
  async #sweepOn(turn: KeyTurn, context: SigningContext, updates: UpdateResult[]): Promise<number> {
    const fingerprint = this.#fingerprint(turn)
    if (this.#sweep?.fingerprint !== fingerprint) this.#sweep = undefined
    if (this.#sweep === undefined) {
      if (this.#record?.fingerprint === fingerprint && context.now < this.#nextSweepAt(this.#record)) return 0
      this.#sweep = new Sweep(context.now, fingerprint, turn.publication.signZoneWith)
    }
    const sweep = this.#sweep
    const renewed = sweep.slice(this.#updater.snapshot, context)
    const { keys, maxTtl, at } = sweep
    const record = sweep.done ? { keys, maxTtl, fingerprint, at } : undefined
    // A sweep that a commit fails in has passed what it did not renew: the next turn begins another.
    this.#sweep = undefined
    const update = await this.#commit({ cause: 'renewal' }, [], renewed, turn, context, record)
    if (update !== undefined) updates.push(update)
    if (record === undefined) this.#sweep = sweep
    return renewed.length
  }

  /** What signatures are held against. Jitter and inception only matter when one is made. */
  #fingerprint({ publication: { signZoneWith, signDnskeyWith } }: KeyTurn): string {
    const { validity, refresh, denialTtl } = this.#life.policy
    const soa = this.#apex().find(({ type }) => type === RRType.SOA)
    return JSON.stringify([signZoneWith, signDnskeyWith, validity, refresh, soa ? denialTtlOf(soa, denialTtl) : null])
  }

  #nextSweepAt({ at }: SigningRecord): number {
    return at + Math.floor(this.#life.policy.refresh * SWEEP_SHARE)
  }

  /** When the next slice is due. One that checks new keys, or is late, does not wait. */
  #sliceAt(now: number): number {
    if (this.#sweep === undefined) return this.#record === undefined ? now : this.#nextSweepAt(this.#record)
    const isFirst = this.#record?.fingerprint !== this.#sweep.fingerprint
    const period = this.#life.policy.refresh * SWEEP_SHARE
    if (isFirst || now > this.#sweep.at + period) return now
    return now + Math.floor(period / (1 + this.#nodes / SLICE_NODES))
  }

  /** Nodes that a sweep looks at. */
  get #nodes(): number {
    const { owners, denials } = this.#updater.info
    return owners + denials
  }

  /** What the zone as it is served shows of the keys; undefined until all of its signatures have been looked at once. */
  #served(): ServedFacts | undefined {
    if (this.#record === undefined) return undefined
    const dnskey = this.#apex().find(({ type }) => type === RRType.DNSKEY)
    const dnskeys = this.#life.idsOf(dnskey?.rdatas ?? [])
    const target = this.#turn?.publication.signZoneWith ?? this.#record.keys
    const isSwept = this.#sweep === undefined && sameIds(target, this.#record.keys)
    const signatures = Object.fromEntries(
      [...new Set([...this.#record.keys, ...target])].map((id): [string, 'all' | 'some'] => {
        const throughout = isSwept || (target.includes(id) && this.#record!.keys.includes(id))
        return [id, throughout ? 'all' : 'some']
      }),
    )
    const cds = (this.#apex().find(({ type }) => type === RRType.CDS)?.rdatas ?? []).map((rdata) =>
      Buffer.from(rdata).toString('base64'),
    )
    return { dnskeys, dnskeyTtl: dnskey?.ttl ?? 0, signatures, maxTtl: this.#record.maxTtl, cds }
  }
}

function withState(options: UpdateOptions, more: StatePut): UpdateOptions {
  const { state = [] } = options
  return { ...options, state: (info) => [...(typeof state === 'function' ? state(info) : state), more] }
}

/** No key is to sign the zone. */
function isUnsigned({ publication }: KeyTurn): boolean {
  return publication.signZoneWith.length === 0
}

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id) => b.includes(id))
}
