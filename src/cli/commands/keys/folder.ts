import type { Command } from 'commander'
import { type KeySet, KeySetFile } from '../../../dnssec/keys/index.ts'
import { canSign, FileKeyStore, type StoredKey } from '../../../dnssec/keystore/index.ts'
import { algorithmFromText } from '../../../iana/index.ts'
import { type Name, nameToText } from '../../../wire/index.ts'
import { CommandError, usageError } from '../../exit.ts'
import { originOption } from '../origin.ts'

/** What every command of `zonecut keys` is told. */
export interface KeyOptions {
  readonly zone: string
  readonly keys: string
  readonly json?: true
}

/** Adds those options. */
export function withKeyOptions(command: Command): Command {
  return command
    .requiredOption('--zone <origin>', "the zone's name")
    .option('--keys <dir>', 'folder of the keys', './keys')
    .option('--json', 'print JSON')
}

/** The keys of a zone, and the state of their use. */
export interface KeyFolder {
  readonly origin: Name
  /** The zone's name for people. */
  readonly zone: string
  readonly store: FileKeyStore
  readonly file: KeySetFile
}

export function openKeyFolder({ zone, keys }: KeyOptions): KeyFolder {
  const origin = originOption(zone)
  return { origin, zone: nameToText(origin), store: new FileKeyStore(keys), file: new KeySetFile(keys, origin) }
}

/**
 * The key that a word names, by its files' name or its key tag.
 * @throws CommandError when there is none, or several have the tag
 */
export function findKey({ store, origin, zone }: KeyFolder, word: string): StoredKey {
  const name = word.replace(/^.*\//, '').replace(/\.(?:key|private)$/, '')
  const keys = store.list(origin)
  const tag = /^\d{1,5}$/.test(name) ? Number(name) : undefined
  const found = keys.filter(({ id, keyTag }) => id === name || keyTag === tag)
  if (found.length === 1) return found[0]!
  if (found.length > 1)
    throw new CommandError(`several keys have the tag ${word}: ${found.map(({ id }) => id).join(', ')}`)
  throw new CommandError(
    `there is no key ${word} of ${zone} in ${store.folder}${keys.length === 0 ? '' : `, but ${keys.map(({ id }) => id).join(', ')}`}`,
  )
}

/** An algorithm by its number or mnemonic. @throws CommandError for the exit code 2 */
export function algorithmOption(text: string): number {
  const number = /^\d{1,3}$/.test(text) ? Number(text) : algorithmFromText(text)
  if (number === undefined || !canSign(number)) {
    throw usageError(
      `--algorithm ${text}: write RSASHA256, RSASHA512, ECDSAP256SHA256, ECDSAP384SHA384, ED25519 or ED448, or its number`,
    )
  }
  return number
}

/** What a key is for: by the state, and of one that is not in it, by its flags. */
export function roleOf(state: KeySet, { id, isSep }: StoredKey): string {
  const role = state.keys.find((key) => key.id === id)?.role ?? (isSep ? 'ksk' : 'zsk')
  return role.toUpperCase()
}
