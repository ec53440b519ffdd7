/** Where signing keys are kept: an interface, and folders of BIND's key files behind it. */
export { canSign } from './algorithm.ts'
export { createFile } from './atomic-file.ts'
export {
  DuplicateKeyTagError,
  KeyFileError,
  KeyMismatchError,
  KeyNotFoundError,
  KeyPermissionError,
  UnsupportedKeyError,
} from './errors.ts'
export { FileKeyStore } from './file-key-store.ts'
export { isKeyId, zoneInFileName } from './key-id.ts'
export type { KeyRequest, KeyStore, KeyStoreDescriptor, KeyTiming, SigningKey, StoredKey } from './key-store.ts'
export { openKeyStore } from './open.ts'
