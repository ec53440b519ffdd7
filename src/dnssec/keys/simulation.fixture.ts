import { nameFromText } from '../../wire/index.ts'
import { keyTag } from '../../zone/index.ts'
import type { StoredKey } from '../keystore/index.ts'
import { dsMatchesKey, dsOfKey } from '../verify/index.ts'
import { advance } from './advance.ts'
import type { KeyAction, KeyFacts, ParentFacts, ServedFacts } from './facts.ts'
import { emptyKeySet, type KeySet } from './key-set.ts'
import type { SigningPolicy } from './policy.ts'
import { parentRequest, publication } from './publication.ts'

/**
 * A zone, its parent, and all caches of the world, in simulated time. A cache may hold, each on its own, any DS RRset,
 * any DNSKEY RRset and any signatures of the zone's data that some server still gave out within their TTLs.
 */

export const HOUR = 3600
export const DAY = 24 * HOUR
const ORIGIN = nameFromText('zz.')

/** Something that was shown from one moment to another, and may be in caches for its TTL after that. */
interface Shown<T> {
  readonly value: T
  readonly ttl: number
  /** When the last server gave it out; infinite while it is current. */
  until: number
}

class History<T> {
  readonly #shown: Shown<T>[] = []
  readonly #same: (a: T, b: T) => boolean

  constructor(same: (a: T, b: T) => boolean) {
    this.#same = same
  }

