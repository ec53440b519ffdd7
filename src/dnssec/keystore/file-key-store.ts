import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { lowerName, type Name } from '../../wire/index.ts'
import { DNSKEY_PROTOCOL, Dnskey, DnskeyFlag, keyTag } from '../../zone/index.ts'
import { generatePrivateKey, keyBits, publicKeyOctets, signerOf } from './algorithm.ts'
import { createFile, replaceFile, syncFolder } from './atomic-file.ts'
import {
  DuplicateKeyTagError,
  KeyFileError,
  KeyMismatchError,
  KeyNotFoundError,
  KeyPermissionError,
  UnsupportedKeyError,
} from './errors.ts'
import { idPrefix, isKeyId, keyId } from './key-id.ts'
import type { KeyRequest, KeyStore, KeyTiming, SigningKey, StoredKey } from './key-store.ts'
import { type PrivateFile, parsePrivateFile, printPrivateFile, privateJwkOf, withTiming } from './private-file.ts'
import { type PublicFile, parsePublicFile, printPublicFile, publicFileWithTiming } from './public-file.ts'

const PUBLIC = '.key'
const PRIVATE = '.private'
/** What BIND's own key management leaves beside the two. */
const BIND_STATE = '.state'

const FOLDER_MODE = 0o700
const PRIVATE_MODE = 0o600
const PUBLIC_MODE = 0o644
/** The group may read, as some have it for a daemon's group; nobody else may read, and nobody but the owner may write. */
const OPEN_TO_OTHERS = 0o027

/** A key's files hold a few thousand octets; what is much larger is no key. */
const MAX_FILE_OCTETS = 65_536
/** A free key tag is found at once but in a folder full of keys. */
const MAX_TRIES = 100

/** The files of a key that may be imported. */
interface ImportedFiles {
  readonly id: string
  readonly publicFile: PublicFile
  readonly privateFile: PrivateFile
}

/**
 * Keys as BIND keeps them: a folder with a pair of files for each, `K<zone>+<algorithm>+<tag>.key` and `.private`. What
 * `dnssec-keygen` and `ldns-keygen` make is read; what is written here, BIND's tools read.
 */
export class FileKeyStore implements KeyStore {
  readonly folder: string

  /** @param folder made on the first {@link generate} or {@link importKey}, for its owner only */
  constructor(folder: string) {
    this.folder = resolve(folder)
  }

