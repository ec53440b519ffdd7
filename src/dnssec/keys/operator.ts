import type { StoredKey } from '../keystore/index.ts'
import { draftOf, enter } from './draft.ts'
import { isHidden, type KeyRole, type KeySet, type KeyState, recordKinds } from './key-set.ts'
import { newKey } from './succession.ts'

/** What an operator asks of the keys. All of it only changes the state; {@link advance} then does it when it may. */

/** What is asked for can't be done in this state. */
export class KeyRequestError extends Error {
  override readonly name = 'KeyRequestError'
}

/** @throws KeyRequestError when the state has no such key */
export function keyOf(state: KeySet, id: string): KeyState {
  const key = state.keys.find((candidate) => candidate.id === id)
  if (key === undefined) throw new KeyRequestError(`${id} is not in use in ${state.zone}`)
  return key
}

const inUse = ({ keys }: KeySet) => keys.filter(({ goal }) => goal === 'use')

/** The roles that the zone's keys have at present. */
export function rolesInUse(state: KeySet): readonly KeyRole[] {
  return [...new Set(inUse(state).map(({ role }) => role))]
}

/** Asks for new keys in these roles. @throws KeyRequestError when no key has one of them */
export function requestRollover(state: KeySet, roles: readonly KeyRole[]): KeySet {
  const missing = roles.find((role) => !rolesInUse(state).includes(role))
  if (missing !== undefined) {
    const present = rolesInUse(state).map((role) => role.toUpperCase())
    throw new KeyRequestError(
      `${state.zone} has no ${missing.toUpperCase()} in use${present.length === 0 ? '' : `, but ${present.join(' and ')}`}`,
    )
  }
  return { ...state, requests: [...new Set([...state.requests, ...roles])] }
}

/**
 * Asks for an algorithm rollover (RFC 6781 4.1.4), which goes ahead of the policy until that names the same algorithm.
 * @throws KeyRequestError when the keys have that algorithm already, and no other is on its way
 */
export function requestAlgorithm(state: KeySet, algorithm: number): KeySet {
  const keys = inUse(state)
  if (
    keys.length > 0 &&
    keys.every((key) => key.algorithm === algorithm) &&
    (state.algorithm ?? algorithm) === algorithm
  ) {
    throw new KeyRequestError(`the keys of ${state.zone} have algorithm ${algorithm} already`)
  }
  return { ...state, algorithm }
}

/**
 * Asks that a key be replaced, and used no more as soon as that harms nobody.
 * @throws KeyRequestError when the key is not in use, or is being retired
 */
export function requestRetirement(state: KeySet, id: string): KeySet {
  const key = keyOf(state, id)
  if (key.goal === 'retire') {
    throw new KeyRequestError(isHidden(key) ? `${id} is used no more` : `${id} is being retired already`)
  }
  return requestRollover(state, [key.role])
}

/** Asks that the zone become insecure (RFC 8078 4), or that it stay secure after all. */
export function requestGoal(state: KeySet, goal: KeySet['goal']): KeySet {
  return { ...state, goal }
}

/**
 * Takes in a key that another signer used for this zone, at the point of its life that its moments tell: what is
 * published stays published. A key that was never used is left to the next rollover.
 * @param csk true where a SEP key signs the zone too
 * @returns the state as it was when the key is a spare one
 * @throws KeyRequestError when the state has the key
 */
export function adoptKey(state: KeySet, stored: StoredKey, csk: boolean, now: number): KeySet {
  if (state.keys.some(({ id }) => id === stored.id)) throw new KeyRequestError(`${stored.id} is in use already`)
  const { publish, activate, inactive, delete: deleted } = stored.timing
  const passed = (moment: number | undefined) => moment !== undefined && moment <= now
  if ((!passed(publish) && !passed(activate)) || passed(deleted)) return state
  const role: KeyRole = stored.isSep ? (csk ? 'csk' : 'ksk') : 'zsk'
  const draft = draftOf(state)
  const key = newKey(stored, role, now)
  const kinds = recordKinds(role).filter((kind) => kind === 'dnskey' || passed(activate))
  for (const kind of kinds) enter(key, kind, passed(inactive) && kind !== 'dnskey' ? 'unretentive' : 'rumoured', now)
  if (passed(inactive)) {
    key.goal = 'retire'
    key.moments.retired = inactive!
  }
  // In the order of their use, since the newest of a role is the one that stays.
  const before = draft.keys.filter((other) => (other.moments.active ?? other.moments.added) <= (activate ?? now))
  key.moments.published = publish ?? activate ?? null
  key.moments.active = passed(activate) ? activate! : null
  draft.keys.splice(before.length, 0, key)
  return draft
}

/**
 * Takes a key out of the state, so that its files can be deleted.
 * @throws KeyRequestError when anything of it may still be in caches
 */
export function forgetKey(state: KeySet, id: string): KeySet {
  const key = state.keys.find((candidate) => candidate.id === id)
  if (key === undefined) return state
  if (key.goal === 'use' || !isHidden(key)) {
    throw new KeyRequestError(
      key.goal === 'use' ? `${id} is in use: retire it first` : `${id} is being retired, and caches may still need it`,
    )
  }
  return { ...state, keys: state.keys.filter((other) => other !== key) }
}
