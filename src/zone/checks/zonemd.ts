import { RRType } from '../../iana/index.ts'
import type { Name } from '../../wire/index.ts'
import { checkableZonemds, ZoneDigest, Zonemd } from '../digest.ts'
import type { Tracker, ZoneCheck } from './check.ts'
import { type NodeContext, octetsEqual, Place } from './context.ts'
import type { Report } from './report.ts'

export const zonemdMismatch: ZoneCheck = {
  name: 'zonemd-mismatch',
  severity: 'error',
  finds: 'No ZONEMD record at the apex has the zone’s serial and the digest of its content.',
  why: 'The content is not what the publisher sent: something is missing, added or changed.',
  rfc: 'RFC 8976 4',
  peers: 'ldns-verify-zone: error; Knot refuses where zonemd-verify is on; BIND and NSD do not look.',
}

export const zonemdUnchecked: ZoneCheck = {
  name: 'zonemd-unchecked',
  severity: 'warning',
  finds: 'A ZONEMD record that cannot be checked: its scheme or hash algorithm is unknown, or given twice.',
  why: 'It vouches for nothing here.',
  rfc: 'RFC 8976 4; RFC 8976 2.2.4',
  peers: 'Knot refuses where zonemd-verify is on and no other verifies; BIND and NSD do not look.',
}

interface Claim {
  readonly serial: number
  readonly digest: Uint8Array
  readonly hash: number
}

/** Verifies the digest of the whole zone (RFC 8976 4), computed as its nodes stream by. */
export class ZonemdTracker implements Tracker {
  readonly #origin: Name
  readonly #report: Report
  #serial = 0
  readonly #claims: Claim[] = []
  /** By hash algorithm. */
  readonly #digests = new Map<number, ZoneDigest>()

  constructor(origin: Name, report: Report) {
    this.#origin = origin
    this.#report = report
  }

  node(context: NodeContext): void {
    if (context.place === Place.APEX) this.#apex(context)
    if (this.#digests.size === 0) return
    for (const digest of this.#digests.values()) digest.node(context.node)
  }

  finish(): void {
    if (this.#claims.length === 0) return
    const found = new Map([...this.#digests].map(([hash, digest]) => [hash, digest.digest()]))
    const holds = ({ serial, digest, hash }: Claim) => serial === this.#serial && octetsEqual(digest, found.get(hash)!)
    // RFC 8976 4: it is enough that one of them verifies.
    if (this.#claims.some(holds)) return
    const current = this.#claims.some(({ serial }) => serial === this.#serial)
    this.#report.add(zonemdMismatch, this.#origin, RRType.ZONEMD, () =>
      current
        ? 'the digest does not match the content of the zone'
        : `made for serial ${this.#claims[0]!.serial}, but the zone has serial ${this.#serial}`,
    )
  }

  #apex(context: NodeContext): void {
    const zonemd = context.rrset(RRType.ZONEMD)
    if (zonemd === undefined) return
    this.#serial = soaSerial(context.rrset(RRType.SOA)?.rdatas[0])
    const checkable = checkableZonemds(zonemd)
    for (const rdata of zonemd.rdatas) {
      if (checkable.includes(rdata) && !this.#isRepeated(zonemd.rdatas, rdata)) {
        const hash = Zonemd.hash(rdata)
        this.#claims.push({ serial: Zonemd.serial(rdata), digest: Zonemd.digest(rdata).slice(), hash })
        this.#digests.set(hash, new ZoneDigest(this.#origin, hash))
        continue
      }
      this.#report.add(zonemdUnchecked, context.owner, RRType.ZONEMD, () =>
        checkable.includes(rdata)
          ? `scheme ${Zonemd.scheme(rdata)} with hash algorithm ${Zonemd.hash(rdata)} stands more than once`
          : `unknown scheme ${Zonemd.scheme(rdata)} or hash algorithm ${Zonemd.hash(rdata)}`,
      )
    }
  }

  /** RFC 8976 2: several records of one scheme and hash algorithm must not be used. */
  #isRepeated(rdatas: readonly Uint8Array[], rdata: Uint8Array): boolean {
    return rdatas.some((other) => other !== rdata && other[4] === rdata[4] && other[5] === rdata[5])
  }
}

function soaSerial(rdata: Uint8Array | undefined): number {
  // RFC 1035 3.3.13: five numbers of four octets end the rdata, the serial first.
  if (rdata === undefined || rdata.length < 20) return 0
  return new DataView(rdata.buffer, rdata.byteOffset, rdata.length).getUint32(rdata.length - 20)
}
