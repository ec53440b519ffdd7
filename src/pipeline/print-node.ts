import { RRType } from '../iana/index.ts'
import type { Name } from '../wire/index.ts'
import type { RRset, ZoneNode } from '../zone/index.ts'
import type { RecordPrinter } from '../zonefile/index.ts'

/** Appends a node's records: SOA first, then types ascending, each RRset before its signatures. */
export function printNode(printer: RecordPrinter, { owner, rrsets }: ZoneNode): void {
  const soa = rrsets.find(({ type }) => type === RRType.SOA)
  if (soa !== undefined) printRRset(printer, owner, soa)
  for (let i = 0; i < rrsets.length; i++) if (rrsets[i] !== soa) printRRset(printer, owner, rrsets[i]!)
}

/** Appends the records of an RRset, and then its signatures. */
export function printRRset(printer: RecordPrinter, owner: Name, { type, ttl, rdatas, signatures }: RRset): void {
  for (let i = 0; i < rdatas.length; i++) {
    if (i === 0) printer.record(owner, 0, ttl, type, rdatas[i]!)
    else printer.recordOfRRset(rdatas[i]!)
  }
  for (let i = 0; i < signatures.length; i++) printer.record(owner, 0, ttl, RRType.RRSIG, signatures[i]!)
}
