/** `error`: the zone version is refused. `warning`: it is served, and the operator is told. */
export type Severity = 'error' | 'warning'

/** One thing a check found. Its shape is what `zonecut check --json` prints. */
export interface ZoneFinding {
  /** Name of the check, a row of the table in docs/checks.md. */
  readonly check: string
  readonly severity: Severity
  /** Presentation form, fully qualified. */
  readonly owner: string
  /** Mnemonic of the RR type the finding is about. */
  readonly type?: string
  readonly message: string
  /** Line of the zone file, where the reader of the file knew it. */
  readonly line?: number
}

/** What a whole zone was found to be. */
export interface ZoneFindings {
  /** Errors first, each severity in the order found; at most `maxFindings` of a check. */
  readonly findings: readonly ZoneFinding[]
  /** How often a check of severity error failed, those not listed included. */
  readonly errors: number
  /** How often a check of severity warning failed, those not listed included. */
  readonly warnings: number
  /** How often each check failed; a check that found nothing is absent. */
  readonly countsByCheck: Readonly<Record<string, number>>
}

/** One line for people: `error: example.zz. NS: message (check-name), line 12`. */
export function formatFinding(finding: ZoneFinding): string {
  const subject = finding.type === undefined ? finding.owner : `${finding.owner} ${finding.type}`
  const line = finding.line === undefined ? '' : `, line ${finding.line}`
  return `${finding.severity}: ${subject}: ${finding.message} (${finding.check})${line}`
}
