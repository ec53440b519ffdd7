import type { ZoneCheck } from './check.ts'

export const outOfZone: ZoneCheck = {
  name: 'out-of-zone',
  severity: 'warning',
  finds: 'A record whose owner does not lie in the zone. It is left out.',
  why: 'A zone holds the names at and below its apex.',
  rfc: 'RFC 1035 5.2',
  peers: 'NSD refuses; BIND warns and leaves it out; Knot leaves it out.',
}

export const duplicateRecord: ZoneCheck = {
  name: 'duplicate-record',
  severity: 'warning',
  finds: 'A record that is there twice. One is kept.',
  why: 'An RRset is a set: no two of its records have the same data.',
  rfc: 'RFC 2181 5',
  peers: 'All keep one and are silent.',
}

export const differingTtls: ZoneCheck = {
  name: 'differing-ttls',
  severity: 'warning',
  finds:
    'The records of an RRset have different TTLs, or an RRSIG another than the RRset it covers. The RRset is given one.',
  why: 'Caches keep an RRset whole or not at all.',
  rfc: 'RFC 2181 5.2; RFC 4034 3',
  peers: 'BIND and NSD warn; Knot is silent.',
}

/** Checks of single records, which only the reader of a file sees before they become RRsets. */
export const recordChecks: readonly ZoneCheck[] = [outOfZone, duplicateRecord, differingTtls]
