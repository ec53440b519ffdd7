/** Operation codes of the message header (IANA "DNS OpCodes"). */
export const Opcode = { QUERY: 0, IQUERY: 1, STATUS: 2, NOTIFY: 4, UPDATE: 5, DSO: 6 } as const

const opcodeNames = new Map<number, string>(Object.entries(Opcode).map(([name, code]) => [code, name]))

/** The name of an operation code, or OPCODEn when it has none. */
export function opcodeToText(code: number): string {
  return opcodeNames.get(code) ?? `OPCODE${code}`
}

/**
 * Response codes (IANA "DNS RCODEs"). Those above 15 take the OPT record's upper eight bits (RFC 6891 6.1.3) or stand
 * in TSIG and TKEY records. BADSIG of TSIG shares 16 with BADVERS (RFC 8945 3).
 */
export const Rcode = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  DSOTYPENI: 11,
  BADVERS: 16,
  BADKEY: 17,
  BADTIME: 18,
  BADMODE: 19,
  BADNAME: 20,
  BADALG: 21,
  BADTRUNC: 22,
  BADCOOKIE: 23,
} as const

const rcodeNames = new Map<number, string>(Object.entries(Rcode).map(([name, code]) => [code, name]))

/** The name of a response code, or RCODEn when it has none. */
export function rcodeToText(code: number): string {
  return rcodeNames.get(code) ?? `RCODE${code}`
}
