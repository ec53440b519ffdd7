import { type TextRecord, textRecords } from '../../../test/zones/records.ts'
import { RRType } from '../../iana/index.ts'
import { canonicalizeRdata, compareNames, isAtOrBelow, lowerName, type Name, nameFromText } from '../../wire/index.ts'
import { compareOctets } from '../key.ts'
import type { RRset, ZoneNode } from '../rrset.ts'
import { Rrsig } from '../rrsig.ts'
import { ZoneChecker } from './checker.ts'
import type { ZoneFindings } from './finding.ts'
import type { ZoneCheckOptions } from './options.ts'

export type { TextRecord }

/** The records of a zone in text, owners in lower case, rdata canonical. */
export function recordsOf(text: string, origin: Name): TextRecord[] {
  return textRecords(text, origin).map(({ owner, rdata, ...rest }) => {
    canonicalizeRdata(rest.type, rdata, 0, rdata.length)
    return { ...rest, owner: lowerName(owner), rdata }
  })
}

const compareRdata = (a: Uint8Array, b: Uint8Array) => compareOctets(a, 0, a.length, b, 0, b.length)

/** Hands a whole zone to a checker as a loader does: records first, then nodes in canonical order. */
export function feed(checker: ZoneChecker, origin: Name, records: readonly TextRecord[]): void {
  const owners: { owner: Name; records: TextRecord[] }[] = []
  const sorted = records
    .filter(({ owner, type, line }) => {
      if (isAtOrBelow(owner, origin)) return true
      checker.outOfZone(owner, type, line)
      return false
    })
    .sort((a, b) => compareNames(a.owner, b.owner) || a.type - b.type || compareRdata(a.rdata, b.rdata))
  for (const record of sorted) {
    const last = owners.at(-1)
    if (last !== undefined && compareNames(last.owner, record.owner) === 0) last.records.push(record)
    else owners.push({ owner: record.owner, records: [record] })
  }
  for (const entry of owners) checker.node(nodeOf(checker, entry.owner, entry.records))
}

function nodeOf(checker: ZoneChecker, owner: Name, records: readonly TextRecord[]): ZoneNode {
  const rrsets = new Map<number, { type: number; ttl: number; rdatas: Uint8Array[]; signatures: Uint8Array[] }>()
  const signatures: TextRecord[] = []
  for (const record of records) {
    if (record.type === RRType.RRSIG) {
      signatures.push(record)
      continue
    }
    const rrset = rrsets.get(record.type)
    if (rrset === undefined) {
      rrsets.set(record.type, { type: record.type, ttl: record.ttl, rdatas: [record.rdata], signatures: [] })
      continue
    }
    if (rrset.ttl !== record.ttl) checker.differingTtls(owner, record.type, [rrset.ttl, record.ttl], record.line)
    if (compareRdata(rrset.rdatas.at(-1)!, record.rdata) === 0) checker.duplicate(owner, record.type, record.line)
    else rrset.rdatas.push(record.rdata)
  }
  for (const { rdata, ttl, line } of signatures) {
    const covered = rrsets.get(Rrsig.typeCovered(rdata))
    if (covered === undefined) {
      const uncovered = rrsets.get(RRType.RRSIG)
      if (uncovered === undefined)
        rrsets.set(RRType.RRSIG, { type: RRType.RRSIG, ttl, rdatas: [rdata], signatures: [] })
      else uncovered.rdatas.push(rdata)
      continue
    }
    if (covered.ttl !== ttl) checker.differingTtls(owner, RRType.RRSIG, [covered.ttl, ttl], line)
    covered.signatures.push(rdata)
  }
  const ascending: RRset[] = [...rrsets.values()].sort((a, b) => a.type - b.type)
  return { owner, rrsets: ascending }
}

/** What the checks find in a zone in text. */
export function check(
  text: string,
  origin: string,
  options: Partial<Omit<ZoneCheckOptions, 'origin'>> = {},
): ZoneFindings {
  const apex = nameFromText(origin)
  const checker = new ZoneChecker({ now: Math.floor(Date.now() / 1000), ...options, origin: apex })
  feed(checker, apex, recordsOf(text, apex))
  return checker.finish()
}
