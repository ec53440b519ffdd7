import type { Name } from '../../src/wire/index.ts'
import type { ZoneRecord } from '../../src/zone/index.ts'
import { parseZoneText } from '../../src/zonefile/index.ts'

/** A record of a zone in text, and the line it stands in. */
export interface TextRecord extends ZoneRecord {
  readonly line: number
}

/** The records of a zone in text, as they stand there, with a TTL of an hour where none is written; throws on any problem in it. */
export function textRecords(text: string, origin: Name): TextRecord[] {
  const records: TextRecord[] = []
  const { problems } = parseZoneText(text, {
    origin,
    file: 'zone',
    defaultTtl: 3600,
    onRecord({ buf, ownerStart, ownerLength, type, ttl, rdataStart, rdataLength, line }) {
      const owner = buf.slice(ownerStart, ownerStart + ownerLength)
      records.push({ owner, type, ttl, rdata: buf.slice(rdataStart, rdataStart + rdataLength), line })
    },
  })
  if (problems.length > 0) throw new Error(problems.map(({ line, message }) => `line ${line}: ${message}`).join('\n'))
  return records
}
