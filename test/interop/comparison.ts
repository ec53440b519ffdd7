import { mapConcurrent, type TcpAsker, type UdpAsker } from './asker.ts'
import type { ComparedQuery } from './query.ts'
import { FIELDS, type Field, SECTIONS, type Section, type View, viewOf } from './view.ts'

/** A server as the comparison needs it. */
export interface Asked {
  readonly name: string
  readonly udp: UdpAsker
  readonly tcp: TcpAsker
}

/** Queries in flight at once; few enough that no receive buffer overflows. */
const WIDTH = 24
const TIMEOUT_MS = 1500

/** One field in which the subject's reply is not what the references agree on. */
export interface Difference {
  readonly field: Field
  readonly query: ComparedQuery
  readonly subject: View
  readonly references: readonly View[]
  /** What most references say; undefined when no two agree. */
  readonly expected: string | undefined
  /** The same question over TCP, where nothing has to be left out: the subject's reply and the references'. */
  readonly full: { readonly subject: View; readonly references: readonly View[] }
}

/** A difference that is meant. Its id heads a section of docs/differences.md that says why. */
export interface AcceptedDifference {
  readonly id: string
  explains(difference: Difference): boolean
}

export interface Finding {
  readonly query: ComparedQuery
  readonly text: string
}

export interface Report {
  readonly asked: number
  /** How often each accepted difference was met. */
  readonly accepted: ReadonlyMap<string, number>
  readonly unexplained: readonly Finding[]
}

const isSection = (field: Field): field is Section => (SECTIONS as readonly string[]).includes(field)

/** The value that more than half of the views have. */
function majority(views: readonly View[], field: Field): string | undefined {
  return views
    .map((view) => view.fields[field])
    .find((value, _i, all) => all.filter((other) => other === value).length * 2 > all.length)
}

function tellsSections(reference: View, subject: View): boolean {
  return reference.message !== undefined && !reference.message.tc && reference.fields.rcode === subject.fields.rcode
}

/** Fields of the subject that neither the references' majority nor, where they are split, any of them has. */
function differingFields(subject: View, references: readonly View[]): { field: Field; expected: string | undefined }[] {
  const found: { field: Field; expected: string | undefined }[] = []
  for (const field of FIELDS) {
    if (isSection(field) && (subject.message?.tc || majority(references, 'tc') === 'true')) continue
    // a reply cut short, or of another rcode, says nothing of what its sections would hold
    const able = isSection(field) ? references.filter((view) => tellsSections(view, subject)) : references
    const expected = majority(able, field)
    const value = subject.fields[field]
    if (
      expected === undefined
        ? able.length === 0 || able.some((view) => view.fields[field] === value)
        : expected === value
    )
      continue
    found.push({ field, expected })
    // another rcode, or none at all, makes every other field differ too
    if (field === 'reply' || field === 'rcode') break
  }
  return found
}

export class Comparison {
  readonly #subject: Asked
  readonly #references: readonly Asked[]
  readonly #accepted: readonly AcceptedDifference[]

  constructor(subject: Asked, references: readonly Asked[], accepted: readonly AcceptedDifference[]) {
    this.#subject = subject
    this.#references = references
    this.#accepted = accepted
  }

  /** Asks every server every query. */
  async run(queries: readonly ComparedQuery[]): Promise<Report> {
    const accepted = new Map<string, number>()
    const unexplained: Finding[] = []
    await mapConcurrent(queries, WIDTH, async (query) => {
      const [subject, ...references] = await this.#ask(query, query.transport)
      for (const fault of subject!.faults) unexplained.push({ query, text: `${this.#subject.name}: ${fault}` })
      const differing = differingFields(subject!, references)
      if (differing.length === 0) return
      const [fullSubject, ...fullReferences] = await this.#ask(query, 'tcp')
      const full = { subject: fullSubject!, references: fullReferences }
      for (const { field, expected } of differing) {
        const difference: Difference = { field, query, subject: subject!, references, expected, full }
        const reason = this.#accepted.find((candidate) => candidate.explains(difference))
        if (reason === undefined) unexplained.push({ query, text: this.#describe(difference) })
        else accepted.set(reason.id, (accepted.get(reason.id) ?? 0) + 1)
      }
    })
    return { asked: queries.length, accepted, unexplained }
  }

  async #ask(query: ComparedQuery, transport: 'udp' | 'tcp'): Promise<View[]> {
    const servers = [this.#subject, ...this.#references]
    let replies = await Promise.all(servers.map((server) => server[transport].ask(query.wire, TIMEOUT_MS)))
    // one lost datagram is not a difference
    if (replies.includes(undefined)) {
      replies = await Promise.all(
        replies.map((reply, i) => reply ?? servers[i]![transport].ask(query.wire, 2 * TIMEOUT_MS)),
      )
    }
    return replies.map((reply) => viewOf(reply, query))
  }

  #describe({ field, expected, subject, references }: Difference): string {
    const lines = [`${field} differs`]
    const value = subject.fields[field]
    if (isSection(field) && expected !== undefined) {
      const have = new Set(value.split('\n').filter(Boolean))
      const want = new Set(expected.split('\n').filter(Boolean))
      for (const line of want) if (!have.has(line)) lines.push(`  - ${line}`)
      for (const line of have) if (!want.has(line)) lines.push(`  + ${line}`)
      return lines.join('\n')
    }
    const show = (name: string, text: string) =>
      lines.push(`  ${name}: ${text === '' ? '(empty)' : text.replaceAll('\n', '\n    ')}`)
    show(this.#subject.name, value)
    for (const [i, view] of references.entries()) show(this.#references[i]!.name, view.fields[field])
    return lines.join('\n')
  }
}

/** Throws with a readable account when a report holds anything unexplained. */
export function expectExplained(report: Report, most = 12): void {
  if (report.unexplained.length === 0) return
  const kinds = new Map<string, number>()
  for (const { text } of report.unexplained) {
    const kind = text.split('\n')[0]!
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  }
  const lines = [`${report.unexplained.length} unexplained differences in ${report.asked} queries`]
  for (const [kind, count] of kinds) lines.push(`  ${count} x ${kind}`)
  for (const { query, text } of report.unexplained.slice(0, most)) lines.push('', `; ${query.text}`, text)
  throw new Error(lines.join('\n'))
}
