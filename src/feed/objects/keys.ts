import { isAtOrBelow, type Name, nameFromText, nameToText } from '../../wire/index.ts'
import { nameOfKey, sortKey } from '../../zone/index.ts'

/** Where objects, and what is known of them, stand among what is kept with a zone. */
export const Prefix = {
  domains: Buffer.from('feed/d/'),
  hosts: Buffer.from('feed/h/'),
  /** RRsets of the operator's own that wait for their time: owner's sort key, 0x00, type. */
  rrsets: Buffer.from('feed/r/'),
  /** Host's sort key, 0x00, sort key of the domain that names it; the apex has the empty key. */
  users: Buffer.from('feed/u/'),
  /** Time in milliseconds (8 octets), then the record's own key after `feed/`. */
  due: Buffer.from('feed/p/'),
} as const

const ROOT_LENGTH = 'feed/'.length
const PREFIX_LENGTH = Prefix.domains.length
const DUE_LENGTH = PREFIX_LENGTH + 8
/** No label begins with it in a sort key, where 0x00 within a label is escaped. */
const MARK = 0x00

/** A name as the state's keys have it. */
export interface Ref {
  /** Presentation form, as `nameToText` writes it. */
  readonly text: string
  readonly name: Name
  readonly inZone: boolean
  /** The sort key; of a name outside the zone, a mark that no sort key begins with and the wire form. */
  readonly order: Uint8Array
}

/** @param text presentation form, fully qualified, lower case */
export function refOf(text: string, origin: Name): Ref {
  return refOfName(nameFromText(text), origin, text)
}

/** @param name lower case */
export function refOfName(name: Name, origin: Name, text: string = nameToText(name)): Ref {
  const inZone = isAtOrBelow(name, origin)
  return { text, name, inZone, order: inZone ? sortKey(name, origin) : concat(Uint8Array.of(MARK), name) }
}

/** The key of an object's record. */
export function recordKey(prefix: Uint8Array, { order }: Ref): Uint8Array {
  return concat(prefix, order)
}

export function rrsetKey({ order }: Ref, type: number): Uint8Array {
  return concat(Prefix.rrsets, order, Uint8Array.of(MARK, type >> 8, type))
}

/** What the keys of a host's users begin with: no other host's do. */
export function usersPrefix(host: Ref): Uint8Array {
  return concat(Prefix.users, host.order, Uint8Array.of(MARK))
}

export function userKey(host: Ref, user: Uint8Array): Uint8Array {
  return concat(usersPrefix(host), user)
}

/** @param key of the record that waits */
export function dueKey(at: number, key: Uint8Array): Uint8Array {
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(BigInt(at))
  return concat(Prefix.due, time, key.subarray(ROOT_LENGTH))
}

/** When what stands under a key comes due, milliseconds since 1970, and the key of the record that waits. */
export function readDueKey(key: Uint8Array): { readonly at: number; readonly record: Uint8Array } {
  const at = Number(Buffer.from(key.buffer, key.byteOffset, key.length).readBigUInt64BE(PREFIX_LENGTH))
  return { at, record: concat(Prefix.due.subarray(0, ROOT_LENGTH), key.subarray(DUE_LENGTH)) }
}

export type RecordKind = 'domain' | 'host' | 'rrset'

/** Whose record stands under a key. */
export function readRecordKey(
  key: Uint8Array,
  origin: Name,
): { readonly kind: RecordKind; readonly text: string; readonly type: number } {
  const order = key.subarray(PREFIX_LENGTH)
  if (startsWith(key, Prefix.rrsets)) {
    const end = order.length - 3
    return {
      kind: 'rrset',
      text: textOf(order.subarray(0, end), origin),
      type: (order[end + 1]! << 8) | order[end + 2]!,
    }
  }
  return { kind: startsWith(key, Prefix.hosts) ? 'host' : 'domain', text: textOf(order, origin), type: 0 }
}

function textOf(order: Uint8Array, origin: Name): string {
  return nameToText(order[0] === MARK ? order.subarray(1) : nameOfKey(order, 0, order.length, origin))
}

/** Host and user of a key of the index. */
export function readUserKey(key: Uint8Array, origin: Name): { readonly host: Name; readonly user: Uint8Array } {
  // Labels end in 0x00 and none begins with it: the mark is the first that follows another, or the key's first.
  let at = PREFIX_LENGTH
  while (key[at] !== MARK) {
    while (key[at] !== MARK) at++
    at++
  }
  return { host: nameOfKey(key, PREFIX_LENGTH, at, origin), user: key.slice(at + 1) }
}

export function startsWith(key: Uint8Array, prefix: Uint8Array): boolean {
  if (key.length < prefix.length) return false
  for (let i = 0; i < prefix.length; i++) if (key[i] !== prefix[i]) return false
  return true
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
