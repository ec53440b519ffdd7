import { RRType, typeToText } from '../../iana/index.ts'
import { isAtOrBelow, type Name, nameToText, rdataToText } from '../../wire/index.ts'
import type { RRset, ZoneNode } from '../../zone/index.ts'
import type { RegistryObject, RRsetObject } from '../object.ts'
import { Prefix, readRecordKey, recordKey, refOfName } from '../objects/keys.ts'
import { isAddress, typeFault } from '../objects/own-rrsets.ts'
import { decodeRecord } from '../objects/record.ts'
import type { FeedReader } from '../reader.ts'
import {
  type SnapshotHead,
  snapshotDeletionText,
  snapshotEndText,
  snapshotHeadText,
  snapshotObjectText,
} from './line.ts'

/**
 * The snapshot document of a zone's feed, line by line: the operator's own RRsets, then hosts and domains, each in canonical
 * order of their names. What a delegation hides is left out.
 * @returns the lines, each with its end, and lastly how many objects' lines there were
 */
export function* snapshotLines(reader: FeedReader, head: SnapshotHead): Generator<string, number> {
  let objects = 0
  yield snapshotHeadText(nameToText(reader.origin), head)
  for (const object of ownRRsets(reader)) {
    objects++
    yield snapshotObjectText(object)
  }
  for (const prefix of [Prefix.rrsets, Prefix.hosts, Prefix.domains]) {
    for (const { key, value } of reader.states(prefix)) {
      const { live, next } = decodeRecord<RegistryObject>(value)
      if (live !== null) {
        objects++
        yield snapshotObjectText(live)
      }
      if (next === undefined) continue
      objects++
      yield next.object === null ? deletionText(key, next.at, reader.origin) : snapshotObjectText(next.object, next.at)
    }
  }
  yield snapshotEndText(objects)
  return objects
}

function deletionText(key: Uint8Array, at: number, origin: Name): string {
  const { kind, text: name, type } = readRecordKey(key, origin)
  return snapshotDeletionText(kind === 'rrset' ? { kind, name, type: typeToText(type) } : { kind, name }, at)
}

function* ownRRsets(reader: FeedReader): Generator<RRsetObject> {
  const { origin } = reader
  let cut: Name | undefined
  for (const { owner, rrsets } of nodesOf(reader)) {
    const atApex = owner.length === origin.length
    // RFC 1034 4.2.1: from a cut on downwards only what delegates is the zone's.
    if (cut !== undefined && isAtOrBelow(owner, cut)) continue
    if (!atApex && rrsets.some(({ type }) => type === RRType.NS)) {
      cut = owner
      continue
    }
    const name = nameToText(owner)
    const hasHost = () => {
      const value = reader.state(recordKey(Prefix.hosts, refOfName(owner, origin, name)))
      return value !== undefined && decodeRecord(value).live !== null
    }
    for (const rrset of rrsets) {
      const isOwn = typeFault(rrset.type, atApex, false) === undefined
      if (isOwn && !(isAddress(rrset.type) && hasHost())) yield objectOf(name, rrset)
    }
  }
}

function objectOf(name: string, { type, ttl, rdatas }: RRset): RRsetObject {
  return { kind: 'rrset', name, type: typeToText(type), ttl, rdatas: rdatas.map((rdata) => rdataToText(type, rdata)) }
}

/** All nodes of a zone in canonical order, those of an NSEC3 chain left out. */
export function* nodesOf(reader: FeedReader): Generator<ZoneNode> {
  let node = reader.node(reader.origin)
  for (; node !== undefined; node = reader.nodeAfter(node.owner)) yield node
}
