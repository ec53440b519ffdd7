import { RRType } from '../iana/index.ts'
import { type Name, nameFromText } from '../wire/index.ts'
import type { ParsedQuery } from './query.ts'

/** TXT strings given for the CHAOS names that servers are asked about; those of one left out are REFUSED. */
export interface ChaosNames {
  /** version.bind */
  readonly versionBind?: string | undefined
  /** version.server */
  readonly versionServer?: string | undefined
  /** hostname.bind */
  readonly hostnameBind?: string | undefined
  /** id.server (RFC 4892 2) */
  readonly idServer?: string | undefined
}

/** A text that does not fit in one character-string (RFC 1035 3.3). */
export class ChaosTextError extends Error {
  readonly text: string

  constructor(text: string) {
    super(`'${text}' is longer than 255 octets`)
    this.name = 'ChaosTextError'
    this.text = text
  }
}

/** What the server says of itself in class CH. */
export class ChaosTable {
  readonly #entries: readonly { readonly name: Name; readonly rdatas: readonly Uint8Array[] }[]

  /** @throws ChaosTextError */
  constructor(names: ChaosNames) {
    const texts: [string, string | undefined][] = [
      ['version.bind.', names.versionBind],
      ['version.server.', names.versionServer],
      ['hostname.bind.', names.hostnameBind],
      ['id.server.', names.idServer],
    ]
    this.#entries = texts.flatMap(([name, text]) =>
      text === undefined ? [] : [{ name: nameFromText(name), rdatas: [textRdata(text)] }],
    )
  }

  /** The TXT rdata for a query's name; undefined when there is none, or TXT was not asked for. */
  find(query: ParsedQuery): readonly Uint8Array[] | undefined {
    if (query.qtype !== RRType.TXT && query.qtype !== RRType.ANY) return undefined
    return this.#entries.find(({ name }) => isQname(query, name))?.rdatas
  }
}

function isQname({ qname, qnameLength }: ParsedQuery, name: Name): boolean {
  return name.length === qnameLength && name.every((octet, i) => octet === qname[i])
}

function textRdata(text: string): Uint8Array {
  const octets = new TextEncoder().encode(text)
  if (octets.length > 255) throw new ChaosTextError(text)
  return Uint8Array.of(octets.length, ...octets)
}
