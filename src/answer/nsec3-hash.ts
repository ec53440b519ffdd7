import { createHash } from 'node:crypto'
import type { Name } from '../wire/index.ts'
import type { Nsec3Parameters } from '../zone/index.ts'

/** The hash of an owner name (RFC 5155 5): 20 octets. @param name lower case */
export function nsec3Hash(name: Name, parameters: Nsec3Parameters): Uint8Array {
  let hash: Uint8Array = createHash('sha1').update(name).update(parameters.salt).digest()
  for (let i = 0; i < parameters.iterations; i++)
    hash = createHash('sha1').update(hash).update(parameters.salt).digest()
  return hash
}
