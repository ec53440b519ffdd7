import { RRClass } from '../../iana/index.ts'
import { labelCount, lowerInPlace, type Name } from '../../wire/index.ts'
import { Rrsig } from '../../zone/index.ts'

/** Type, class, original TTL and length before each rdata. */
const RECORD_HEAD = 10

/** Builds what an RRSIG signs, in a buffer that is used again for the next. */
export class SignedData {
  #octets: Uint8Array = new Uint8Array(4096)

  /**
   * RRSIG rdata without the signature, then the records in canonical form and order (RFC 4034 3.1.8.1).
   *
   * @param owner of the RRset, lower case
   * @param rdatas canonical, in canonical order
   * @param rrsig rdata of the RRSIG; only what stands before the signature is read
   * @returns valid until the next call; undefined when the RRSIG claims more labels than the owner has (RFC 4035 5.3.1)
   */
  build(owner: Name, type: number, rdatas: readonly Uint8Array[], rrsig: Uint8Array): Uint8Array | undefined {
    const head = Rrsig.signatureOffset(rrsig)
    const signedName = signedOwner(owner, Rrsig.labels(rrsig))
    if (signedName === undefined) return undefined
    let size = head
    for (let i = 0; i < rdatas.length; i++) size += signedName.length + RECORD_HEAD + rdatas[i]!.length
    if (size > this.#octets.length) this.#octets = new Uint8Array(2 * size)
    const octets = this.#octets
    for (let i = 0; i < head; i++) octets[i] = rrsig[i]!
    // RFC 4034 6.2, item 3: the signer's name is lower case in what is signed.
    lowerInPlace(octets, 18, head)
    let at = head
    for (let i = 0; i < rdatas.length; i++) {
      const rdata = rdatas[i]!
      // Names and most rdata are shorter than what a call of `set` takes the time of.
      for (let j = 0; j < signedName.length; j++) octets[at + j] = signedName[j]!
      at += signedName.length
      octets[at] = type >>> 8
      octets[at + 1] = type
      octets[at + 2] = 0
      octets[at + 3] = RRClass.IN
      for (let j = 0; j < 4; j++) octets[at + 4 + j] = rrsig[4 + j]!
      octets[at + 8] = rdata.length >>> 8
      octets[at + 9] = rdata.length
      at += RECORD_HEAD
      if (rdata.length > 64) octets.set(rdata, at)
      else for (let j = 0; j < rdata.length; j++) octets[at + j] = rdata[j]!
      at += rdata.length
    }
    return octets.subarray(0, size)
  }
}

/** RFC 4035 5.3.2: fewer labels than the owner has mean that the wildcard they lead to was signed. */
function signedOwner(owner: Name, labels: number): Name | undefined {
  const ownerLabels = labelCount(owner)
  if (labels === ownerLabels) return owner
  if (labels > ownerLabels) return undefined
  let at = 0
  for (let i = ownerLabels; i > labels; i--) at += owner[at]! + 1
  const wildcard = new Uint8Array(2 + owner.length - at)
  wildcard[0] = 1
  wildcard[1] = 0x2a
  wildcard.set(owner.subarray(at), 2)
  return wildcard
}
