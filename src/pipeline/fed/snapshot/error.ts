import { formatFinding, type ZoneFindings } from '../../../zone/checks/index.ts'

/** Problems that a refused document lists. */
export const LISTED = 20

export interface SnapshotProblem {
  /** Of the document, from 1; undefined for what no single line is at fault for. */
  readonly line: number | undefined
  readonly text: string
}

/** A snapshot document that can't be loaded; nothing was changed. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError'
  readonly file: string
  /** The first of them, in the order in which they were found. */
  readonly problems: readonly SnapshotProblem[]

  constructor(file: string, problems: readonly SnapshotProblem[], cause?: unknown) {
    const shown = problems.map(({ line, text }) =>
      line === undefined ? `${file}: ${text}` : `${file}:${line}: ${text}`,
    )
    const more = problems.length >= LISTED ? ['and perhaps more that are not listed'] : []
    super([...shown, ...more].join('\n'), cause === undefined ? {} : { cause })
    this.file = file
    this.problems = problems
  }
}

/** The objects of a document, each sound, make no zone that may be served; nothing was changed. */
export class SnapshotZoneError extends Error {
  override readonly name = 'SnapshotZoneError'
  readonly findings: ZoneFindings

  constructor(file: string, findings: ZoneFindings) {
    const errors = findings.findings.filter(({ severity }) => severity === 'error').slice(0, LISTED)
    super(
      [`${file}: the zone that its objects make has ${findings.errors} errors`, ...errors.map(formatFinding)].join(
        '\n',
      ),
    )
    this.findings = findings
  }
}
