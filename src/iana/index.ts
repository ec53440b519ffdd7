/** The number registries of the DNS as constants and tables; imports nothing. */
export { algorithmFromText, algorithmToText, DigestType, DnssecAlgorithm, digestSize } from './dnssec.ts'
export { EdnsOption, ExtendedError } from './edns.ts'
export { Opcode, opcodeToText, Rcode, rcodeToText } from './message.ts'
export { classFromText, classToText, RRClass } from './rrclass.ts'
export { isMetaType, RRType, type RRTypeName, typeFromOctets, typeFromText, typeToText } from './rrtype.ts'
