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

  for (const [index, line] of text.split('\n').entries()) {
    const number = index + 1
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith(';')) continue
    const [, word, rest] = /^(\S+)\s+(.*)$/s.exec(trimmed) ?? []
    if (word === 'add') {
      const { owner, type, ttl, rdata } = recordOf(rest!, view.origin, number)
      const entry = entryOf(owner)
      const rdatas = present(entry, type)?.rdatas ?? []
      entry.rrsets.set(type, { type, ttl, rdatas: withRdata(rdatas, rdata), signatures: [] })
    } else if (word === 'delete') {
      const [name, typeText, ...fields] = rest!.split(/\s+/)
      const entry = entryOf(nameOf(name!, view.origin, number))
      if (typeText === undefined) {
        for (const { type } of view.node(entry.owner)?.rrsets ?? []) entry.rrsets.set(type, undefined)
        for (const type of entry.rrsets.keys()) entry.rrsets.set(type, undefined)
        continue
      }
      const type = typeFromText(typeText)
      if (type === undefined) throw new ChangeTextError(number, `'${typeText}' is no record type`)
      if (fields.length === 0) {
        entry.rrsets.set(type, undefined)
        continue
      }
      const { rdata } = recordOf(`${name} 0 ${typeText} ${fields.join(' ')}`, view.origin, number)
      const before = present(entry, type)
      const rdatas = (before?.rdatas ?? []).filter((other) => Buffer.compare(other, rdata) !== 0)
      if (before === undefined || rdatas.length === before.rdatas.length) {
        throw new ChangeTextError(number, `${nameToText(entry.owner)} has no such ${typeToText(type)} record`)
      }
      entry.rrsets.set(type, rdatas.length === 0 ? undefined : { ...before, rdatas, signatures: [] })
    } else {
      throw new ChangeTextError(
        number,
        `'${word ?? trimmed}': write add NAME TTL TYPE RDATA, or delete NAME [TYPE [RDATA]]`,
      )
    }
  }
  return [...changed.values()].flatMap(({ owner, rrsets }) =>
    [...rrsets].map(([type, rrset]) => ({ owner, type, rrset })),
  )
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

function recordOf(text: string, origin: Name, line: number): OneRecord {
  const found: OneRecord[] = []
  // A directive would read files of the server's.
  if (text.startsWith('$')) throw new ChangeTextError(line, 'directives have no place here')
  const { problems } = parseZoneText(text, {
    origin,
    file: 'changes',
    onRecord({ buf, ownerStart, ownerLength, type, ttl, rdataStart, rdataLength }) {
      found.push({
        owner: buf.slice(ownerStart, ownerStart + ownerLength),
        type,
        ttl,
        rdata: buf.slice(rdataStart, rdataStart + rdataLength),
      })
    },
  })
  if (problems.length > 0) throw new ChangeTextError(line, problems[0]!.message)
  if (found.length !== 1) throw new ChangeTextError(line, 'expected one record')
  nameOf(nameToText(found[0]!.owner), origin, line)
  return found[0]!
}

/** The rdata put where it belongs in canonical order (RFC 4034 6.3); once only (RFC 2181 5). */
function withRdata(rdatas: readonly Uint8Array[], rdata: Uint8Array): Uint8Array[] {
  if (rdatas.some((other) => Buffer.compare(other, rdata) === 0)) return [...rdatas]
  return [...rdatas, rdata].sort((a, b) => compareOctets(a, 0, a.length, b, 0, b.length))
}
