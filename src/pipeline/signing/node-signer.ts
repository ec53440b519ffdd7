import { type SignatureSchedule, signaturesFor, type ZoneKeys } from '../../dnssec/sign/index.ts'
import { RRType } from '../../iana/index.ts'
import type { Name } from '../../wire/index.ts'
import { DigestedRecords, type RRset, type ZoneNode } from '../../zone/index.ts'
import { RecordPrinter } from '../../zonefile/index.ts'
import { printNode } from '../print-node.ts'
import {
  NodePacker,
  PACKED_KEY_AT,
  type PackedNode,
  PackedNodeCursor,
  packedKeyEnd,
  packedLength,
  unpackNode,
} from './packed-node.ts'
import { SignatureCheck } from './signature-check.ts'

/** What signing gives out. */
export const SignedForm = {
  /** Lines of a zone file. */
  TEXT: 0,
  /** Records as a ZONEMD digest takes them. */
  DIGESTED: 1,
  /** Packed nodes, with signatures. */
  NODES: 2,
} as const

/** Takes octets of one form, in the order of the nodes; they are valid during the call only. */
export type SignedVisitor = (form: number, octets: Uint8Array) => void

export interface NodeSignerOptions {
  readonly keys: ZoneKeys
  readonly schedule: SignatureSchedule
  /** Seconds since 1970. */
  readonly now: number
  /** Of `SignedForm`; each is given out by itself. */
  readonly forms: readonly number[]
  /** DNSKEY rdata as the zone will publish them: each signature is verified with them as soon as it is made. */
  readonly verifyWith?: readonly Uint8Array[]
}

const NONE: Uint8Array[] = []

/** Signs packed nodes. Whatever the thread, this is what works in it. */
export class NodeSigner {
  readonly #options: NodeSignerOptions
  readonly #visit: SignedVisitor
  readonly #printer: RecordPrinter | undefined
  readonly #packer: NodePacker | undefined
  readonly #check: SignatureCheck | undefined
  readonly #cursor = new PackedNodeCursor()
  #digested: DigestedRecords | undefined

  constructor(options: NodeSignerOptions, visit: SignedVisitor) {
    this.#options = options
    this.#visit = visit
    this.#printer = options.forms.includes(SignedForm.TEXT) ? new RecordPrinter(1 << 20) : undefined
    const { verifyWith, keys } = options
    this.#check = verifyWith && new SignatureCheck(verifyWith, keys)
    this.#packer = options.forms.includes(SignedForm.NODES) ? new NodePacker(1 << 20) : undefined
  }

  /**
   * Signs the nodes packed at `buf[start..end)`, none of which is the apex, and gives them out.
   * @throws SignatureRefusal
   */
  sign(buf: Uint8Array, start: number, end: number): void {
    const digested = this.#options.forms.includes(SignedForm.DIGESTED) ? this.#digestedRecords() : undefined
    const isOnlyPrinted = this.#packer === undefined && digested === undefined
    for (let at = start; at < end; at += packedLength(buf, at)) {
      if (isOnlyPrinted && this.#printer !== undefined) {
        this.#print(this.#printer, buf, at)
        continue
      }
      const node = this.#signed(unpackNode(buf, at))
      if (this.#printer !== undefined) printNode(this.#printer, node)
      this.#packer?.node(buf.subarray(at + PACKED_KEY_AT, packedKeyEnd(buf, at)), node, () => false)
      digested?.node(node)
    }
    digested?.flush()
    if (this.#printer !== undefined) {
      this.#visit(SignedForm.TEXT, this.#printer.text)
      this.#printer.clear()
    }
    if (this.#packer !== undefined) {
      this.#visit(SignedForm.NODES, this.#packer.buf.subarray(0, this.#packer.length))
      this.#packer.clear()
    }
  }

  /** Prints the node packed at `at`, signed: most of a registry's nodes have nothing to sign, and are not unpacked for it. */
  #print(printer: RecordPrinter, buf: Uint8Array, at: number): void {
    const node = this.#cursor
    node.enter(buf, at)
    let owner: Name | undefined
    let isFirst = true
    while (node.nextRRset()) {
      const { type, ttl, toSign } = node
      const rdatas = toSign ? [] : NONE
      for (let i = 0; node.nextRecord(); i++) {
        const { start, end } = node
        if (i > 0) printer.recordOfRRset(buf, start, end)
        else if (isFirst) printer.record(buf, node.ownerStart, ttl, type, buf, start, end)
        else printer.recordOfOwner(ttl, type, buf, start, end)
        isFirst = false
        if (toSign) rdatas.push(buf.subarray(start, end))
      }
      while (node.nextSignature()) if (!toSign) printer.recordOfOwner(ttl, RRType.RRSIG, buf, node.start, node.end)
      if (!toSign) continue
      owner ??= buf.subarray(node.ownerStart, node.ownerEnd)
      const signatures = this.#signatures(owner, { type, ttl, rdatas })
      for (let i = 0; i < signatures.length; i++) printer.recordOfOwner(ttl, RRType.RRSIG, signatures[i]!)
    }
  }

  /** The node with signatures on what is to have them. */
  #signed({ owner, rrsets }: PackedNode): ZoneNode {
    const signed: RRset[] = []
    for (let i = 0; i < rrsets.length; i++) {
      const rrset = rrsets[i]!
      const { type, ttl, rdatas, toSign } = rrset
      signed.push(toSign ? { type, ttl, rdatas, signatures: this.#signatures(owner, rrset) } : rrset)
    }
    return { owner, rrsets: signed }
  }

  #signatures(owner: Name, rrset: Pick<RRset, 'type' | 'ttl' | 'rdatas'>): Uint8Array[] {
    const { keys, schedule, now } = this.#options
    const signatures = signaturesFor(keys, owner, rrset, schedule, now)
    this.#check?.verify(owner, { ...rrset, signatures })
    return signatures
  }

  #digestedRecords(): DigestedRecords {
    // An origin that no node has: the apex, whose ZONEMD is left out, does not come here.
    this.#digested ??= new DigestedRecords(new Uint8Array(0), (octets) => this.#visit(SignedForm.DIGESTED, octets))
    return this.#digested
  }
}
