import { nextSerial, type SerialScheme, soaSerial, UnfitChangeError, withSerial } from '../../dnssec/sign/index.ts'
import { RRType } from '../../iana/index.ts'
import { compareNames, isAtOrBelow, type Name } from '../../wire/index.ts'
import { type RRsetChange, sameData } from '../../zone/index.ts'
import { checkFit } from '../fit.ts'
import { type UpdateOptions, type UpdateResult, ZoneUpdater } from '../update.ts'
import type { ChangeableZone } from './changeable.ts'

/** A zone that is changed and served unsigned. */
export class UnsignedZone implements ChangeableZone {
  readonly updater: ZoneUpdater
  readonly #serial: SerialScheme

  /** @throws StoreError */
  constructor(dataDir: string, origin: Name, serial: SerialScheme) {
    this.updater = ZoneUpdater.open(dataDir, origin)
    this.#serial = serial
  }

  async change(
    changes: readonly RRsetChange[],
    now: number,
    options: UpdateOptions = {},
  ): Promise<UpdateResult | undefined> {
    const { snapshot } = this.updater
    const { origin } = snapshot
    for (const { owner } of changes) {
      if (!isAtOrBelow(owner, origin)) throw new UnfitChangeError(owner, 'the name lies outside the zone')
    }
    const effective = lastOfEach(changes).filter(({ owner, type, rrset }) => {
      const before = snapshot.node(owner)?.rrsets.find((candidate) => candidate.type === type)
      if (rrset === undefined || before === undefined) return rrset !== before
      return !sameData(before, rrset)
    })
    if (effective.length > 0) {
      if (!options.isFit) checkFit(snapshot, effective)
      const isSoa = ({ owner, type }: RRsetChange) => type === RRType.SOA && owner.length === origin.length
      const soa = effective.find(isSoa)?.rrset ?? snapshot.node(origin)!.rrsets.find(({ type }) => type === RRType.SOA)!
      const [rdata] = soa.rdatas
      const serial = this.#serial === 'keep' ? soaSerial(rdata!) : nextSerial(snapshot.serial, this.#serial, now)
      const rest = effective.filter((change) => !isSoa(change))
      const numbered = { ...soa, rdatas: [withSerial(rdata!, serial)] }
      return this.updater.apply([...rest, { owner: origin, type: RRType.SOA, rrset: numbered }], options)
    }
    return options.state === undefined ? undefined : this.updater.apply([], options)
  }

  close(): Promise<void> {
    return this.updater.close()
  }
}

/** The changes sorted by owner, of several to one RRset the last. */
function lastOfEach(changes: readonly RRsetChange[]): RRsetChange[] {
  const sorted = [...changes].sort((a, b) => compareNames(a.owner, b.owner) || a.type - b.type)
  return sorted.filter((change, i) => {
    const next = sorted[i + 1]
    return next === undefined || next.type !== change.type || compareNames(next.owner, change.owner) !== 0
  })
}
