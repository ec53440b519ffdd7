import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { Random } from '../../../test/zones/random.ts'
import { DnssecAlgorithm, RRType } from '../../iana/index.ts'
import type { Name } from '../../wire/index.ts'
import { type RRset, type RRsetChange, Rrsig } from '../../zone/index.ts'
import {
  advance,
  DEFAULT_POLICY,
  emptyKeySet,
  type KeySet,
  type ParentFacts,
  parentRequest,
  publication,
  requestRollover,
  type SigningPolicy,
} from '../keys/index.ts'
import { FileKeyStore, type SigningKey } from '../keystore/index.ts'
import { renewals, type SigningContext, signChanges } from '../sign/index.ts'
import { contextOf, TLD } from '../sign/sign.fixture.ts'
import { GatedZone, randomEdit, ZZ } from './gate.fixture.ts'

const HOUR = 3600
const BEGIN = 1_790_000_000

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

const base64 = (octets: Uint8Array) => Buffer.from(octets).toString('base64')
const keysOnly = new Set<number>([RRType.DNSKEY, RRType.CDS, RRType.CDNSKEY])

/** A zone whose keys live, whose signatures are renewed in slices, and of which every change goes through the gate. */
class LivingZone {
  readonly #store: FileKeyStore
  readonly #opened = new Map<string, SigningKey>()
  readonly #random = new Random(3)
  readonly #denial: SigningPolicy['denial']
  policy: SigningPolicy
  now = BEGIN
  state: KeySet = emptyKeySet('zz.')
  zone: GatedZone | undefined
  changes = 0
  /** Sets of keys, and of signing algorithms, that the zone has shown. */
  readonly shown = new Set<string>()
  #parent: ParentFacts = { at: BEGIN, ttl: HOUR, everywhere: [], anywhere: [] }

  constructor(denial: SigningPolicy['denial'], algorithm: number) {
    const folder = mkdtempSync(join(tmpdir(), 'zonecut-gate-rollover-'))
    folders.push(folder)
    this.#store = new FileKeyStore(folder)
    this.#denial = denial
    this.policy = { ...DEFAULT_POLICY, algorithm, denial, safetyMargin: 0, parentPropagationDelay: 0, lifetimes: {} }
  }

