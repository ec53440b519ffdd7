import type { DsReport, DsSighting, KeyMoments, KeySet, KeyState, RecordState } from './key-set.ts'

/** A stored state that is none: cut off, edited, or of a later version. */
export class KeyStateError extends Error {
  override readonly name = 'KeyStateError'
  readonly file: string

  constructor(file: string, message: string, options?: ErrorOptions) {
    super(`${file}: ${message}`, options)
    this.file = file
  }
}

/** What stands at a place of the JSON text; every reader names the place when something else is there. */
class Value {
  readonly value: unknown
  readonly place: string

  constructor(value: unknown, place: string) {
    this.value = value
    this.place = place
  }

  fail(expected: string): never {
    throw new Error(`${this.place || 'the file'} is not ${expected}`)
  }

  member(name: string): Value {
    const { value, place } = this
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.fail('an object')
    const members = value as Readonly<Record<string, unknown>>
    return new Value(Object.hasOwn(members, name) ? members[name] : undefined, place === '' ? name : `${place}.${name}`)
  }

  list<T>(read: (item: Value) => T): T[] {
    const { value, place } = this
    if (!Array.isArray(value)) return this.fail('a list')
    return value.map((item: unknown, i) => read(new Value(item, `${place}[${i}]`)))
  }

  text(): string {
    return typeof this.value === 'string' ? this.value : this.fail('a text')
  }

  /** One of these values, as it stands. */
  oneOf<const T extends string | number | null>(...allowed: readonly T[]): T {
    const found = allowed.find((candidate) => candidate === this.value)
    return found === undefined ? this.fail(allowed.map((candidate) => JSON.stringify(candidate)).join(' or ')) : found
  }

  /** A whole number from 0 on. */
  count(max: number = Number.MAX_SAFE_INTEGER): number {
    const { value } = this
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max) {
      return this.fail(max === Number.MAX_SAFE_INTEGER ? 'a whole number' : `a whole number up to ${max}`)
    }
    return value
  }

  orNull<T>(read: (value: Value) => T): T | null {
    return this.value === null ? null : read(this)
  }

  /** For what earlier builds did not write. */
  orAbsent<T, U>(read: (value: Value) => T, absent: U): T | U {
    return this.value === undefined ? absent : read(this)
  }
}

const seconds = (value: Value): number => value.count()
const secondsOrNull = (value: Value): number | null => value.orNull(seconds)

function readRecord(value: Value): RecordState {
  return {
    phase: value.member('phase').oneOf('hidden', 'rumoured', 'omnipresent', 'unretentive'),
    since: seconds(value.member('since')),
    seen: secondsOrNull(value.member('seen')),
  }
}

function readMoments(value: Value): KeyMoments {
  return {
    added: seconds(value.member('added')),
    published: secondsOrNull(value.member('published')),
    active: secondsOrNull(value.member('active')),
    retired: secondsOrNull(value.member('retired')),
    gone: secondsOrNull(value.member('gone')),
  }
}

function readSighting(value: Value): DsSighting {
  return {
    sight: value.member('sight').oneOf('there', 'gone', 'between'),
    at: seconds(value.member('at')),
    ttl: seconds(value.member('ttl')),
    from: value.member('from').oneOf('servers', 'operator'),
  }
}

function readReport(value: Value): DsReport {
  return {
    id: value.member('id').text(),
    sight: value.member('sight').oneOf('there', 'gone'),
    at: seconds(value.member('at')),
    ttl: seconds(value.member('ttl')),
  }
}

const readRole = (value: Value) => value.oneOf('ksk', 'zsk', 'csk')

function readKey(value: Value): KeyState {
  return {
    id: value.member('id').text(),
    role: readRole(value.member('role')),
    algorithm: value.member('algorithm').count(255),
    keyTag: value.member('keyTag').count(65_535),
    publicKey: value.member('publicKey').text(),
    goal: value.member('goal').oneOf('use', 'retire'),
    dnskey: readRecord(value.member('dnskey')),
    signatures: readRecord(value.member('signatures')),
    ds: readRecord(value.member('ds')),
    parent: value.member('parent').orAbsent((parent) => parent.orNull(readSighting), null),
    moments: readMoments(value.member('moments')),
  }
}

const readTtls = (value: Value) =>
  value.list((item) => ({ ttl: seconds(item.member('ttl')), until: secondsOrNull(item.member('until')) }))

/**
 * Reads a state from JSON text.
 * @param file for messages
 * @throws KeyStateError
 */
export function parseKeySet(file: string, text: string): KeySet {
  try {
    const value = new Value(JSON.parse(text), '')
    const version = value.member('version').oneOf(1)
    const ttls = value.member('ttls')
    const keys = value.member('keys').list(readKey)
    const twice = keys.find(({ id }, i) => keys.findIndex((key) => key.id === id) !== i)
    if (twice !== undefined) throw new Error(`${twice.id} stands in it twice`)
    return {
      version,
      zone: value.member('zone').text(),
      goal: value.member('goal').oneOf('secure', 'insecure'),
      algorithm: value.member('algorithm').orNull((number) => number.count(255)),
      requests: value.member('requests').list(readRole),
      reports: value.member('reports').orAbsent((reports) => reports.list(readReport), []),
      keys,
      ttls: {
        dnskey: readTtls(ttls.member('dnskey')),
        zone: readTtls(ttls.member('zone')),
        ds: readTtls(ttls.member('ds')),
      },
    }
  } catch (error) {
    throw new KeyStateError(file, `no state of a zone's keys: ${(error as Error).message}`, { cause: error })
  }
}

/** A state as JSON text, for people too. */
export function printKeySet(state: KeySet): string {
  return `${JSON.stringify(state, null, 2)}\n`
}
