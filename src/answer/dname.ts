import { RRType } from '../iana/index.ts'
import { MAX_NAME_LENGTH, type Name } from '../wire/index.ts'
import type { RRset } from '../zone/index.ts'

/**
 * The name that a DNAME makes of a name below its owner (RFC 6672 2.2); undefined when it would be longer than 255
 * octets.
 */
export function redirect(name: Name, owner: Name, dname: RRset): Name | undefined {
  const target = dname.rdatas[0]!
  const kept = name.length - owner.length
  if (kept + target.length > MAX_NAME_LENGTH) return undefined
  const redirected = new Uint8Array(kept + target.length)
  redirected.set(name.subarray(0, kept))
  redirected.set(target, kept)
  return redirected
}

/** RFC 6672 3.1: the CNAME that goes with a DNAME, for those who do not know DNAME; it is not signed (5.3.1). */
export function synthesizeCname(dname: RRset, target: Name): RRset {
  return { type: RRType.CNAME, ttl: dname.ttl, rdatas: [target], signatures: [] }
}