  list(origin: Name): StoredKey[] {
    const prefix = idPrefix(origin)
    const names = this.#fileNames()
    const ids = names
      .filter((name) => name.startsWith(prefix) && name.endsWith(PUBLIC))
      .map((name) => name.slice(0, -PUBLIC.length))
    // A public key alone is no key to sign with: its other half may be kept elsewhere.
    return ids
      .filter((id) => isKeyId(id) && names.includes(`${id}${PRIVATE}`))
      .sort()
      .map((id) => this.#describe(id))
  }

  open(id: string): SigningKey {
    const { publicFile, privateFile } = this.#read(id)
    return signingKey(id, publicFile, privateFile)
  }

  generate(request: KeyRequest): SigningKey {
    const origin = lowerName(request.origin)
    this.#makeFolder()
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const jwk = generatePrivateKey(request.algorithm, request.rsaBits)
      const flags = DnskeyFlag.ZONE | (request.isSep ? DnskeyFlag.SECURE_ENTRY_POINT : 0)
      const dnskey = Uint8Array.of(
        flags >>> 8,
        flags & 0xff,
        DNSKEY_PROTOCOL,
        request.algorithm,
        ...publicKeyOctets(request.algorithm, jwk),
      )
      if (this.#clashing(origin, dnskey) !== undefined) continue
      const id = keyId(origin, dnskey)
      const timing = { created: Math.floor(Date.now() / 1000), ...request.timing }
      const texts = {
        key: printPublicFile(origin, dnskey, timing),
        private: printPrivateFile(request.algorithm, jwk, timing),
      }
      if (this.#create(id, texts)) return this.open(id)
    }
    throw new UnsupportedKeyError(
      request.algorithm,
      `no key with a free key tag in ${MAX_TRIES} tries: ${this.folder} holds too many keys of this zone`,
    )
  }

  /**
   * Reads the files of a key as {@link importKey} does, and changes nothing.
   * @throws KeyFileError, KeyMismatchError, KeyPermissionError
   */
  checkImport(path: string, origin: Name): ImportedFiles {
    const stem = path.replace(/\.(?:key|private)$/, '')
    const publicFile = readPublic(`${stem}${PUBLIC}`)
    const privateFile = readPrivate(`${stem}${PRIVATE}`)
    if (Buffer.compare(publicFile.origin, lowerName(origin)) !== 0) {
      throw new KeyFileError(`${stem}${PUBLIC}`, 0, 'it is a key of another zone')
    }
    const id = keyId(publicFile.origin, publicFile.dnskey)
    signingKey(id, publicFile, privateFile)
    return { id, publicFile, privateFile }
  }

  /**
   * Takes a copy of a key that BIND or ldns made into the folder. A key that is there already is left as it is.
   * @param path of one of its files, or what their names have in common
   * @param origin the zone it must be of
   * @throws KeyFileError, KeyMismatchError, KeyPermissionError, DuplicateKeyTagError
   */
  importKey(path: string, origin: Name): StoredKey {
    const { id, publicFile, privateFile } = this.checkImport(path, origin)
    this.#makeFolder()
    const clashing = this.#clashing(publicFile.origin, publicFile.dnskey)
    if (clashing !== undefined) {
      if (clashing === id && Buffer.compare(this.#describe(id).dnskey, publicFile.dnskey) === 0)
        return this.#describe(id)
      throw new DuplicateKeyTagError(id, clashing)
    }
    const { timing } = privateFile
    // A private file alone is what an interrupted import left, or is it not?
    if (this.#fileNames().includes(`${id}${PRIVATE}`)) signingKey(id, publicFile, readPrivate(this.#path(id, PRIVATE)))
    replaceFile(this.#path(id, PRIVATE), withTiming(privateFile, timing), PRIVATE_MODE)
    if (!createFile(this.#path(id, PUBLIC), publicFileWithTiming(publicFile, timing), PUBLIC_MODE)) {
      throw new DuplicateKeyTagError(id, id)
    }
    return this.#describe(id)
  }

  setTiming(id: string, timing: KeyTiming): void {
    const { publicFile, privateFile } = this.#read(id)
    const merged = { ...privateFile.timing, ...timing }
    replaceFile(this.#path(id, PRIVATE), withTiming(privateFile, merged), PRIVATE_MODE)
    replaceFile(this.#path(id, PUBLIC), publicFileWithTiming(publicFile, merged), PUBLIC_MODE)
  }

  delete(id: string): void {
    if (!isKeyId(id)) throw new KeyNotFoundError(id, this.folder)
    // The secret goes first: interrupted, a public key is left, which the next call removes.
    for (const suffix of [PRIVATE, BIND_STATE, PUBLIC]) rmSync(this.#path(id, suffix), { force: true })
    if (this.#fileNames().length > 0) syncFolder(this.folder)
  }

  #path(id: string, suffix: string): string {
    return join(this.folder, `${id}${suffix}`)
  }

  #makeFolder(): void {
    mkdirSync(this.folder, { recursive: true, mode: FOLDER_MODE })
  }

  #fileNames(): string[] {
    try {
      return readdirSync(this.folder)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw new KeyFileError(this.folder, 0, (error as Error).message, { cause: error })
    }
  }

  #read(id: string): { publicFile: PublicFile; privateFile: PrivateFile } {
    if (!isKeyId(id) || !this.#fileNames().includes(`${id}${PUBLIC}`)) throw new KeyNotFoundError(id, this.folder)
    const publicFile = readPublic(this.#path(id, PUBLIC))
    if (keyId(publicFile.origin, publicFile.dnskey) !== id) {
      throw new KeyFileError(
        this.#path(id, PUBLIC),
        0,
        `it holds the key ${keyId(publicFile.origin, publicFile.dnskey)}, which its name does not say`,
      )
    }
    return { publicFile, privateFile: readPrivate(this.#path(id, PRIVATE)) }
  }

  #describe(id: string): StoredKey {
    const { publicFile, privateFile } = this.#read(id)
    return { ...keyFacts(id, publicFile), bits: keyBits(publicFile.dnskey), timing: privateFile.timing }
  }

  /** False when a file of the name is there. The public file comes last: with it the key exists. */
  #create(id: string, texts: { readonly key: string; readonly private: string }): boolean {
    if (!createFile(this.#path(id, PRIVATE), texts.private, PRIVATE_MODE)) return false
    return createFile(this.#path(id, PUBLIC), texts.key, PUBLIC_MODE)
  }

  /** A key of the zone that a new one could not be told from, by the tag of either or by that it has when revoked. */
  #clashing(origin: Name, dnskey: Uint8Array): string | undefined {
    const prefix = idPrefix(origin)
    const tags = bothTags(dnskey)
    for (const name of this.#fileNames()) {
      if (!name.startsWith(prefix) || !name.endsWith(PUBLIC)) continue
      const other = readPublic(join(this.folder, name)).dnskey
      // RFC 4034 B: signatures name tag and algorithm. Tools that sort keys by tag alone are confused all the same.
      if (bothTags(other).some((tag) => tags.includes(tag))) return name.slice(0, -PUBLIC.length)
    }
    return undefined
  }
}

/** The key's tag, and the one it has with the REVOKE flag the other way (RFC 5011 3). */
function bothTags(dnskey: Uint8Array): readonly [number, number] {
  const other = Uint8Array.from(dnskey)
  other[1]! ^= DnskeyFlag.REVOKE
  return [keyTag(dnskey), keyTag(other)]
}

function keyFacts(id: string, { origin, dnskey }: PublicFile): Omit<SigningKey, 'sign'> {
  return {
    id,
    origin,
    algorithm: Dnskey.algorithm(dnskey),
    keyTag: keyTag(dnskey),
    isSep: (Dnskey.flags(dnskey) & DnskeyFlag.SECURE_ENTRY_POINT) !== 0,
    dnskey,
  }
}

function signingKey(id: string, publicFile: PublicFile, privateFile: PrivateFile): SigningKey {
  const sign = signerOf(publicFile.dnskey, privateJwkOf(privateFile, publicFile.dnskey))
  if (sign === undefined) throw new KeyMismatchError(privateFile.file)
  return { ...keyFacts(id, publicFile), sign }
}

function readPublic(file: string): PublicFile {
  return parsePublicFile(file, readText(file))
}

function readPrivate(file: string): PrivateFile {
  const mode = statOf(file).mode & 0o777
  if ((mode & OPEN_TO_OTHERS) !== 0) throw new KeyPermissionError(file, mode)
  return parsePrivateFile(file, readText(file))
}

function statOf(file: string): { mode: number; size: number } {
  try {
    return statSync(file)
  } catch (error) {
    throw unreadable(file, error as NodeJS.ErrnoException)
  }
}

function readText(file: string): string {
  const { size } = statOf(file)
  if (size > MAX_FILE_OCTETS) throw new KeyFileError(file, 0, `${size} octets are too many for a key file`)
  try {
    return readFileSync(file, 'latin1')
  } catch (error) {
    throw unreadable(file, error as NodeJS.ErrnoException)
  }
}

function unreadable(file: string, error: NodeJS.ErrnoException): KeyFileError {
  const message = error.code === 'ENOENT' ? 'there is no such file' : error.message
  return new KeyFileError(file, 0, message, { cause: error })
}