  step(): void {
    this.now += 2 * HOUR
    const facts = { stored: this.#store.list(ZZ), served: this.#served(), parent: this.#parent }
    const { state, actions } = advance(this.state, this.policy, facts, this.now)
    this.state = state
    for (const action of actions) {
      if (action.kind === 'generate') {
        this.#store.generate({ origin: ZZ, algorithm: action.algorithm, isSep: action.role !== 'zsk' })
      }
    }
    if (publication(state).dnskeys.length > 0) this.#publish()
    // The parent follows at once, and is asked each time.
    const ds = parentRequest(state, this.policy).cds.map(base64)
    this.#parent = { at: this.now, ttl: HOUR, everywhere: ds, anywhere: ds }
  }

  #publish(): void {
    const { dnskeys, signDnskeyWith, signZoneWith } = publication(this.state)
    const context = this.#context(signDnskeyWith, signZoneWith)
    const rdatas = dnskeys.map((id) => this.#key(id).dnskey)
    this.shown.add(`${dnskeys.length} ${signZoneWith.length}`)
    if (this.zone === undefined) {
      this.zone = new GatedZone(
        context,
        TLD,
        dnskeys.map((id) => this.#key(id)),
      )
      return
    }
    const { cds, cdnskey } = parentRequest(this.state, this.policy)
    const apexSets: RRsetChange[] = [
      [RRType.DNSKEY, rdatas] as const,
      [RRType.CDS, cds] as const,
      [RRType.CDNSKEY, cdnskey] as const,
    ].map(([type, all]) => ({ owner: ZZ, type, rrset: rrsetOf(type, all) }))
    const view = this.zone.view()
    // A third of the zone at a time; but the apex is signed as soon as its keys are others.
    const slice = this.zone.nodesAfter([]).filter(({ owner }) => isApex(owner) || this.#random.chance(0.34))
    const edits = this.#random.chance(0.3) ? randomEdit(this.#random, this.zone.model) : []
    const changes = signChanges(view, [...apexSets, ...edits], context, [...renewals(view, slice, context)])
    const earlyKeys = signZoneWith.filter((id) => !dnskeys.includes(id)).map((id) => this.#key(id).dnskey)
    const ds = this.#parent.everywhere.map((text) => Buffer.from(text, 'base64'))
    this.zone.check(changes, { now: this.now, ds, earlyKeys, lastCommit: this.now - 2 * HOUR })
    if (changes.length > 0) this.changes++
    this.zone.apply(changes)
  }

  #context(forKeys: readonly string[], forZone: readonly string[]): SigningContext {
    const keys = { forKeys: forKeys.map((id) => this.#key(id)), forZone: forZone.map((id) => this.#key(id)) }
    const all = [...keys.forKeys, ...keys.forZone]
    return contextOf(all, { keys, now: this.now, denial: this.#denial })
  }

  #key(id: string): SigningKey {
    const key = this.#opened.get(id) ?? this.#store.open(id)
    this.#opened.set(id, key)
    return key
  }

  #served() {
    if (this.zone === undefined) return { dnskeys: [], dnskeyTtl: 0, signatures: {}, maxTtl: HOUR, cds: [] }
    const { model } = this.zone
    const published = model.rrset(ZZ, RRType.DNSKEY)!
    const keys = this.#store.list(ZZ)
    const signed = this.zone.rrsets().filter(({ type, rrset }) => !keysOnly.has(type) && rrset!.signatures.length > 0)
    const signatures: Record<string, 'all' | 'some'> = {}
    for (const { id, keyTag, algorithm } of keys) {
      const by = signed.filter(({ rrset }) =>
        rrset!.signatures.some((one) => Rrsig.keyTag(one) === keyTag && Rrsig.algorithm(one) === algorithm),
      )
      if (by.length > 0) signatures[id] = by.length === signed.length ? 'all' : 'some'
    }
    return {
      dnskeys: keys
        .filter(({ dnskey }) => published.rdatas.some((one) => Buffer.compare(one, dnskey) === 0))
        .map(({ id }) => id),
      dnskeyTtl: published.ttl,
      signatures,
      maxTtl: HOUR,
      cds: (model.rrset(ZZ, RRType.CDS)?.rdatas ?? []).map(base64),
    }
  }
}

const isApex = (owner: Name) => owner.length === ZZ.length

function rrsetOf(type: number, rdatas: readonly Uint8Array[]): RRset | undefined {
  if (rdatas.length === 0) return undefined
  return { type, ttl: HOUR, rdatas: [...rdatas].sort(Buffer.compare), signatures: [] }
}

describe('every step of a key’s life passes', () => {
  test.each([
    ['nsec', DnssecAlgorithm.ED25519, DnssecAlgorithm.ECDSAP256SHA256, 'split'],
    ['nsec3-opt-out', DnssecAlgorithm.ECDSAP256SHA256, DnssecAlgorithm.ED25519, 'split'],
    ['nsec3', DnssecAlgorithm.ED25519, DnssecAlgorithm.ECDSAP256SHA256, 'csk'],
  ] as const)(
    '%s, algorithm %d to %d, %s',
    (denial, algorithm, next, keys) => {
      const zone = new LivingZone(denial, algorithm)
      zone.policy = { ...zone.policy, keys }
      for (let step = 0; step < 60; step++) zone.step()
      const roles = keys === 'csk' ? (['csk'] as const) : (['zsk', 'ksk'] as const)
      for (const role of roles) {
        zone.state = requestRollover(zone.state, [role])
        for (let step = 0; step < 80; step++) zone.step()
      }
      zone.policy = { ...zone.policy, algorithm: next }
      for (let step = 0; step < 120; step++) zone.step()
      const inUse = zone.state.keys.filter(({ goal }) => goal === 'use')
      expect(inUse.map((key) => key.algorithm)).toEqual(inUse.map(() => next))
      expect(publication(zone.state).dnskeys).toHaveLength(inUse.length)
      // Before, with a key more, with both algorithms' signatures and one's keys, with both.
      expect(zone.shown.size).toBeGreaterThanOrEqual(4)
      expect(zone.changes).toBeGreaterThan(50)
    },
    120_000,
  )
})
