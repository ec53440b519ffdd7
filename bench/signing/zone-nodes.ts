import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { KeyStoreDescriptor } from '../../src/dnssec/keystore/index.ts'
import type { PublishedKeys, SigningContext } from '../../src/dnssec/sign/index.ts'
import { ProgressReporter } from '../../src/pipeline/progress.ts'
import { parseInto, RecordStage } from '../../src/pipeline/record-stage.ts'
import {
  NodePacker,
  packedKey,
  packedLength,
  SignedForm,
  unpackNode,
  WholeZoneSigning,
} from '../../src/pipeline/signing/index.ts'

/** A zone's nodes with its chain, but for the apex, packed and ready to be signed. */
export interface ZoneNodes {
  readonly buf: Uint8Array
  readonly length: number
  /** RRsets that are to be signed. */
  readonly rrsets: number
  /** Octets that are signed for one of them, at the mean. */
  readonly signedOctets: number
}

/** Octets of an RRSIG's rdata before the signer's name, and of a record besides owner and rdata (RFC 4034 3.1). */
const RRSIG_HEAD = 18
const RECORD_HEAD = 10

/** Reads a zone file, and takes the signatures that signing it once made away again. */
export async function readZoneNodes(
  file: string,
  context: SigningContext,
  published: PublishedKeys,
  store: KeyStoreDescriptor,
  folder: string,
): Promise<ZoneNodes> {
  const { origin } = context
  const nothing = () => {}
  const observer = { outOfZone: nothing, duplicate: nothing, differingTtls: nothing }
  const work = join(folder, 'nodes')
  mkdirSync(work, { recursive: true })
  const signing = new WholeZoneSigning({ context, published, store, folder: work })
  const packer = new NodePacker()
  let rrsets = 0
  let octets = 0
  try {
    const stage = new RecordStage(origin, observer, join(work, 'records'))
    parseInto(stage, origin, file, new ProgressReporter(undefined), () => true)
    stage.drain((node, key) => signing.add(node, key))
    const visitor = {
      apex: nothing,
      zonemd: nothing,
      octets(buf: Uint8Array) {
        for (let at = 0; at < buf.length; at += packedLength(buf, at)) {
          const node = unpackNode(buf, at)
          const signed = new Set<number>()
          for (const { type, rdatas, signatures } of node.rrsets) {
            if (signatures.length === 0) continue
            signed.add(type)
            rrsets += signatures.length
            for (const rdata of rdatas) octets += signatures.length * (node.owner.length + RECORD_HEAD + rdata.length)
            octets += signatures.length * (RRSIG_HEAD + origin.length)
          }
          const bare = { owner: node.owner, rrsets: node.rrsets.map((rrset) => ({ ...rrset, signatures: [] })) }
          packer.node(packedKey(buf, at), bare, (type) => signed.has(type))
        }
      },
    }
    await signing.sign(SignedForm.NODES, visitor, nothing)
  } finally {
    signing.dispose()
    rmSync(work, { recursive: true, force: true })
  }
  return { buf: packer.buf, length: packer.length, rrsets, signedOctets: Math.round(octets / Math.max(1, rrsets)) }
}
