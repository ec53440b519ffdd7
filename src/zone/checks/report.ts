import { typeToText } from '../../iana/index.ts'
import { type Name, nameToText } from '../../wire/index.ts'
import type { ZoneCheck } from './check.ts'
import type { ZoneFinding, ZoneFindings } from './finding.ts'

interface Found {
  count: number
  readonly findings: ZoneFinding[]
}

/** Gathers findings: a bounded number of each check in full, the rest as a count. */
export class Report {
  readonly #maxFindings: number
  readonly #folds: boolean
  readonly #found = new Map<ZoneCheck, Found>()

  /** @param folds whether findings of checks with a summary are one */
  constructor(maxFindings: number, folds: boolean = true) {
    this.#maxFindings = maxFindings
    this.#folds = folds
  }

  /**
   * @param type RR type code, or undefined when the finding is about the name
   * @param message is asked for only when the finding will be listed
   */
  add(check: ZoneCheck, owner: Name, type: number | undefined, message: () => string, line?: number): void {
    let found = this.#found.get(check)
    if (found === undefined) {
      found = { count: 0, findings: [] }
      this.#found.set(check, found)
    }
    found.count++
    if (found.findings.length >= (this.#isFolded(check) ? 1 : this.#maxFindings)) return
    found.findings.push({
      check: check.name,
      severity: check.severity,
      owner: nameToText(owner),
      ...(type === undefined ? {} : { type: typeToText(type) }),
      message: message(),
      ...(line === undefined ? {} : { line }),
    })
  }

  get isEmpty(): boolean {
    return this.#found.size === 0
  }

  /** What was gathered so far. */
  result(): ZoneFindings {
    const errors: ZoneFinding[] = []
    const warnings: ZoneFinding[] = []
    const countsByCheck: Record<string, number> = {}
    let errorCount = 0
    let warningCount = 0
    for (const [check, { count, findings }] of this.#found) {
      countsByCheck[check.name] = count
      if (check.severity === 'error') errorCount += count
      else warningCount += count
      const listed = check.severity === 'error' ? errors : warnings
      for (const finding of findings) listed.push(this.#isFolded(check) ? summarised(finding, count) : finding)
    }
    return { findings: [...errors, ...warnings], errors: errorCount, warnings: warningCount, countsByCheck }
  }

  #isFolded(check: ZoneCheck): boolean {
    return this.#folds && check.summary === true
  }
}

function summarised(first: ZoneFinding, count: number): ZoneFinding {
  return count === 1 ? first : { ...first, message: `${first.message}; and ${count - 1} more like this in the zone` }
}
