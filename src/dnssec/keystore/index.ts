/** Where signing keys are kept: an interface, and folders of BIND's key files behind it. */
export { canSign } from './algorithm.ts'
export { replaceFile } from './atomic-file.ts'
export {
  DuplicateKeyTagError,
  KeyFileError,
  KeyMismatchError,
  KeyNotFoundError,
  KeyPermissionError,
  UnsupportedKeyError,
} from './errors.ts'
export { FileKeyStore } from './file-key-store.ts'
export type { KeyRequest, KeyStore, KeyStoreDescriptor, KeyTiming, SigningKey, StoredKey } from './key-store.ts'
export { openKeyStore } from './open.ts'
