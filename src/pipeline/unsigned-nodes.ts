import { GateRefusal } from '../dnssec/gate/index.ts'
import type { SerialScheme } from '../dnssec/sign/index.ts'
import { RRType } from '../iana/index.ts'
import type { Name } from '../wire/index.ts'
import type { ZoneFindings } from '../zone/checks/index.ts'
import type { ZoneNode } from '../zone/index.ts'
import type { ParseResult } from '../zonefile/index.ts'
import type { NodeSource } from './node-source.ts'
import type { ProgressReporter } from './progress.ts'
import { notBefore, numberedOn } from './soa.ts'
import type { UnsignedData } from './zone-data.ts'

/** How a zone that is to be insecure is made: of its data alone. */
export interface Unsigning {
  readonly origin: Name
  readonly serial: SerialScheme
  /** Seconds since 1970. */
  readonly now: number
  /** Rdata of the DS records that the parent is known to have: while there is one, validators expect signatures. */
  readonly ds: readonly Uint8Array[]
}

export interface UnsignedNodesOptions {
  readonly unsigning: Unsigning
  /** The serial of the version before. */
  readonly serialBefore: number | undefined
  readonly reporter: ProgressReporter
  readonly data: UnsignedData
}

/** The nodes of a zone that is not signed, nor says that it is. */
export class UnsignedNodes implements NodeSource {
  readonly #options: UnsignedNodesOptions
  readonly nsec3Records = 0

  constructor(options: UnsignedNodesOptions) {
    this.#options = options
  }

  read(): ParseResult {
    return this.#options.data.read()
  }

  get records(): number {
    return this.#options.data.records
  }

  /** The nodes are checked on their way into the store. @throws GateRefusal when the parent is known to have a DS */
  prepare(): ZoneFindings | undefined {
    const { origin, ds } = this.#options.unsigning
    if (ds.length === 0) return undefined
    throw new GateRefusal(
      'ds',
      origin,
      RRType.DNSKEY,
      'the zone would be unsigned, while the parent has DS records of it',
    )
  }

  give(visit: (node: ZoneNode, key: Uint8Array) => void): Promise<void> {
    const { data, reporter, unsigning, serialBefore } = this.#options
    const { serial, now } = unsigning
    const { records } = this
    reporter.enter('store', records)
    data.drain((node, key) => {
      const rrsets =
        key.length > 0
          ? node.rrsets
          : node.rrsets.map((rrset) =>
              rrset.type === RRType.SOA ? numberedOn(notBefore(rrset, serialBefore, serial), serial, now) : rrset,
            )
      visit({ owner: node.owner, rrsets }, key)
      reporter.step(node, records)
    })
    return Promise.resolve()
  }

  dispose(): void {
    this.#options.data.dispose()
  }
}
