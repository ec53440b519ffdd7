import { typeFromText, typeToText } from '../../iana/index.ts'
import { isAtOrBelow, lowerName, type Name, nameFromText, nameToText } from '../../wire/index.ts'
import { compareOctets, type RRset, type RRsetChange, type ZoneView } from '../../zone/index.ts'
import { parseZoneText } from '../../zonefile/index.ts'

/** A line of changes that can't be made. */
export class ChangeTextError extends Error {
  override readonly name = 'ChangeTextError'
  /** From 1. */
  readonly line: number

  constructor(line: number, problem: string) {
    super(`line ${line}: ${problem}`)
    this.line = line
  }
}

interface Changed {
  readonly owner: Name
  readonly rrsets: Map<number, RRset | undefined>
}

/**
 * Reads changes to a zone's records, one a line:
 *
 *   add NAME TTL TYPE RDATA        adds a record; the TTL becomes that of the whole RRset (RFC 2181 5.2)
 *   delete NAME TYPE RDATA         deletes a record
 *   delete NAME TYPE               deletes an RRset
 *   delete NAME                    deletes all records of the name
 *
 * Names may be relative to the zone's origin. Empty lines, and those that begin with a semicolon, are passed over.
 * @param view the zone that the lines change, one after the other
 * @throws ChangeTextError
 */
export function changesFromText(view: ZoneView, text: string): RRsetChange[] {
  const lines = text.split('\n').map((line, index) => wordsOf(line, index + 1))
  const records = recordsOf(lines, view.origin)
  const changed = new Map<string, Changed>()
  const entryOf = (name: Name): Changed => {
    const owner = lowerName(name)
    const key = nameToText(owner)
    const entry = changed.get(key) ?? { owner, rrsets: new Map<number, RRset | undefined>() }
    changed.set(key, entry)
    return entry
  }
  const present = ({ owner, rrsets }: Changed, type: number): RRset | undefined =>
    rrsets.has(type) ? rrsets.get(type) : view.node(owner)?.rrsets.find((rrset) => rrset.type === type)

  for (const line of lines) {
    if (line === undefined) continue
    const record = records.get(line.number)
    if (line.verb === 'add') {
      const { owner, type, ttl, rdata } = record!
      const entry = entryOf(owner)
      const rdatas = present(entry, type)?.rdatas ?? []
      entry.rrsets.set(type, { type, ttl, rdatas: withRdata(rdatas, rdata), signatures: [] })
      continue
    }
    const [name, typeText] = line.fields
    const entry = entryOf(nameOf(name!, view.origin, line.number))
    if (typeText === undefined) {
      for (const { type } of view.node(entry.owner)?.rrsets ?? []) entry.rrsets.set(type, undefined)
      for (const type of entry.rrsets.keys()) entry.rrsets.set(type, undefined)
      continue
    }
    const type = typeFromText(typeText)
    if (type === undefined) throw new ChangeTextError(line.number, `'${typeText}' is no record type`)
    if (record === undefined) {
      entry.rrsets.set(type, undefined)
      continue
    }
    const before = present(entry, type)
    const rdatas = (before?.rdatas ?? []).filter((other) => Buffer.compare(other, record.rdata) !== 0)
    if (before === undefined || rdatas.length === before.rdatas.length) {
      throw new ChangeTextError(line.number, `${nameToText(entry.owner)} has no such ${typeToText(type)} record`)
    }
    entry.rrsets.set(type, rdatas.length === 0 ? undefined : { ...before, rdatas, signatures: [] })
  }
  return [...changed.values()].flatMap(({ owner, rrsets }) =>
    [...rrsets].map(([type, rrset]) => ({ owner, type, rrset })),
  )
}

/** A line that asks for a change. */
interface Line {
  /** From 1. */
  readonly number: number
  readonly verb: 'add' | 'delete'
  readonly fields: readonly string[]
}

/** @throws ChangeTextError */
function wordsOf(line: string, number: number): Line | undefined {
  const [verb, ...fields] = line.trim().split(/\s+/)
  if (verb === '' || verb!.startsWith(';')) return undefined
  if ((verb !== 'add' && verb !== 'delete') || fields.length === 0) {
    throw new ChangeTextError(number, `'${verb}': write add NAME TTL TYPE RDATA, or delete NAME [TYPE [RDATA]]`)
  }
  // A directive of zone files would read files of the server's.
  if (fields[0]!.startsWith('$')) throw new ChangeTextError(number, 'directives have no place here')
  return { number, verb, fields }
}

function nameOf(text: string, origin: Name, line: number): Name {
  try {
    const name = lowerName(nameFromText(text, origin))
    if (!isAtOrBelow(name, origin)) throw new Error(`lies outside ${nameToText(origin)}`)
    return name
  } catch (error) {
    throw new ChangeTextError(line, `'${text}': ${(error as Error).message}`)
  }
}

interface OneRecord {
  readonly owner: Name
  readonly type: number
  readonly ttl: number
  readonly rdata: Uint8Array
}

/** The records that lines name, by the lines' numbers: all read at once, as a zone file of as many lines. */
function recordsOf(lines: readonly (Line | undefined)[], origin: Name): Map<number, OneRecord> {
  const texts = lines.map((line) => {
    if (line === undefined) return ''
    const [name, ...rest] = line.fields
    if (line.verb === 'add') return line.fields.join(' ')
    return rest.length > 1 ? `${name} 0 ${rest.join(' ')}` : ''
  })
  const found = new Map<number, OneRecord>()
  const { problems } = parseZoneText(texts.join('\n'), {
    origin,
    file: 'changes',
    onRecord({ buf, ownerStart, ownerLength, type, ttl, rdataStart, rdataLength, line }) {
      const owner = buf.slice(ownerStart, ownerStart + ownerLength)
      found.set(line, { owner, type, ttl, rdata: buf.slice(rdataStart, rdataStart + rdataLength) })
    },
  })
  const [problem] = problems
  if (problem !== undefined) throw new ChangeTextError(problem.line, problem.message)
  for (const [number, { owner }] of found) nameOf(nameToText(owner), origin, number)
  for (const [index, text] of texts.entries()) {
    // A parenthesis would take in the next line, whatever that was to be.
    if (text !== '' && !found.has(index + 1)) throw new ChangeTextError(index + 1, 'expected one record')
  }
  return found
}

/** The rdata put where it belongs in canonical order (RFC 4034 6.3); once only (RFC 2181 5). */
function withRdata(rdatas: readonly Uint8Array[], rdata: Uint8Array): Uint8Array[] {
  if (rdatas.some((other) => Buffer.compare(other, rdata) === 0)) return [...rdatas]
  return [...rdatas, rdata].sort((a, b) => compareOctets(a, 0, a.length, b, 0, b.length))
}
