import { type Name, nameToText, octetText, parentOf } from '../../wire/index.ts'
import type { RegistryObject } from '../object.ts'
import type { FeedReader, StateEntry } from '../reader.ts'
import { readRecordKey, startsWith } from './keys.ts'
import { decodeRecord, encodeRecord, isNothing, NO_RECORD, type ObjectRecord } from './record.ts'

/** One record, as the last commit left it and as the batch has made of it. */
export interface Row<T extends RegistryObject> {
  readonly key: Uint8Array
  readonly before: ObjectRecord<T>
  /** As it is stored; undefined where there is none. */
  readonly stored: Uint8Array | undefined
  now: ObjectRecord<T>
}

/** The records of one kind: those that a batch touches over those that the store holds. */
export class RecordTable<T extends RegistryObject> {
  readonly #reader: FeedReader
  readonly #rows = new Map<string, Row<T>>()
  /** Names at or above which the batch made a record where there was none; some may be gone again. */
  readonly #aboveNew = new Set<string>()

  constructor(reader: FeedReader) {
    this.#reader = reader
  }

  row(key: Uint8Array): Row<T> {
    const id = octetText(key)
    let row = this.#rows.get(id)
    if (row === undefined) {
      const stored = this.#reader.state(key)
      const before = stored === undefined ? NO_RECORD : decodeRecord<T>(stored)
      row = { key, before, stored, now: before }
      this.#rows.set(id, row)
    }
    return row
  }

  /** @param owner the record's name; undefined when it lies outside the zone */
  put(row: Row<T>, record: ObjectRecord<T>, owner: Name | undefined): void {
    if (owner !== undefined && isNothing(row.before) && !isNothing(record)) {
      const { origin } = this.#reader
      for (let name = owner; name.length > origin.length; name = parentOf(name)!) this.#aboveNew.add(nameToText(name))
    }
    row.now = record
  }

  /**
   * A record at a key that begins with another, and is not the one left out; what it costs does not grow with the table.
   * @returns the name it is of, in presentation form
   */
  someUnder(key: Uint8Array, text: string, except?: Uint8Array): string | undefined {
    const isCounted = (other: Uint8Array) => except === undefined || Buffer.compare(other, except) !== 0
    for (const { key: other } of this.#reader.states(key)) {
      const row = this.#rows.get(octetText(other))
      if (isCounted(other) && (row === undefined || !isNothing(row.now))) return this.#text(other)
    }
    if (!this.#aboveNew.has(text)) return undefined
    for (const { key: other, now } of this.#rows.values()) {
      if (startsWith(other, key) && isCounted(other) && !isNothing(now)) return this.#text(other)
    }
    return undefined
  }

  #text(key: Uint8Array): string {
    return readRecordKey(key, this.#reader.origin).text
  }

  rows(): Iterable<Row<T>> {
    return this.#rows.values()
  }

  /** What is to be written. */
  *changes(): Generator<StateEntry> {
    for (const { key, before, stored, now } of this.#rows.values()) {
      if (now === before) continue
      const value = encodeRecord(now)
      const isSame =
        value === undefined ? stored === undefined : stored !== undefined && Buffer.compare(value, stored) === 0
      if (!isSame) yield { key, value }
    }
  }
}
