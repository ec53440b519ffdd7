/** Where signing keys are kept: an interface, and folders of BIND's key files behind it. */
export type { KeyRequest, KeyStore, KeyStoreDescriptor, KeyTiming, SigningKey, StoredKey } from './key-store.ts'
