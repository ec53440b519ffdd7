export * from './key.ts'
export { MemoryZone, ZoneContentError, type ZoneRecord } from './memory.ts'
export type { RRset, ZoneNode } from './rrset.ts'
export type { Denial, Nsec3Parameters, ZoneView } from './view.ts'
