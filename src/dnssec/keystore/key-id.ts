import type { Name } from '../../wire/index.ts'
import { Dnskey, keyTag } from '../../zone/index.ts'

/** Octets that stand for themselves in the names of BIND's key files; upper case is folded before. */
const PLAIN = /[a-z0-9_-]/

/** A zone's name in the names of its key files: as in presentation form, but unusual octets are %XX. */
export function zoneInFileName(origin: Name): string {
  let text = ''
  for (let at = 0; origin[at]! !== 0; ) {
    const end = at + 1 + origin[at]!
    for (at++; at < end; at++) {
      const octet = origin[at]!
      const character = String.fromCharCode(octet).toLowerCase()
      text += PLAIN.test(character) ? character : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`
    }
    text += '.'
  }
  return text === '' ? '.' : text
}

/** What the ids of all keys of a zone begin with. */
export function idPrefix(origin: Name): string {
  return `K${zoneInFileName(origin)}+`
}

/** The name of a key: that of its files, without what follows the dot. */
export function keyId(origin: Name, dnskey: Uint8Array): string {
  const algorithm = String(Dnskey.algorithm(dnskey)).padStart(3, '0')
  return `${idPrefix(origin)}${algorithm}+${String(keyTag(dnskey)).padStart(5, '0')}`
}

/** True for what may be the name of a key. An id becomes part of a path: nothing else may get there. */
export function isKeyId(text: string): boolean {
  return /^K(?:\.|(?:(?:[a-z0-9_-]|%[0-9A-F]{2})+\.)+)\+\d{3}\+\d{5}$/.test(text)
}