  /** @param lag seconds until the last server has followed */
  show(value: T, ttl: number, now: number, lag: number): void {
    const last = this.#shown.at(-1)
    const isCurrent = last !== undefined && last.until === Number.POSITIVE_INFINITY
    if (isCurrent && last.ttl === ttl && this.#same(last.value, value)) return
    this.withdraw(now, lag)
    this.#shown.push({ value, ttl, until: Number.POSITIVE_INFINITY })
  }

  /** Nothing is shown any more. */
  withdraw(now: number, lag: number): void {
    const last = this.#shown.at(-1)
    if (last !== undefined) last.until = Math.min(last.until, now + lag)
  }

  /** All that a cache may hold at this moment. */
  cached(now: number): T[] {
    while (this.#shown.length > 0 && this.#shown[0]!.until + this.#shown[0]!.ttl <= now) this.#shown.shift()
    return this.#shown.map(({ value }) => value)
  }

  get current(): T {
    return this.#shown.at(-1)!.value
  }

  get ttl(): number {
    return this.#shown.at(-1)!.ttl
  }
}

interface DnskeyRRset {
  readonly keys: readonly StoredKey[]
  /** The keys that sign it; cached with it (RFC 4035 4.5). */
  readonly signers: readonly StoredKey[]
}

const sameKeys = (a: readonly StoredKey[], b: readonly StoredKey[]) =>
  a.length === b.length && a.every((key) => b.includes(key))

/** How far a program came before it was killed: not to storing its new state, to the storing, or into its actions. */
export type Kill = 'unstored' | 'stored' | 'half done'

export interface World {
  readonly policy: (now: number) => SigningPolicy
  /** Seconds: TTLs of the zone's data, and of the DS RRset at the parent. */
  readonly maxTtl: number
  readonly dsTtl: number
  /** Hours from a CDS to the DS that follows it. */
  readonly parentDelay: () => number
  /** Hours that one of the four quarters of the zone takes to be signed anew. */
  readonly resignHours: number
  /** The share of steps in which the program is killed. */
  readonly kills: number
  /** At which step it is killed besides, and how far it came. */
  readonly kill?: (now: number) => Kill | undefined
  readonly random: () => number
  /** What the program is told in place of the truth. */
  readonly tell?: (facts: KeyFacts) => KeyFacts
  /**
   * What an operator does at a step.
   * @param parent the DS RRset as the parent shows it, in base64
   */
  readonly operate?: (state: KeySet, now: number, parent: readonly string[]) => KeySet
  /** False: no server of the parent is asked, and only what the operator tells is known. */
  readonly asksParent?: boolean
}

export class Simulation {
  readonly #world: World
  now: number
  state: KeySet = emptyKeySet('zz.')
  readonly stored: StoredKey[] = []
  readonly #made = new Map<string, StoredKey>()
  readonly #ds = new History<readonly Uint8Array[]>((a, b) => a.length === b.length && a.every((ds) => b.includes(ds)))
  readonly #dnskey = new History<DnskeyRRset>((a, b) => sameKeys(a.keys, b.keys) && sameKeys(a.signers, b.signers))
  /** The signatures of each quarter of the zone. */
  readonly #quarters: History<readonly StoredKey[]>[] = []
  readonly #cdsSigners = new History<readonly StoredKey[]>(sameKeys)
  #parent: ParentFacts | undefined
  #cds: readonly Uint8Array[] = []
  #cdsDelete = false
  #parentActsAt = Number.POSITIVE_INFINITY
  #nextQuarterAt = 0
  /** Keys whose DS the parent has had. */
  readonly trusted = new Set<string>()
  /** Keys that signed the zone. */
  readonly signed = new Set<string>()
  readonly actions = new Set<KeyAction['kind']>()

  constructor(world: World, now: number) {
    this.#world = world
    this.now = now
    this.#ds.show([], world.dsTtl, now, 0)
    this.#dnskey.show({ keys: [], signers: [] }, world.maxTtl, now, 0)
    for (let i = 0; i < 4; i++) {
      const quarter = new History<readonly StoredKey[]>(sameKeys)
      quarter.show([], world.maxTtl, now, 0)
      this.#quarters.push(quarter)
    }
  }

  /**
   * One hour, or other step; then all that caches may hold is put together.
   * @throws Error when some of it is bogus
   */
  step(seconds: number = HOUR): void {
    const { policy, kills, random, operate, tell = (told) => told } = this.#world
    this.now += seconds
    this.#parentActs()
    this.#signQuarter()
    if (operate !== undefined) this.state = operate(this.state, this.now, this.#parentShows())
    const facts = { stored: this.stored, served: this.served(), parent: this.#parent }
    const { state, actions, nextAt } = advance(this.state, policy(this.now), tell(facts), this.now)
    if (nextAt !== undefined && nextAt <= this.now) throw new Error(`to be called again at ${nextAt}, which is past`)
    if (this.now % DAY === 0) {
      const again = JSON.stringify(advance(state, policy(this.now), tell(facts), this.now))
      if (again !== JSON.stringify({ state, actions, nextAt })) throw new Error('a second call changed something')
    }
    const kill = this.#world.kill?.(this.now) ?? randomKill(kills, random)
    // What is stored is text, and what is read from it goes on.
    if (kill !== 'unstored') this.state = JSON.parse(JSON.stringify(state)) as KeySet
    const done = kill === undefined ? actions.length : kill === 'half done' ? Math.ceil(actions.length / 2) : 0
    for (const action of actions.slice(0, done)) this.#perform(action)
    this.check()
  }

  served(): ServedFacts {
    const { keys } = this.#dnskey.current
    const quarters = this.#quarters.map(({ current }) => current)
    const all = this.#cds.length === 0 ? quarters : [...quarters, this.#cdsSigners.current]
    const signatures: Record<string, 'all' | 'some'> = {}
    for (const { id } of quarters.flat()) {
      signatures[id] = all.every((signers) => signers.some((key) => key.id === id)) ? 'all' : 'some'
    }
    return {
      dnskeys: keys.map(({ id }) => id),
      dnskeyTtl: keys.length === 0 ? 0 : this.#dnskey.ttl,
      signatures,
      maxTtl: this.#world.maxTtl,
      cds: this.#cds.map((rdata) => Buffer.from(rdata).toString('base64')),
    }
  }

  #perform(action: KeyAction): void {
    this.actions.add(action.kind)
    const { policy, dsTtl } = this.#world
    switch (action.kind) {
      case 'generate': {
        const key = this.#makeKey(action.algorithm, action.role !== 'zsk')
        this.stored.push(key)
        return
      }
      case 'publish': {
        const { dnskeys, signDnskeyWith } = publication(this.state)
        const rrset = { keys: this.#keysOf(dnskeys), signers: this.#keysOf(signDnskeyWith) }
        const { dnskeyTtl, propagationDelay } = policy(this.now)
        const ttl = rrset.keys.length === 0 ? this.#world.maxTtl : dnskeyTtl
        this.#dnskey.show(rrset, ttl, this.now, propagationDelay)
        this.#tellParent()
        return
      }
      case 'check-parent': {
        if (this.#world.asksParent === false) return
        const ds = this.#parentShows()
        this.#parent = { at: this.now, ttl: dsTtl, everywhere: ds, anywhere: ds }
        return
      }
      case 'delete': {
        const at = this.stored.findIndex(({ id }) => id === action.id)
        if (at !== -1) this.stored.splice(at, 1)
        return
      }
      case 'set-timing': {
        const at = this.stored.findIndex(({ id }) => id === action.id)
        const key = this.stored[at]!
        Object.assign(key, { timing: { ...key.timing, ...action.timing } })
        return
      }
      case 'missing-key':
      case 'lost-ds':
        return
    }
  }

  #parentShows(): string[] {
    return this.#ds.current.map((rdata) => Buffer.from(rdata).toString('base64'))
  }

  #keysOf(ids: readonly string[]): StoredKey[] {
    return ids.map((id) => this.#made.get(id)!)
  }

  #makeKey(algorithm: number, isSep: boolean): StoredKey {
    for (;;) {
      const dnskey = Uint8Array.from({ length: 36 }, () => Math.floor(this.#world.random() * 256))
      dnskey.set([1, isSep ? 1 : 0, 3, algorithm])
      const tag = keyTag(dnskey)
      const id = `Kzz.+${String(algorithm).padStart(3, '0')}+${String(tag).padStart(5, '0')}`
      if (this.#made.has(id)) continue
      const timing = { created: this.now }
      const key = { id, origin: ORIGIN, algorithm, keyTag: tag, isSep, dnskey, bits: 256, timing }
      this.#made.set(id, key)
      return key
    }
  }

  /** The CDS RRset is served with the same commit; the parent comes by later. */
  #tellParent(): void {
    const { policy, maxTtl } = this.#world
    const { cds } = parentRequest(this.state, policy(this.now))
    const { cdsDelete, signCdsWith } = publication(this.state)
    // Where there is none, that is proved by signatures as all the zone has them.
    const lag = policy(this.now).propagationDelay
    if (cds.length > 0) this.#cdsSigners.show(this.#keysOf(signCdsWith), maxTtl, this.now, lag)
    else this.#cdsSigners.withdraw(this.now, lag)
    const same = cds.length === this.#cds.length && cds.every((rdata, i) => Buffer.compare(rdata, this.#cds[i]!) === 0)
    if (same && cdsDelete === this.#cdsDelete) return
    this.#cds = cds
    this.#cdsDelete = cdsDelete
    this.#parentActsAt = this.now + this.#world.parentDelay() * HOUR
  }

  #parentActs(): void {
    if (this.now < this.#parentActsAt) return
    this.#parentActsAt = Number.POSITIVE_INFINITY
    // RFC 7344 4: no CDS leaves the DS as they are.
    if (this.#cds.length === 0) return
    const ds = this.#cdsDelete ? [] : this.#cds
    this.#ds.show(ds, this.#world.dsTtl, this.now, this.#world.policy(this.now).parentPropagationDelay)
    for (const [id, key] of this.#made)
      if (ds.some((rdata) => dsMatchesKey(ORIGIN, rdata, key.dnskey))) this.trusted.add(id)
  }

  #signQuarter(): void {
    const signers = this.#keysOf(publication(this.state).signZoneWith)
    const quarter = this.#quarters.find(({ current }) => !sameKeys(current, signers))
    if (quarter === undefined || this.now < this.#nextQuarterAt) return
    this.#nextQuarterAt = this.now + this.#world.resignHours * HOUR
    quarter.show(signers, this.#world.maxTtl, this.now, this.#world.policy(this.now).propagationDelay)
    for (const { id } of signers) this.signed.add(id)
  }

  /** Puts all that may be cached together. */
  check(): void {
    const { now } = this
    const dnskeys = this.#dnskey.cached(now)
    const quarters = this.#quarters.flatMap((quarter) => quarter.cached(now))
    const signatures = [...quarters, ...this.#cdsSigners.cached(now)]
    for (const ds of this.#ds.cached(now)) {
      for (const dnskey of dnskeys) {
        for (const signers of signatures) {
          const fault = faultOf(ds, dnskey, signers)
          if (fault === undefined) continue
          const names = (keys: readonly StoredKey[]) => keys.map(({ id }) => id).join(' ')
          throw new Error(
            `bogus at ${new Date(now * 1000).toISOString()}: ${fault}; DS ${ds.map((rdata) => `${rdata[2]!}/${(rdata[0]! << 8) | rdata[1]!}`)}, ` +
              `DNSKEY ${names(dnskey.keys)} signed by ${names(dnskey.signers)}, data signed by ${names(signers)}\n` +
              JSON.stringify(this.state, null, 1),
          )
        }
      }
    }
  }
}

function randomKill(share: number, random: () => number): Kill | undefined {
  if (random() >= share) return undefined
  return (['unstored', 'stored', 'half done'] as const)[Math.floor(random() * 3)]
}

/**
 * Why a validator that holds these three takes the data as bogus, if it does. It is the strictest there may be: of every
 * algorithm in the DS RRset and in the DNSKEY RRset it wants a signature (RFC 4035 2.2, which RFC 6840 5.11 tells
 * validators not to insist on).
 */
function faultOf(ds: readonly Uint8Array[], dnskey: DnskeyRRset, signers: readonly StoredKey[]): string | undefined {
  if (ds.length === 0) return undefined
  for (const algorithm of new Set(ds.map((rdata) => rdata[2]!))) {
    const anchored = dnskey.signers.some(
      (key) => key.algorithm === algorithm && dnskey.keys.includes(key) && ds.some((rdata) => matches(rdata, key)),
    )
    if (!anchored) return `no key of a DS of algorithm ${algorithm} signs the DNSKEY RRset`
  }
  for (const algorithm of new Set(dnskey.keys.map((key) => key.algorithm))) {
    if (!dnskey.signers.some((key) => key.algorithm === algorithm))
      return `the DNSKEY RRset lacks algorithm ${algorithm}`
    if (!signers.some((key) => key.algorithm === algorithm && dnskey.keys.includes(key))) {
      return `no signature of algorithm ${algorithm} can be verified`
    }
  }
  return undefined
}

const digests = new WeakMap<StoredKey, Buffer>()

function matches(ds: Uint8Array, key: StoredKey): boolean {
  let expected = digests.get(key)
  if (expected === undefined) {
    expected = Buffer.from(dsOfKey(ORIGIN, key.dnskey, 2)!)
    digests.set(key, expected)
  }
  return expected.equals(ds)
}

/** Numbers from 0 to 1 from a seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    // Xorshift with 32 bits of state, whose zero would stay zero.
    state = state === 0 ? 0x9e37_79b9 : state
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 0x1_0000_0000
  }
}
