import { RRType } from '../../iana/index.ts'
import { type Name, octetText } from '../../wire/index.ts'
import { type Nsec3Parameters, type RRset, type RRsetChange, writeNsec3Hash, type ZoneView } from '../../zone/index.ts'
import { hashOf } from './changed-records.ts'
import { compareWhole, firstAtOrAfter, rrsetOf } from './names.ts'
import { Predecessors } from './predecessors.ts'

const HASH_LENGTH = 20

/** The NSEC3 records of the zone as it will be published, by hash. */
export class FutureHashes {
  readonly parameters: Nsec3Parameters
  /** The hashes whose records are made, changed or removed. */
  readonly changed: readonly Uint8Array[]
  readonly #view: ZoneView
  readonly #rrsets = new Map<string, RRset | undefined>()
  /** Of the changed ones, those that have a record, in order. */
  readonly #made: readonly Uint8Array[]
  readonly #before: Predecessors<Uint8Array>

  constructor(view: ZoneView, parameters: Nsec3Parameters, changes: readonly RRsetChange[]) {
    this.#view = view
    this.parameters = parameters
    const hashes: Uint8Array[] = []
    for (const { owner, type, rrset } of changes) {
      const hash = type === RRType.NSEC3 ? hashOf(owner, view.origin) : undefined
      if (hash === undefined) continue
      hashes.push(hash)
      this.#rrsets.set(octetText(hash), rrset)
    }
    this.changed = hashes
    this.#made = hashes.filter((hash) => this.#rrsets.get(octetText(hash)) !== undefined).sort(compareWhole)
    this.#before = new Predecessors({
      before: (hash) => {
        // The last at or before the one before: what stands at the hash itself does not count.
        const below = lessByOne(hash)
        const node = view.nsec3Matching(below) ?? view.nsec3Covering(below)
        return node === undefined ? undefined : hashOf(node.owner, view.origin)
      },
      isGone: (hash) => this.rrset(hash) === undefined,
      key: octetText,
    })
  }

  /** The hash of a name (RFC 5155 5). */
  of(name: Name): Uint8Array {
    const hash = new Uint8Array(HASH_LENGTH)
    writeNsec3Hash(name, this.parameters.iterations, this.parameters.salt, hash, 0)
    return hash
  }

  /** The NSEC3 RRset at a hash as it will be. */
  rrset(hash: Uint8Array): RRset | undefined {
    const key = octetText(hash)
    return this.#rrsets.has(key) ? this.#rrsets.get(key) : this.rrsetBefore(hash)
  }

  /** The NSEC3 RRset at a hash as it is in the view. */
  rrsetBefore(hash: Uint8Array): RRset | undefined {
    return rrsetOf(this.#view.nsec3Matching(hash), RRType.NSEC3)
  }

  /** The hash of the record before this one, in the ring of those that will be there; itself when it is the only one. */
  before(hash: Uint8Array): Uint8Array | undefined {
    const kept = this.#before.of(hash)
    const made = this.#made[firstAtOrAfter(this.#made, hash, compareWhole) - 1] ?? this.#made.at(-1)
    if (kept === undefined || made === undefined) return kept ?? made
    const isKeptBelow = compareWhole(kept, hash) < 0
    // Round the ring, what is below the hash lies nearer than what is not; on either side, the greater lies nearer.
    if (isKeptBelow !== compareWhole(made, hash) < 0) return isKeptBelow ? kept : made
    return compareWhole(kept, made) > 0 ? kept : made
  }
}

/** The hash before this one; before the first comes the last. */
function lessByOne(hash: Uint8Array): Uint8Array {
  const less = hash.slice()
  for (let i = less.length - 1; i >= 0; i--) {
    less[i] = less[i]! - 1
    if (hash[i] !== 0) break
  }
  return less
}
