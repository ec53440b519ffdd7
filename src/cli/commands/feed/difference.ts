import type { ProjectionDifference } from '../../../feed/index.ts'
import { typeToText } from '../../../iana/index.ts'
import { type Name, nameToText } from '../../../wire/index.ts'
import type { RRset } from '../../../zone/index.ts'
import { printRecord } from '../../../zonefile/index.ts'

/** A difference for people: the name, and what either side has. */
export function differenceText(difference: ProjectionDifference): string {
  if (difference.kind === 'index') return `${difference.name}: ${difference.problem}\n`
  const { owner, type, expected, found } = difference
  const side = (title: string, rrset: RRset | undefined) => {
    const lines = recordLines(owner, rrset)
    return (lines.length === 0 ? ['nothing'] : lines).map((line) => `  ${title}  ${line}\n`).join('')
  }
  const head = `${nameToText(owner)} ${typeToText(type)}: the objects make of it what the store does not have\n`
  return head + side('objects', expected) + side('store  ', found)
}

/** A difference for programs; records as in a zone file. */
export function differenceJson(difference: ProjectionDifference): string {
  if (difference.kind === 'index') return `${JSON.stringify(difference)}\n`
  const { kind, owner, type, expected, found } = difference
  const records = { expected: recordLines(owner, expected), found: recordLines(owner, found) }
  return `${JSON.stringify({ kind, name: nameToText(owner), type: typeToText(type), ...records })}\n`
}

function recordLines(owner: Name, rrset: RRset | undefined): string[] {
  return rrset?.rdatas.map((rdata) => printRecord(owner, rrset.ttl, rrset.type, rdata)) ?? []
}
