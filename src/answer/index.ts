/** Answers to queries: from compiled fragments where there are some, else by the general path over a zone's RRsets. */

export { type ChaosNames, ChaosTextError } from './chaos.ts'
export { EntryCompiler } from './compile.ts'
export { CompiledAnswers } from './compiled.ts'
export { EntryKind, entryEnd } from './entry.ts'
export type { FastPath } from './fast.ts'
export { ParsedQuery, parseQuery, QueryState } from './query.ts'
export { Responder, ResponderOptionError, type ResponderOptions } from './responder.ts'
export { DuplicateZoneError, type ZoneEntry, type ZoneState, ZoneTable } from './zones.ts'
