import { type Name, octetText } from '../../wire/index.ts'
import { type RRset, type RRsetChange, sameRRset, type ZoneView } from '../../zone/index.ts'

/** Gathers changes, one for each RRset; what is as it was is none. */
export class SignedChanges {
  readonly #view: ZoneView
  readonly #changes = new Map<string, RRsetChange>()

  constructor(view: ZoneView) {
    this.#view = view
  }

  get isEmpty(): boolean {
    return this.#changes.size === 0
  }

  /** Says what becomes of an RRset; it is compared with the view's node of that name. */
  put(owner: Name, type: number, rrset: RRset | undefined): void {
    const before = this.#view.node(owner)?.rrsets.find((candidate) => candidate.type === type)
    this.replace(owner, type, rrset, before)
  }

  /** As {@link put}, for an RRset that is not in a node of the view, as NSEC3 is not. */
  replace(owner: Name, type: number, rrset: RRset | undefined, before: RRset | undefined): void {
    const key = `${type} ${octetText(owner)}`
    const isSame = rrset === undefined ? before === undefined : before !== undefined && sameRRset(before, rrset)
    if (isSame) this.#changes.delete(key)
    else this.#changes.set(key, { owner, type, rrset })
  }

  list(): RRsetChange[] {
    return [...this.#changes.values()]
  }
}
