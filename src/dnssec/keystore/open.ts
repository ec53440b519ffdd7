import { FileKeyStore } from './file-key-store.ts'
import type { KeyStore, KeyStoreDescriptor } from './key-store.ts'

/** Opens the store that a descriptor names. */
export function openKeyStore(descriptor: KeyStoreDescriptor): KeyStore {
  return new FileKeyStore(descriptor.folder)
}
