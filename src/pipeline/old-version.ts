import { RRType } from '../iana/index.ts'
import { JournalError, type ZoneSnapshot } from '../store/index.ts'
import { octetText } from '../wire/index.ts'
import { changedNodes, type RRsetChange, type ZoneNode } from '../zone/index.ts'
import { apexFacts } from './chain.ts'
import { nodesOf } from './zone-text.ts'

/** An earlier state of a zone: by its serial, the last of those that have it, or by its revision. */
export type OldVersion = { readonly serial: number } | { readonly revision: number }

/** A state of a zone that its journal does not lead back to. */
export class NotKeptError extends Error {
  override readonly name = 'NotKeptError'
  /** Presentation form. */
  readonly origin: string
  /** The oldest state that can be gone back to, and the newest. */
  readonly oldest: KeptState
  readonly newest: KeptState

  constructor(origin: string, wanted: OldVersion, oldest: KeptState, newest: KeptState) {
    const what = 'serial' in wanted ? `serial ${wanted.serial}` : `revision ${wanted.revision}`
    const told = ({ serial, revision }: KeptState) => `serial ${serial} (revision ${revision})`
    super(`zone ${origin}: ${what} is not kept; its journal leads from ${told(oldest)} to ${told(newest)}`)
    this.origin = origin
    this.oldest = oldest
    this.newest = newest
  }
}

export interface KeptState {
  readonly serial: number
  readonly revision: number
}

/**
 * All nodes of a zone in canonical order as an earlier update left them: the journal is undone over the nodes as they are.
 * What it touched is held in memory, and nothing else.
 * @throws NotKeptError, JournalError
 */
export function nodesAt(snapshot: ZoneSnapshot, wanted: OldVersion): Generator<ZoneNode> {
  const state = stateOf(snapshot, wanted)
  const { journal } = snapshot
  const undone = new Map<string, RRsetChange>()
  for (const { revision } of journal.back(state.revision)) {
    for (const { owner, type, before } of journal.replacements(revision)) {
      undone.set(`${type} ${octetText(owner)}`, { owner, type, rrset: before })
    }
  }
  return checked(changedNodes(nodesOf(snapshot), [...undone.values()]), snapshot, state)
}

/** The apex comes first, and tells whether the journal led where it said. */
function* checked(nodes: Iterable<ZoneNode>, { path }: ZoneSnapshot, state: KeptState): Generator<ZoneNode> {
  let isFirst = true
  for (const node of nodes) {
    if (isFirst && (!node.rrsets.some(({ type }) => type === RRType.SOA) || serialOf(node) !== state.serial)) {
      throw new JournalError(path, state.revision, `undone, it does not give serial ${state.serial}`)
    }
    isFirst = false
    yield node
  }
}

function serialOf({ rrsets }: ZoneNode): number {
  return apexFacts(rrsets).serial
}

/** What a revision is when it changed no record, the entry before tells; it need not be readable itself for that. */
function stateOf({ journal, info }: ZoneSnapshot, wanted: OldVersion): KeptState {
  const newest = { serial: info.serial, revision: info.revision }
  let state = newest
  let since = journal.range?.last ?? info.revision
  const isWanted = () =>
    'serial' in wanted ? state.serial === wanted.serial : since <= wanted.revision && wanted.revision <= state.revision
  if (isWanted()) return state
  for (const { revision, previous, serialBefore } of journal.back()) {
    state = { serial: serialBefore, revision: revision - 1 }
    since = previous === 0 ? state.revision : previous
    if (isWanted()) return state
  }
  throw new NotKeptError(info.origin, wanted, state, newest)
}
