/** Names, rdata and messages as octets on the wire, and as text. */
export { copyOctets, IN_HEAP, ownOctets } from './copy.ts'
export { type EdnsFault, EdnsQuery, MIN_UDP_PAYLOAD, questionEnd } from './edns.ts'
export {
  OPT_LENGTH,
  OPTION_HEADER_LENGTH,
  writeExtendedError,
  writeKeepalive,
  writeNsid,
  writeOpt,
  writeOption,
  writePadding,
} from './edns-write.ts'
export {
  additionalCount,
  answerCount,
  authorityCount,
  getUint16,
  getUint32,
  HEADER_LENGTH,
  HeaderFlag,
  isResponse,
  messageFlags,
  messageId,
  messageOpcode,
  messageRcode,
  questionCount,
  setUint16,
  setUint32,
  writeHeader,
} from './header.ts'
export {
  compareNames,
  type DecompressedName,
  decompressName,
  isAtOrBelow,
  LOWER,
  labelCount,
  labelOffsets,
  lowerInPlace,
  lowerName,
  MAX_LABEL_LENGTH,
  MAX_LABELS,
  MAX_NAME_LENGTH,
  type Name,
  NameError,
  nameLength,
  namesEqual,
  parentOf,
  ROOT,
} from './name.ts'
export { nameFromText, nameTextAt, nameToText, parseName } from './name-text.ts'
export { octetText } from './octet-text.ts'
export {
  base32HexToText,
  bitmapTypes,
  canonicalizeRdata,
  checkRdata,
  forEachName,
  isCompressible,
  MAX_RDATA_LENGTH,
  type NameVisitor,
  parseBase32Hex,
  parseIpv4,
  parseIpv6,
  parseRdata,
  RdataError,
  type RdataTokens,
  rdataFromText,
  rdataToGenericText,
  rdataToText,
  readSeconds,
  readSignatureTime,
  secondsFromText,
  signatureTimeToText,
} from './rdata/index.ts'
export { skipName, skipRecord } from './records.ts'
export { MessageWriter, type Section } from './writer.ts'
