/** DNS classes (IANA "DNS CLASSes"). NONE and ANY stand only in queries and updates (RFC 2136 2.4, RFC 1035 3.2.5). */
export const RRClass = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 } as const

const namesByCode = new Map<number, string>(Object.entries(RRClass).map(([name, code]) => [code, name]))
const codesByName = new Map<string, number>(Object.entries(RRClass))

/** The mnemonic of a class, or CLASSn (RFC 3597 5) when it has none. */
export function classToText(code: number): string {
  return namesByCode.get(code) ?? `CLASS${code}`
}

/** Reads a class mnemonic or CLASSn (RFC 3597 5), without case; undefined when the text names no class. */
export function classFromText(text: string): number | undefined {
  const upper = text.toUpperCase()
  const known = codesByName.get(upper)
  if (known !== undefined) return known
  const generic = /^CLASS(\d{1,5})$/.exec(upper)
  if (generic === null) return undefined
  const code = Number(generic[1])
  return code > 0xffff ? undefined : code
}
