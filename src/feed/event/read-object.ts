import { digestSize, isMetaType, typeFromText, typeToText } from '../../iana/index.ts'
import {
  canonicalizeRdata,
  isAtOrBelow,
  type Name,
  nameToText,
  RdataError,
  rdataFromText,
  rdataToText,
} from '../../wire/index.ts'
import type { DomainObject, DsData, HostObject, RegistryObject, RRsetObject } from '../object.ts'
import { MAX_RRSET_OCTETS } from './limits.ts'
import { readAddress } from './read-address.ts'
import { readName, readNameText, readOwner } from './read-name.ts'
import { quoted, refuse } from './refuse.ts'
import type { ObjectShape } from './schema.ts'

type ShapeOf<K extends ObjectShape['kind']> = Omit<Extract<ObjectShape, { kind: K }>, 'op' | 'publishAt'>

/**
 * Reads what an object of the right shape says: names, digests, addresses and rdata brought into the one form that the
 * store keeps.
 * @param origin of the zone, lower case
 * @throws FeedRefusal
 */
export function readObject(shape: ObjectShape, origin: Name): RegistryObject {
  switch (shape.kind) {
    case 'domain':
      return readDomain(shape, origin)
    case 'host':
      return readHost(shape, origin)
    case 'rrset':
      return readRRset(shape, origin)
  }
}

function readDomain(shape: ShapeOf<'domain'>, origin: Name): DomainObject {
  const name = readOwner(shape.name, 'name', origin)
  refuseTwice(shape.statuses, 'statuses')
  const ns = shape.ns.map((host, index) => readNameText(host, `ns[${index}]`))
  refuseTwice(ns, 'ns')
  const ds = shape.ds.map(readDs)
  refuseTwice(
    ds.map((one) => `${one.keyTag} ${one.algorithm} ${one.digestType} ${one.digest}`),
    'ds',
  )
  return { kind: 'domain', name, registrar: shape.registrar, statuses: shape.statuses, ns, ds, ttl: shape.ttl ?? {} }
}

function readDs(shape: DsData, index: number): DsData {
  const { keyTag, algorithm, digestType } = shape
  // RFC 4034 A.2, 4509 2.1, 5933 5.1, 6605 2, 9558 5, 9563 2; types that are not assigned have the length they have.
  const size = digestSize(digestType)
  const octets = shape.digest.length / 2
  if (size !== undefined && octets !== size) {
    refuse('schema', `ds[${index}].digest`, `a digest of type ${digestType} has ${size} octets, this one ${octets}`)
  }
  return { keyTag, algorithm, digestType, digest: shape.digest.toUpperCase() }
}

function readHost(shape: ShapeOf<'host'>, origin: Name): HostObject {
  const wire = readName(shape.name, 'name')
  const name = nameToText(wire)
  refuseTwice(shape.statuses, 'statuses')
  // RFC 5732 2.5: a host has addresses only in the zone of the server that keeps it.
  if (shape.addrs.length > 0 && !isAtOrBelow(wire, origin)) {
    const zone = nameToText(origin)
    refuse(
      'addresses-outside',
      'addrs',
      `${name} is not in the zone ${zone}, which can't publish its addresses: send []`,
    )
  }
  const addrs = shape.addrs.map((address, index) => readAddress(address, `addrs[${index}]`))
  refuseTwice(addrs, 'addrs')
  return { kind: 'host', name, registrar: shape.registrar, statuses: shape.statuses, addrs, ttl: shape.ttl ?? {} }
}

function readRRset(shape: ShapeOf<'rrset'>, origin: Name): RRsetObject {
  const name = readOwner(shape.name, 'name', origin)
  const type = readType(shape.type)
  let octets = 0
  const rdatas = shape.rdata.map((text, index) => {
    const path = `rdata[${index}]`
    const rdata = readRdata(type, text, path)
    // RFC 1035 4.1.3: a pointer to the owner, type, class, TTL and length stand before each.
    octets += 12 + rdata.length
    if (octets > MAX_RRSET_OCTETS) {
      refuse('schema', path, `the RRset does not fit a DNS message: more than ${MAX_RRSET_OCTETS} octets`)
    }
    return rdataToText(type, rdata)
  })
  refuseTwice(rdatas, 'rdata')
  return { kind: 'rrset', name, type: typeToText(type), ttl: shape.ttl, rdatas }
}

/** @throws FeedRefusal when no RRset of a zone has the type */
export function readType(text: string): number {
  const type = typeFromText(text)
  if (type === undefined) refuse('type', 'type', `${quoted(text)} is no type known here: write TYPEn (RFC 3597 5)`)
  if (isMetaType(type)) refuse('type', 'type', `${quoted(text)} is a query or meta type: no zone holds records of it`)
  return type
}

/** @returns canonical wire form */
function readRdata(type: number, text: string, path: string): Uint8Array {
  try {
    const rdata = rdataFromText(type, text)
    canonicalizeRdata(type, rdata, 0, rdata.length)
    return rdata
  } catch (error) {
    if (!(error instanceof RdataError)) throw error
    refuse(
      'schema',
      path,
      `no rdata of type ${typeToText(type)}: expected ${error.expected}, found ${quoted(error.found)}`,
    )
  }
}

/** A list of full state is a set; one that is not shows a fault where it was made. */
function refuseTwice(values: readonly string[], path: string): void {
  const seen = new Set<string>()
  for (const [index, value] of values.entries()) {
    if (seen.has(value)) refuse('schema', `${path}[${index}]`, `${quoted(value)} is listed twice`)
    seen.add(value)
  }
}
