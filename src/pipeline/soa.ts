import { nextSerial, type SerialScheme, soaSerial, withSerial } from '../dnssec/sign/index.ts'
import { type RRset, serialTimeBefore } from '../zone/index.ts'

/**
 * The SOA RRset of new data with a serial that is not before that of the version before, unless the data's serial is to be
 * kept. An RRset that is not one record is left for the checks to refuse.
 */
export function notBefore(soa: RRset, before: number | undefined, scheme: SerialScheme): RRset {
  const [rdata] = soa.rdatas
  if (before === undefined || scheme === 'keep' || rdata === undefined || soa.rdatas.length > 1) return soa
  return serialTimeBefore(soaSerial(rdata), before) ? { ...soa, rdatas: [withSerial(rdata, before)] } : soa
}

/** The SOA RRset with the serial after its own. @param now seconds since 1970 */
export function numberedOn(soa: RRset, scheme: SerialScheme, now: number): RRset {
  return { ...soa, rdatas: soa.rdatas.map((rdata) => withSerial(rdata, nextSerial(soaSerial(rdata), scheme, now))) }
}
