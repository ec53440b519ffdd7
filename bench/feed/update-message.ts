import { RRType } from '../../src/iana/index.ts'
import { HEADER_LENGTH, type Name, nameFromText, rdataFromText } from '../../src/wire/index.ts'
import type { DomainChange } from './changes.ts'
import type { Delegation } from './delegations.ts'

/** As registries publish them. */
const TTL = 86_400
const OPCODE_UPDATE = 5
const CLASS_IN = 1
const CLASS_ANY = 255
const TYPE_ANY = 255
const NO_RDATA = new Uint8Array()

/** A dynamic update (RFC 2136) of some changes, without its length; the message id is 0. */
export function updateMessage(origin: Name, changes: readonly DomainChange[]): Buffer {
  const records = changes.flatMap((change) => [...recordsOf(change)])
  const header = Buffer.alloc(HEADER_LENGTH)
  header.writeUInt16BE(OPCODE_UPDATE << 11, 2)
  // RFC 2136 2.2: one zone, no prerequisites, the updates.
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(records.length, 8)
  const zone = Buffer.from([0, RRType.SOA, 0, CLASS_IN])
  return Buffer.concat([header, origin, zone, ...records])
}

/** The update section's records for one change (RFC 2136 2.5). */
function* recordsOf({ before, after }: DomainChange): Generator<Buffer> {
  const owner = nameFromText((after ?? before!).name)
  const kept = new Set(after?.hosts.map(({ name }) => name))
  for (const { name } of before?.hosts ?? []) if (!kept.has(name)) yield everything(nameFromText(name))
  if (after === undefined) {
    yield everything(owner)
    return
  }
  if (before?.ns !== after.ns) yield* rrset(owner, RRType.NS, before?.ns.length ?? 0, after.ns)
  if (before?.ds !== after.ds) yield* rrset(owner, RRType.DS, before?.ds.length ?? 0, dsTexts(after))
  for (const host of after.hosts) {
    if (before?.hosts.includes(host)) continue
    for (const type of [RRType.A, RRType.AAAA]) {
      const texts = host.addrs.filter((text) => text.includes(':') === (type === RRType.AAAA))
      yield* rrset(nameFromText(host.name), type, 0, texts)
    }
  }
}

function dsTexts({ ds }: Delegation): string[] {
  return ds.map(({ keyTag, algorithm, digestType, digest }) => `${keyTag} ${algorithm} ${digestType} ${digest}`)
}

function* rrset(owner: Name, type: number, had: number, texts: readonly string[]): Generator<Buffer> {
  if (had > 0) yield record(owner, type, CLASS_ANY, 0, NO_RDATA)
  for (const text of texts) yield record(owner, type, CLASS_IN, TTL, rdataFromText(type, text))
}

/** RFC 2136 2.5.3: all RRsets of a name are to go. */
function everything(owner: Name): Buffer {
  return record(owner, TYPE_ANY, CLASS_ANY, 0, NO_RDATA)
}

function record(owner: Name, type: number, klass: number, ttl: number, rdata: Uint8Array): Buffer {
  const fields = Buffer.alloc(10)
  fields.writeUInt16BE(type, 0)
  fields.writeUInt16BE(klass, 2)
  fields.writeUInt32BE(ttl, 4)
  fields.writeUInt16BE(rdata.length, 8)
  return Buffer.concat([owner, fields, rdata])
}
