import { join, resolve } from 'node:path'
import type { SigningPolicy } from '../dnssec/keys/index.ts'
import type { KeyStoreDescriptor } from '../dnssec/keystore/index.ts'
import type { ListenAddress } from '../net/index.ts'
import { parseServer } from './address.ts'
import { completePolicy, type SignConfig } from './sign-schema.ts'

/** How a served zone is kept signed. */
export interface SigningSetting {
  readonly keys: KeyStoreDescriptor
  /** Servers of the parent zone, asked which DS it has; none: an operator says so. */
  readonly parents: readonly ListenAddress[]
  /** A program that is asked before a version is served, and the seconds it may take. */
  readonly gate: { readonly command: readonly string[]; readonly timeout: number } | undefined
  readonly policy: SigningPolicy
}

/**
 * @param base folder that paths of the configuration are relative to
 * @param data the data folder, absolute
 */
export function signingSetting(sign: SignConfig, base: string, data: string): SigningSetting {
  const { keys, parents, gate, policy } = sign
  return {
    keys: { kind: 'files', folder: keys === undefined ? join(data, 'keys') : resolve(base, keys) },
    parents: parents.map((address) => parseServer(address)),
    gate: gate && { command: commandIn(gate.command, base), timeout: gate.timeout },
    policy: completePolicy(policy),
  }
}

/** A program without a slash is looked for along PATH. */
function commandIn([program, ...rest]: readonly string[], base: string): string[] {
  return [program!.includes('/') ? resolve(base, program!) : program!, ...rest]
}
