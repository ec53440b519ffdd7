import type { Name } from '../../wire/index.ts'
import type { KeyStore } from '../keystore/index.ts'
import type { KeyAction } from './facts.ts'

/**
 * Does the actions that concern the key store. Interrupted, it may be done again.
 * @returns the actions that are left to the caller: publishing, asking the parent, telling the operator
 * @throws what the store throws
 */
export function carryOut(store: KeyStore, origin: Name, actions: readonly KeyAction[]): KeyAction[] {
  const left: KeyAction[] = []
  for (const action of actions) {
    switch (action.kind) {
      case 'generate': {
        const { role, algorithm, rsaBits } = action
        store.generate({ origin, algorithm, isSep: role !== 'zsk', rsaBits })
        break
      }
      case 'set-timing':
        store.setTiming(action.id, action.timing)
        break
      case 'delete':
        store.delete(action.id)
        break
      default:
        left.push(action)
    }
  }
  return left
}
