import { statSync } from 'node:fs'
import {
  type Advance,
  advance,
  carryOut,
  type KeyFacts,
  type KeySet,
  KeySetFile,
  type Publication,
  parentRequest,
  publication,
  type SigningPolicy,
} from '../../dnssec/keys/index.ts'
import {
  type KeyStore,
  type KeyStoreDescriptor,
  openKeyStore,
  type SigningKey,
  type StoredKey,
} from '../../dnssec/keystore/index.ts'
import type { PublishedKeys, ZoneKeys } from '../../dnssec/sign/index.ts'
import { dsOfKey } from '../../dnssec/verify/index.ts'
import { RRType } from '../../iana/index.ts'
import type { Name } from '../../wire/index.ts'
import { compareOctets, type RRset } from '../../zone/index.ts'

/** Actions of one round may make others possible; a set of keys settles in a handful of rounds. */
const MAX_ROUNDS = 20

/** Seconds after which keys and state are read again though their folder seems not to have changed. */
const READ_AGAIN_AFTER = 60
/** A change of a folder that is as young as this may be followed by another of the same time: milliseconds. */
const SETTLED_AFTER = 1000

/** What an operator has to know of the keys. */
export type KeyAlarm =
  /** A key in use is not in the store. */
  | { readonly kind: 'missing-key'; readonly id: string }
  /** The parent has no DS any more for a key it vouched for. */
  | { readonly kind: 'lost-ds'; readonly id: string }

/** A DS that is to be there, or to be gone. */
export interface AwaitedDs {
  readonly id: string
  readonly sight: 'there' | 'gone'
}

/** What the keys' state asks of the zone now. */
export interface KeyTurn {
  readonly state: KeySet
  readonly publication: Publication
  /** The parent's DS RRset is to be looked at. */
  readonly checkParent: boolean
  /** Keys whose DS the parent is to show or to remove, and is not known to have. */
  readonly awaited: readonly AwaitedDs[]
  readonly alarms: readonly KeyAlarm[]
  /** When to look again though nothing else happened, in seconds since 1970. */
  readonly nextAt: number | undefined
}

/** What was made of keys and state, and of what it was made. */
interface Known {
  readonly stamp: bigint
  /** Facts, as text. */
  readonly asked: string
  readonly at: number
  readonly turn: KeyTurn
}

/**
 * The keys of one zone, through their lives: takes their state as far as the facts allow, and does what that asks of the key
 * store. While neither facts nor the keys' folder change, what it read last holds for a minute.
 */
export class KeyLife {
  readonly origin: Name
  readonly policy: SigningPolicy
  readonly #store: KeyStore
  readonly #file: KeySetFile
  readonly #folder: string
  readonly #open = new Map<string, SigningKey>()
  #known: Known | undefined
  #listed: { readonly stamp: bigint; readonly at: number; readonly keys: readonly StoredKey[] } | undefined

  constructor(origin: Name, policy: SigningPolicy, keys: KeyStoreDescriptor) {
    this.origin = origin
    this.policy = policy
    this.#store = openKeyStore(keys)
    this.#file = new KeySetFile(keys.folder, origin)
    this.#folder = keys.folder
  }

  /**
   * @param facts what is known of the zone as it is served, and of its parent
   * @param now seconds since 1970
   * @throws KeyStateError, errors of the key store
   */
  turn(facts: Pick<KeyFacts, 'served' | 'parent'>, now: number): KeyTurn {
    const asked = JSON.stringify(facts)
    const stamp = this.#stamp()
    const known = this.#known
    if (known !== undefined && known.stamp === stamp && known.asked === asked && now >= known.at) {
      if (now < Math.min(known.at + READ_AGAIN_AFTER, known.turn.nextAt ?? Number.POSITIVE_INFINITY)) return known.turn
    }
    const turn = this.#turn(facts, now)
    this.#known = stamp === undefined ? undefined : { stamp, asked, at: now, turn }
    return turn
  }

