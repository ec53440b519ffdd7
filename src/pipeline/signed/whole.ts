import { BrokenChainError } from '../../dnssec/denial/index.ts'
import type { SigningPolicy } from '../../dnssec/keys/index.ts'
import type { KeyStoreDescriptor } from '../../dnssec/keystore/index.ts'
import { OtherDenialError } from '../../dnssec/sign/index.ts'
import { RRType } from '../../iana/index.ts'
import { FullLoadNeededError, openZone } from '../../store/index.ts'
import { type Name, nameToText } from '../../wire/index.ts'
import { keyTag } from '../../zone/index.ts'
import type { LoadResult } from '../new-version.ts'
import { type ResignOptions, resignZone } from '../resign.ts'
import type { LoadSigning } from '../signed-nodes.ts'
import type { Unsigning } from '../unsigned-nodes.ts'
import { KeyLife } from './key-life.ts'
import { signingContext } from './signing-context.ts'
import { RECORD_KEY } from './signing-record.ts'

/** Zones that are kept signed, signed as a whole: from a file, or of the data in their store. */

/** Keys that sign nothing can't keep a zone signed, and it is not to be insecure. */
export class UnsignedZoneError extends Error {
  override readonly name = 'UnsignedZoneError'

  constructor() {
    super('no key signs the zone, though it is to be secure: see zonecut keys list')
  }
}

/** The zone is signed, and no key is to sign it, or the other way round. */
export class WholeSigningNeededError extends Error {
  override readonly name = 'WholeSigningNeededError'
}

/** What is served is signed by keys that are not ours: were it signed by ours alone, validators would lose it. */
export class ForeignKeysError extends Error {
  override readonly name = 'ForeignKeysError'
  /** Key tags. */
  readonly tags: readonly number[]

  constructor(origin: Name, tags: readonly number[]) {
    super(
      `${nameToText(origin)} shows keys that are not in the key store, with the tags ${tags.join(', ')}: ` +
        'import them (zonecut keys import), or load the zone’s file anew',
    )
    this.tags = tags
  }
}

/** Whether what was thrown says that the zone has to be signed as a whole, and that no smaller work will do. */
export function needsWholeSigning(error: unknown): error is Error {
  return (
    error instanceof OtherDenialError ||
    error instanceof BrokenChainError ||
    error instanceof WholeSigningNeededError ||
    error instanceof FullLoadNeededError
  )
}

/**
 * How a zone is to be made as a whole: signed by the keys that its state says, which are made when there are none yet, or
 * unsigned when it is to be insecure and no key signs it any more.
 * @param now seconds since 1970
 * @throws UnsignedZoneError, KeyStateError, SchedulePeriodError, errors of the key store
 */
export function signingOfWhole(life: KeyLife, store: KeyStoreDescriptor, now: number): LoadSigning | Unsigning {
  const turn = life.turn({ served: undefined, parent: undefined }, now)
  const ds = life.trustedDs(turn)
  if (turn.publication.signZoneWith.length === 0) {
    if (turn.state.goal !== 'insecure') throw new UnsignedZoneError()
    return { origin: life.origin, serial: life.policy.serial, now, ds }
  }
  return {
    context: signingContext(life, turn, now),
    published: life.published(turn),
    store,
    apex: life.parentRequest(turn),
    ds,
  }
}

export interface ResignKeptOptions extends Omit<ResignOptions, 'signing' | 'forgets'> {
  readonly policy: SigningPolicy
  readonly keys: KeyStoreDescriptor
  /** Seconds since 1970. */
  readonly now: number
}

/**
 * Signs a zone anew as a whole, of the data in its store, as its policy and keys ask; see `resignZone`. No `SignedZone` of
 * it may be open.
 * @throws ForeignKeysError, and as `resignZone` and {@link signingOfWhole}
 */
export function resignKept({ policy, keys, now, ...options }: ResignKeptOptions): Promise<LoadResult> {
  const { dataDir, origin } = options
  const life = new KeyLife(origin, policy, keys)
  checkShownKeys(dataDir, life)
  return resignZone({ ...options, signing: signingOfWhole(life, keys, now), forgets: RECORD_KEY })
}

function checkShownKeys(dataDir: string, life: KeyLife): void {
  const { origin } = life
  const before = openZone(dataDir, origin, { method: 'lmdb' })
  try {
    const shown = before.node(origin)?.rrsets.find(({ type }) => type === RRType.DNSKEY)?.rdatas ?? []
    const foreign = shown.filter((dnskey) => !life.has(dnskey))
    if (foreign.length > 0) throw new ForeignKeysError(origin, foreign.map(keyTag))
  } finally {
    before.close()
  }
}
