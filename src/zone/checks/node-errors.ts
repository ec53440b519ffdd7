import type { Name } from '../../wire/index.ts'
import type { ZoneNode } from '../rrset.ts'
import { NodeContext } from './context.ts'
import type { ZoneFinding } from './finding.ts'
import { Report } from './report.ts'
import { nodeChecks } from './table.ts'

const NONE: readonly ZoneFinding[] = []
const errorChecks = nodeChecks.filter(({ severity }) => severity === 'error')

/**
 * What the checks that see one node at a time have against a node, as a change is about to leave it; only what a whole zone
 * would be refused for.
 * @param node its owner in lower case, its RRsets ascending by type
 */
export function nodeErrors(origin: Name, node: ZoneNode): readonly ZoneFinding[] {
  const context = new NodeContext(origin)
  const report = new Report(1)
  context.enter(node)
  for (const check of errorChecks) if ((check.at & context.place) !== 0) check.find(context, report)
  return report.isEmpty ? NONE : report.result().findings
}
