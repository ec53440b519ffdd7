import type { KeySet, KeyState, RecordKind, RecordPhase } from './key-set.ts'

/** A state in the making. */
type Mutable<T> = T extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : T extends object
    ? { -readonly [member in keyof T]: Mutable<T[member]> }
    : T

export type KeySetDraft = Mutable<KeySet>
export type KeyDraft = Mutable<KeyState>

/** A copy to change. */
export function draftOf(state: KeySet): KeySetDraft {
  return structuredClone(state) as KeySetDraft
}

/** Moves a record to another phase, in which nothing has been seen yet. */
export function enter(key: KeyDraft, kind: RecordKind, phase: RecordPhase, now: number): void {
  key[kind] = { phase, since: now, seen: null }
}
