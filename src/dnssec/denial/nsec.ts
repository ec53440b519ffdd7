import { MAX_NAME_LENGTH, type Name } from '../../wire/index.ts'
import type { TypeBitmap } from '../../zone/checks/index.ts'

/**
 * NSEC rdata (RFC 4034 4.1).
 * @param next lower case, so that signatures made after RFC 4034 6.2 and after RFC 6840 5.1 are the same
 */
export function nsecRdata(next: Name, bitmap: Uint8Array, bitmapLength: number = bitmap.length): Uint8Array {
  const rdata = new Uint8Array(next.length + bitmapLength)
  rdata.set(next)
  for (let i = 0; i < bitmapLength; i++) rdata[next.length + i] = bitmap[i]!
  return rdata
}

/** Takes the NSEC rdata of the name that was given to the chain before. */
export type NsecVisitor = (rdata: Uint8Array) => void

/** Links the names of a zone as they stream by: a name's NSEC record is known when the next name is (RFC 4034 4.1.1). */
export class NsecChain {
  readonly #origin: Name
  readonly #visit: NsecVisitor
  readonly #bitmap = new Uint8Array(MAX_NAME_LENGTH + 256 * 34)
  #bitmapLength = -1

  constructor(origin: Name, visit: NsecVisitor) {
    this.#origin = origin
    this.#visit = visit
  }

  /**
   * Takes the next name of the chain; before that, the visitor gets the record of the one before. Names come in
   * canonical order (RFC 4034 6.1), the apex first; empty non-terminals are none (RFC 4035 2.3).
   */
  name(owner: Name, bitmap: TypeBitmap): void {
    this.#close(owner)
    this.#bitmap.set(bitmap.octets.subarray(0, bitmap.length))
    this.#bitmapLength = bitmap.length
  }

  /** The last record leads back to the apex. */
  finish(): void {
    this.#close(this.#origin)
    this.#bitmapLength = -1
  }

  #close(next: Name): void {
    if (this.#bitmapLength >= 0) this.#visit(nsecRdata(next, this.#bitmap, this.#bitmapLength))
  }
}
