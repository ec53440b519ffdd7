import { enter, type KeyDraft, type KeySetDraft } from './draft.ts'
import { isSep, isShown, type RecordKind, recordKinds, signsZone } from './key-set.ts'
import type { SigningPolicy } from './policy.ts'

/**
 * When a record may come and when it may go. Every rule looks only at what caches hold, so that it holds whatever
 * rollover is under way and however it was interrupted.
 */

/** A rule: may this record of this key change now? */
type Rule = (key: KeyDraft, set: KeySetDraft, policy: SigningPolicy) => boolean

const ofAlgorithm = (set: KeySetDraft, algorithm: number) => set.keys.filter((key) => key.algorithm === algorithm)
const othersOfAlgorithm = (key: KeyDraft, set: KeySetDraft) =>
  ofAlgorithm(set, key.algorithm).filter((other) => other !== key)

/** No cache holds a DS RRset: validators take the zone as insecure, whatever it shows (RFC 4035 5.2). */
const isInsecure = (set: KeySetDraft) => set.keys.every(({ ds }) => ds.phase === 'hidden')

/** The zone is to be unsigned, and validators no longer expect it to be signed. */
const isAbandoned = (set: KeySetDraft) => set.goal === 'insecure' && isInsecure(set)

/** Every answer in every cache has a signature of this algorithm whose key is in every cached DNSKEY RRset. */
function isCovered(set: KeySetDraft, algorithm: number): boolean {
  const published = ofAlgorithm(set, algorithm).filter((key) => signsZone(key) && key.dnskey.phase === 'omnipresent')
  if (published.some(({ signatures }) => signatures.phase === 'omnipresent')) return true
  // While one key's signatures replace another's, each answer has the one or the other.
  return (
    published.some(({ signatures }) => signatures.phase === 'unretentive') &&
    published.some(({ signatures }) => signatures.phase === 'rumoured')
  )
}

/** A chain from the parent through this key holds in every cache. */
const isChained = (key: KeyDraft) => key.ds.phase === 'omnipresent' && key.dnskey.phase === 'omnipresent'

/** The zone's trust may rest on this key: the chain through it holds or, where the parent has no DS at all, would. */
const isTrusted = (key: KeyDraft, set: KeySetDraft) =>
  isChained(key) || (isInsecure(set) && isSep(key) && key.goal === 'use' && key.dnskey.phase === 'omnipresent')

/** RFC 6781 4.1.2: the KSKs that this one follows, where the DS goes ahead of the DNSKEY. */
function doubleDsPredecessors(key: KeyDraft, set: KeySetDraft, policy: SigningPolicy): KeyDraft[] {
  if (policy.kskRollover !== 'double-ds' || key.role !== 'ksk') return []
  return othersOfAlgorithm(key, set).filter(
    (other) => other.role === 'ksk' && other.goal === 'retire' && other.ds.phase !== 'hidden' && isShown(other.dnskey),
  )
}

const mayShowDnskey: Rule = (key, set, policy) => {
  // A zone that shows no key yet has no validator to mislead.
  if (set.keys.every(({ dnskey }) => dnskey.phase === 'hidden')) return true
  const inUse = othersOfAlgorithm(key, set).some(({ dnskey }) => dnskey.phase !== 'hidden')
  // RFC 6781 4.1.4 (after RFC 4035 2.2): an algorithm's signatures are everywhere before any of its keys is.
  if (!inUse) return ofAlgorithm(set, key.algorithm).some(({ signatures }) => signatures.phase === 'omnipresent')
  return doubleDsPredecessors(key, set, policy).length === 0 || key.ds.phase === 'omnipresent'
}

const mayHideDnskey: Rule = (key, set, policy) => {
  if (isAbandoned(set)) return true
  const successors = othersOfAlgorithm(key, set).filter(({ goal }) => goal === 'use')
  if (successors.length === 0) {
    // RFC 6781 4.1.4: the keys of an algorithm go together, and no DS may be left that asks for it (RFC 4035 2.2).
    const ofOthers = set.keys.filter((other) => other.algorithm !== key.algorithm && other.goal === 'use')
    return (
      ofAlgorithm(set, key.algorithm).every(({ ds }) => ds.phase === 'hidden') &&
      ofOthers.some((other) => isTrusted(other, set) && isCovered(set, other.algorithm))
    )
  }
  if (signsZone(key)) {
    // RFC 7583 3.2.1: no cache may hold a signature that only this key verifies.
    if (key.signatures.phase !== 'hidden') return false
    if (!isCovered(set, key.algorithm)) return false
  }
  if (!isSep(key)) return true
  if (key.ds.phase === 'hidden') return set.keys.some((other) => other !== key && isTrusted(other, set))
  // RFC 6781 4.1.2, double-DS: the one key goes as the other comes, and both DS are everywhere.
  return (
    key.role === 'ksk' &&
    policy.kskRollover === 'double-ds' &&
    successors.some((other) => other.ds.phase === 'omnipresent' && isShown(other.dnskey))
  )
}

const mayShowSignatures: Rule = (key, set) => {
  const replaced = othersOfAlgorithm(key, set).some(({ signatures }) => isShown(signatures))
  // RFC 7583 3.2.1, pre-publication: signatures change hands when every cached DNSKEY RRset has the key.
  return !replaced || key.dnskey.phase === 'omnipresent'
}

const mayHideSignatures: Rule = (key, set) => {
  if (isAbandoned(set)) return true
  const replaced = othersOfAlgorithm(key, set).some(
    (other) => other.goal === 'use' && other.dnskey.phase === 'omnipresent' && isShown(other.signatures),
  )
  // RFC 6781 4.1.4: an algorithm's signatures are the last of it to go.
  return replaced || ofAlgorithm(set, key.algorithm).every(({ dnskey }) => dnskey.phase === 'hidden')
}

const mayShowDs: Rule = (key, set, policy) => {
  if (key.dnskey.phase === 'omnipresent' && isCovered(set, key.algorithm)) return true
  return doubleDsPredecessors(key, set, policy).some(isChained)
}

const mayHideDs: Rule = (key, set) => {
  if (set.goal === 'insecure' || key.dnskey.phase === 'hidden') return true
  // RFC 7583 3.3.1, double-KSK: the parent may swap the two at any moment.
  return set.keys.some(
    (other) => other !== key && other.goal === 'use' && isShown(other.ds) && other.dnskey.phase === 'omnipresent',
  )
}

const rules: Readonly<Record<RecordKind, { readonly mayShow: Rule; readonly mayHide: Rule }>> = {
  dnskey: { mayShow: mayShowDnskey, mayHide: mayHideDnskey },
  signatures: { mayShow: mayShowSignatures, mayHide: mayHideSignatures },
  ds: { mayShow: mayShowDs, mayHide: mayHideDs },
}

/** Lets every record come or go that may, until none is left; a swap is thus one step. */
export function applyTransitions(set: KeySetDraft, policy: SigningPolicy, now: number): void {
  for (let changed = true; changed; ) {
    changed = false
    for (const key of set.keys) {
      for (const kind of recordKinds(key.role)) {
        const shown = isShown(key[kind])
        if (shown === (key.goal === 'use')) continue
        if (!(shown ? rules[kind].mayHide : rules[kind].mayShow)(key, set, policy)) continue
        enter(key, kind, shown ? 'unretentive' : 'rumoured', now)
        changed = true
      }
    }
  }
}
