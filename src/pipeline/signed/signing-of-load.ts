import type { KeyStoreDescriptor } from '../../dnssec/keystore/index.ts'
import type { LoadSigning } from '../signed-nodes.ts'
import type { KeyLife } from './key-life.ts'
import { signingContext } from './signing-context.ts'

/**
 * How a zone is to be signed when it is loaded as a whole: by the keys that its state says, which are made when there are
 * none yet.
 * @returns undefined when no key is to sign it: it is to be insecure
 * @throws KeyStateError, SchedulePeriodError, errors of the key store
 */
export function signingOfLoad(life: KeyLife, store: KeyStoreDescriptor, now: number): LoadSigning | undefined {
  const turn = life.turn({ served: undefined, parent: undefined }, now)
  if (turn.publication.signZoneWith.length === 0) return undefined
  return {
    context: signingContext(life, turn, now),
    published: life.published(turn),
    store,
    apex: life.parentRequest(turn),
    ds: life.trustedDs(turn),
  }
}
