import type { RegistryObject } from '../object.ts'

/** A change that the registry committed: the full state of one object, never a difference. */
export interface FeedEvent {
  /** Gapless, from 1 on. */
  readonly seq: number
  /** Events of one registry transaction have the same, and follow each other. */
  readonly tx: string | undefined
  /** How many events `tx` has, so that its end is known at once. */
  readonly txSize: number | undefined
  /** When the registry committed it, milliseconds since 1970. */
  readonly at: number
  readonly op: 'upsert' | 'delete'
  /** For `delete` only kind, name, registrar and type count. */
  readonly object: RegistryObject
  /** The object goes to the registrar that it names, whoever sponsors it. */
  readonly transfer: boolean
  /** When the change is to be seen, milliseconds since 1970; at once when absent. */
  readonly publishAt: number | undefined
}
