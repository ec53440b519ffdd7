import type { Name } from '../wire/index.ts'
import type { ZoneNode } from '../zone/index.ts'

/** What is kept beside a zone's records, and changes in one transaction with them. */
export interface StateEntry {
  readonly key: Uint8Array
  /** Undefined removes it. */
  readonly value: Uint8Array | undefined
}

/** A zone and what is kept with it, as the last commit left them. A snapshot of the store is one. */
export interface FeedReader {
  readonly origin: Name
  node(name: Name): ZoneNode | undefined
  /** The next node in canonical order. */
  nodeAfter(name: Name): ZoneNode | undefined
  state(key: Uint8Array): Uint8Array | undefined
  /** In the order of the keys. */
  states(prefix: Uint8Array): Iterable<{ readonly key: Uint8Array; readonly value: Uint8Array }>
}
