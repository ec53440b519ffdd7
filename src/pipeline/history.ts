import { RRType } from '../iana/index.ts'
import type { JournalEntry, ZoneSnapshot } from '../store/index.ts'
import { compareNames, type Name } from '../wire/index.ts'
import { type RRsetReplacement, sameData } from '../zone/index.ts'

/** Which of a zone's updates are told of, and what of them. */
export interface HistoryOptions {
  /** Lower case, in the zone: only updates that changed RRsets of this owner, and only those RRsets. */
  readonly name?: Name
  /** Also what only signing made other: signatures, and proofs that names and types do not exist. */
  readonly signing?: boolean
}

/** An update that changed records. */
export interface HistoryUpdate extends JournalEntry {
  /** What it changed, as far as was asked for, in canonical order of the owners; one RRset is held at a time. */
  changes(): Iterable<RRsetReplacement>
}

/**
 * What each update of a zone changed, from the newest back to the oldest that its journal keeps.
 * @throws JournalError
 */
export function* zoneHistory({ journal }: ZoneSnapshot, options: HistoryOptions = {}): Generator<HistoryUpdate> {
  for (const entry of journal.back()) {
    const changes = () => wanted(journal.replacements(entry.revision), options)
    if (options.name !== undefined && changes().next().done) continue
    yield { ...entry, changes }
  }
}

function* wanted(
  replacements: Iterable<RRsetReplacement>,
  { name, signing }: HistoryOptions,
): Generator<RRsetReplacement> {
  for (const replacement of replacements) {
    const order = name === undefined ? 0 : compareNames(replacement.owner, name)
    if (order > 0) return
    if (order === 0 && (signing || isOfData(replacement))) yield replacement
  }
}

function isOfData({ type, before, after }: RRsetReplacement): boolean {
  if (type === RRType.NSEC || type === RRType.NSEC3 || type === RRType.RRSIG) return false
  return before === undefined || after === undefined || !sameData(before, after)
}