  #turn(facts: Pick<KeyFacts, 'served' | 'parent'>, now: number): KeyTurn {
    for (let round = 1; ; round++) {
      const stored = this.#store.list(this.origin)
      let advanced: Advance | undefined
      // Stored before anything is done, so that what a kill interrupts is done again.
      const state = this.#file.update((before) => {
        advanced = advance(before, this.policy, { stored, ...facts }, now)
        return advanced.state
      })
      const { actions, nextAt } = advanced!
      const left = carryOut(this.#store, this.origin, actions)
      if (left.length < actions.length && round < MAX_ROUNDS) continue
      const alarms = left.filter((action) => action.kind === 'missing-key' || action.kind === 'lost-ds')
      const checkParent = left.some(({ kind }) => kind === 'check-parent')
      return { state, publication: publication(state), checkParent, awaited: awaitedDs(state), alarms, nextAt }
    }
  }

  /** The keys that sign, opened. @throws KeyNotFoundError, KeyMismatchError and others of the key store */
  signers({ publication: { signDnskeyWith, signCdsWith, signZoneWith } }: KeyTurn): ZoneKeys {
    return {
      forKeys: signDnskeyWith.map((id) => this.#key(id)),
      forParent: signCdsWith.map((id) => this.#key(id)),
      forZone: signZoneWith.map((id) => this.#key(id)),
    }
  }

  /** The DNSKEY RRset that the zone is to show. */
  published({ state, publication: { dnskeys } }: KeyTurn): PublishedKeys {
    return { dnskeys: dnskeyRdatas(state, dnskeys), dnskeyTtl: this.policy.dnskeyTtl }
  }

  /** DNSKEY rdata of keys that sign the zone without standing in the DNSKEY RRset (RFC 6781 4.1.4). */
  early({ state, publication: { dnskeys, signZoneWith } }: KeyTurn): Uint8Array[] {
    return dnskeyRdatas(
      state,
      signZoneWith.filter((id) => !dnskeys.includes(id)),
    )
  }

  /** The RRsets CDS and CDNSKEY of the apex, unsigned; those that there are to be (RFC 7344 4). */
  parentRequest({ state }: KeyTurn): RRset[] {
    const { cds, cdnskey } = parentRequest(state, this.policy)
    const rrset = (type: number, rdatas: readonly Uint8Array[]): RRset[] =>
      rdatas.length === 0
        ? []
        : [{ type, ttl: this.policy.dnskeyTtl, rdatas: [...rdatas].sort(inCanonicalOrder), signatures: [] }]
    return [...rrset(RRType.CDS, cds), ...rrset(RRType.CDNSKEY, cdnskey)]
  }

  /** The DS that validators everywhere may rely on: those of keys that the parent vouches for in every cache. */
  trustedDs({ state: { keys } }: KeyTurn): Uint8Array[] {
    const trusted = keys.filter(({ ds }) => ds.phase === 'omnipresent')
    return trusted.flatMap(({ publicKey }) => {
      const dnskey = Buffer.from(publicKey, 'base64')
      return this.policy.dsDigests.flatMap((digest) => dsOfKey(this.origin, dnskey, digest) ?? [])
    })
  }

  /** The id of each key whose DNSKEY rdata this is; of one that the store does not have, what it is in base64. */
  idsOf(dnskeys: readonly Uint8Array[]): string[] {
    return dnskeys.map((rdata) => this.#storedKey(rdata)?.id ?? Buffer.from(rdata).toString('base64'))
  }

  /** Whether the store has the key of this DNSKEY rdata. */
  has(dnskey: Uint8Array): boolean {
    return this.#storedKey(dnskey) !== undefined
  }

  #storedKey(rdata: Uint8Array): StoredKey | undefined {
    return this.#list().find(({ dnskey }) => Buffer.compare(dnskey, rdata) === 0)
  }

  #list(): readonly StoredKey[] {
    const stamp = this.#stamp()
    const at = performance.now()
    const listed = this.#listed
    if (listed !== undefined && listed.stamp === stamp && at < listed.at + READ_AGAIN_AFTER * 1000) return listed.keys
    const keys = this.#store.list(this.origin)
    this.#listed = stamp === undefined ? undefined : { stamp, at, keys }
    return keys
  }

  /**
   * When a file came into or went out of the folder of keys and state last, as every change of them makes one do; undefined
   * when that is too near to tell one change from the next.
   */
  #stamp(): bigint | undefined {
    const stat = statSync(this.#folder, { bigint: true, throwIfNoEntry: false })
    if (stat === undefined || Number(stat.mtimeMs) > Date.now() - SETTLED_AFTER) return undefined
    return stat.mtimeNs
  }

  #key(id: string): SigningKey {
    let key = this.#open.get(id)
    if (key === undefined) {
      key = this.#store.open(id)
      this.#open.set(id, key)
    }
    return key
  }
}

function awaitedDs({ keys }: KeySet): AwaitedDs[] {
  return keys.flatMap(({ id, ds: { phase, seen } }): AwaitedDs[] => {
    if (seen !== null || phase === 'hidden' || phase === 'omnipresent') return []
    return [{ id, sight: phase === 'rumoured' ? 'there' : 'gone' }]
  })
}

function dnskeyRdatas({ keys }: KeySet, ids: readonly string[]): Uint8Array[] {
  const chosen = keys.filter(({ id }) => ids.includes(id))
  return chosen.map(({ publicKey }) => new Uint8Array(Buffer.from(publicKey, 'base64'))).sort(inCanonicalOrder)
}

function inCanonicalOrder(a: Uint8Array, b: Uint8Array): number {
  return compareOctets(a, 0, a.length, b, 0, b.length)
}
