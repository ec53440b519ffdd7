import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RrsigVerifier } from '../dnssec/verify/index.ts'
import { RRType } from '../iana/index.ts'
import type { Name } from '../wire/index.ts'
import { ZoneChecker, type ZoneFindings } from '../zone/checks/index.ts'
import type { ZoneFileProblem } from '../zonefile/index.ts'
import { type ProgressListener, ProgressReporter } from './progress.ts'
import { parseInto, RecordStage } from './record-stage.ts'

export interface CheckOptions {
  readonly origin: Name
  /** Path of the zone file; ends in .gz when compressed. */
  readonly file: string
  readonly onProgress?: ProgressListener
  /** The time that signatures are judged by, in seconds since 1970-01-01; now when absent. */
  readonly now?: number
  /** So many findings of each check are listed, one by one; when absent, as {@link ZoneChecker} does of itself. */
  readonly listed?: number
}

export interface CheckResult {
  /** There are no errors: the zone would be loaded. */
  readonly ok: boolean
  readonly records: number
  /** The apex has a DNSKEY RRset. */
  readonly signed: boolean
  readonly problems: readonly ZoneFileProblem[]
  /** Reading stopped after the most problems listed. */
  readonly truncatedProblems: boolean
  readonly findings: ZoneFindings
  readonly seconds: number
}

/** Reads a zone file and runs all zone checks over it, every signature verified. Nothing is stored. */
export function checkZoneFile(options: CheckOptions): Promise<CheckResult> {
  const { origin, file, listed } = options
  const reporter = new ProgressReporter(options.onProgress)
  const folder = mkdtempSync(join(tmpdir(), 'zonecut-check-'))
  try {
    const now = options.now ?? Math.floor(Date.now() / 1000)
    const checker = new ZoneChecker({
      origin,
      now,
      verifier: new RrsigVerifier(),
      temporaryFolder: folder,
      ...(listed === undefined ? {} : { maxFindings: listed, foldsFindings: false }),
    })
    const stage = new RecordStage(origin, checker, join(folder, 'records'))
    const { problems, truncatedProblems } = parseInto(stage, origin, file, reporter)
    const { records } = stage
    reporter.enter('check', records)
    let signed = false
    stage.drain((node, key) => {
      checker.node(node)
      if (key.length === 0) signed = node.rrsets.some(({ type }) => type === RRType.DNSKEY)
      reporter.step(node, records)
    })
    const findings = checker.finish()
    const ok = problems.length === 0 && findings.errors === 0
    return Promise.resolve({ ok, records, signed, problems, truncatedProblems, findings, seconds: reporter.seconds })
  } catch (error) {
    return Promise.reject(error as Error)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
