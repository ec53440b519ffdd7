import { nameFromText } from '../../wire/index.ts'
import { dsMatchesKey } from '../verify/index.ts'
import { reportDs } from './ds-report.ts'
import { isSep, type KeySet } from './key-set.ts'
import { KeyRequestError } from './operator.ts'

/** How an operator looks after the parent who has no servers to ask. */
export interface Confirming {
  /** Seconds from one look to the next, and from a look to telling of it. */
  readonly rest: () => number
  readonly late: () => number
  /** TTL that is told; undefined: none is. */
  readonly ttl?: number
  /** Of each look, the share of keys that is forgotten. */
  readonly forgets?: number
  readonly random: () => number
}

/** Looks at the parent now and then, and tells later what was seen: never anything else than the truth, but maybe an old one. */
export function confirmations({ rest, late, ttl, forgets = 0, random }: Confirming) {
  let lookAt = 0
  let told: { readonly from: number; readonly at: number; readonly ds: readonly Uint8Array[] } | undefined
  return (state: KeySet, now: number, parent: readonly string[]): KeySet => {
    if (told === undefined && now >= lookAt) {
      told = { at: now, from: now + late(), ds: parent.map((text) => Buffer.from(text, 'base64')) }
    }
    if (told === undefined || now < told.from) return state
    const { at, ds } = told
    told = undefined
    lookAt = now + rest()
    const origin = nameFromText(state.zone)
    return state.keys.filter(isSep).reduce((before, { id, publicKey }) => {
      if (random() < forgets) return before
      const dnskey = Buffer.from(publicKey, 'base64')
      const sight = ds.some((rdata) => dsMatchesKey(origin, rdata, dnskey)) ? 'there' : 'gone'
      try {
        return reportDs(before, { id, sight, at, ttl }, now)
      } catch (error) {
        // Looked at too early to say anything.
        if (error instanceof KeyRequestError) return before
        throw error
      }
    }, state)
  }
}
