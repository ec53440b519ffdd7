import type { Name } from '../../wire/index.ts'
import { lowerName } from '../../wire/index.ts'
import type { ZoneNode } from '../rrset.ts'
import { ApexTracker } from './apex.ts'
import type { NodeCheck, Tracker } from './check.ts'
import { NodeContext, Place } from './context.ts'
import { DenialTracker } from './denial.ts'
import type { ZoneFindings } from './finding.ts'
import { GlueTracker } from './glue.ts'
import { HostTracker } from './hosts.ts'
import { NsecTracker } from './nsec.ts'
import { Nsec3Tracker } from './nsec3.ts'
import type { ZoneCheckOptions } from './options.ts'
import { Partitions } from './partitions.ts'
import { differingTtls, duplicateRecord, outOfZone } from './records.ts'
import { Report } from './report.ts'
import { SignatureTracker } from './signatures.ts'
import { nodeChecks } from './table.ts'
import { ZonemdTracker } from './zonemd.ts'

const DEFAULT_MAX_FINDINGS = 100
const DEFAULT_MEMORY_LIMIT = 64 * 1024 * 1024

/** The rows of the table for each place, so that a node meets only those that ask for it. */
const checksByPlace: ReadonlyMap<number, readonly NodeCheck[]> = new Map(
  Object.values(Place).map((place) => [place, nodeChecks.filter(({ at }) => (at & place) !== 0)]),
)

/**
 * Checks a whole zone in one pass over its nodes, with memory bounded whatever the zone's size. See docs/checks.md for
 * what is checked.
 *
 * Nothing that is handed in is kept after the call: buffers and nodes may be used again.
 */
export class ZoneChecker {
  readonly #context: NodeContext
  readonly #report: Report
  readonly #trackers: readonly Tracker[]

  constructor(options: ZoneCheckOptions) {
    const origin = lowerName(options.origin)
    const report = new Report(options.maxFindings ?? DEFAULT_MAX_FINDINGS, options.foldsFindings)
    const gather = () => new Partitions(options.memoryLimit ?? DEFAULT_MEMORY_LIMIT, options.temporaryFolder)
    this.#report = report
    this.#context = new NodeContext(origin)
    this.#trackers = [
      new ApexTracker(origin, report),
      new GlueTracker(report),
      new HostTracker(origin, report, gather()),
      new SignatureTracker(report, options.now, options.verifier),
      new DenialTracker(report),
      new NsecTracker(origin, report),
      new Nsec3Tracker(origin, report, gather),
      new ZonemdTracker(origin, report),
    ]
  }

  /**
   * Takes the next node. They come in canonical order of their owners (RFC 4034 6.1), the apex first, those of NSEC3
   * records among the others; no owner comes twice. RRSIG records that cover no RRset of their owner are an RRset of
   * type RRSIG.
   */
  node(node: ZoneNode): void {
    const context = this.#context
    context.enter(node)
    const checks = checksByPlace.get(context.place)!
    for (let i = 0; i < checks.length; i++) checks[i]!.find(context, this.#report)
    for (let i = 0; i < this.#trackers.length; i++) this.#trackers[i]!.node(context)
  }

  /** Takes note of a record that was left out because it is there already. */
  duplicate(owner: Name, type: number, line?: number): void {
    this.#report.add(duplicateRecord, owner, type, () => 'the same record stands in the zone twice', line)
  }

  /** Takes note of an RRset, or of signatures (type RRSIG), that came with these TTLs, in seconds. */
  differingTtls(owner: Name, type: number, ttls: readonly number[], line?: number): void {
    this.#report.add(differingTtls, owner, type, () => `TTLs of ${ttls.join(', ')} s in one RRset`, line)
  }

  /** Takes note of a record that was left out because its owner does not lie in the zone. */
  outOfZone(owner: Name, type: number, line?: number): void {
    this.#report.add(outOfZone, owner, type, () => 'the owner does not lie in the zone', line)
  }

  /** What was found; called once, after the last node. */
  finish(): ZoneFindings {
    for (const tracker of this.#trackers) tracker.finish()
    return this.#report.result()
  }
}
