import type { LoadResult } from '../pipeline/index.ts'
import { formatFinding } from '../zone/checks/index.ts'
import { formatProblem } from '../zonefile/index.ts'
import type { LoadOutcome } from './load-messages.ts'

/** Of the problems and of the findings, this many are told; `zonecut check` tells the rest. */
const SHOWN = 10

/** A load's result in words. */
export function loadOutcome(result: LoadResult, origin: string, file: string): Omit<LoadOutcome, 'seconds'> {
  const { problems, findings, truncatedProblems } = result
  const lines = [
    ...problems.slice(0, SHOWN).map(formatProblem),
    ...findings.findings.slice(0, SHOWN).map(formatFinding),
  ]
  const counts = [
    problems.length > 0 ? `${problems.length}${truncatedProblems ? ' or more' : ''} problems in the file` : '',
    findings.errors > 0 ? `${findings.errors} errors found by the zone checks` : '',
  ].filter((text) => text !== '')
  if (result.signingAtFault) {
    return { ok: false, lines, problem: `not loaded: the zone as it was signed has ${findings.errors} errors` }
  }
  const problem = result.ok
    ? undefined
    : `not loaded: ${counts.join(', ')}; 'zonecut check ${file} --zone ${origin}' lists them`
  return { ok: result.ok, lines, problem }
}
