import type { ZoneCheck } from './check.ts'

export const signatureMissing: ZoneCheck = {
  name: 'signature-missing',
  severity: 'error',
  finds: 'In a signed zone, no RRSIG by a key of the zone covers an authoritative RRset.',
  why: 'Validators find the RRset bogus, or with it the whole zone.',
  rfc: 'RFC 4035 2.2',
  peers: 'dnssec-verify, ldns-verify-zone and kzonecheck: error. BIND, NSD load it.',
}

export const signatureInvalid: ZoneCheck = {
  name: 'signature-invalid',
  severity: 'error',
  finds: 'A signature does not verify: the records, the signature or the key are not those that were signed.',
  why: 'Validators find the RRset bogus, or trust another signature and show that something changed the zone on its way.',
  rfc: 'RFC 4035 5.3.3',
  peers: 'dnssec-verify, ldns-verify-zone and kzonecheck: error. BIND, NSD load it.',
}

export const signatureSigner: ZoneCheck = {
  name: 'signature-signer',
  severity: 'error',
  finds: 'The signer’s name of an RRSIG is not the zone’s.',
  why: 'Only the zone that holds an RRset may sign it.',
  rfc: 'RFC 4034 3.1.7; RFC 4035 5.3.1',
  peers: 'dnssec-verify, ldns-verify-zone and kzonecheck: error. BIND, NSD load it.',
}

export const signatureLabels: ZoneCheck = {
  name: 'signature-labels',
  severity: 'error',
  finds: 'The Labels field of an RRSIG does not count the labels of its owner.',
  why: 'Too many: invalid everywhere. Too few: the record looks like the answer of a wildcard that is not there.',
  rfc: 'RFC 4034 3.1.3; RFC 4035 5.3.1',
  peers: 'dnssec-verify, ldns-verify-zone and kzonecheck: error. BIND, NSD load it.',
}

export const signatureExpired: ZoneCheck = {
  name: 'signature-expired',
  severity: 'warning',
  finds: 'A signature has expired.',
  why: 'Validators refuse it. But the zone is served as it is: it may be re-signed and sent again any minute, and most resolvers still get answers.',
  rfc: 'RFC 4035 5.3.1',
  peers: 'dnssec-verify, ldns-verify-zone and kzonecheck: error. BIND, NSD, Knot serve it.',
  summary: true,
}

export const signatureEarly: ZoneCheck = {
  name: 'signature-not-yet-valid',
  severity: 'warning',
  finds: 'The inception of a signature lies in the future.',
  why: 'Validators refuse it until then; one of the two clocks may be wrong.',
  rfc: 'RFC 4035 5.3.1',
  peers: 'ldns-verify-zone and kzonecheck: error; dnssec-verify accepts it. BIND, NSD, Knot serve it.',
  summary: true,
}

export const signatureTtl: ZoneCheck = {
  name: 'signature-original-ttl',
  severity: 'warning',
  finds: 'The Original TTL of an RRSIG is not the TTL of the RRset.',
  why: 'It is to be the TTL that the zone gives. Validators take the smaller and verify with the original.',
  rfc: 'RFC 4034 3.1.4; RFC 4035 2.2',
  peers: 'dnssec-verify and kzonecheck: error; ldns-verify-zone accepts it. BIND, NSD load it.',
}

export const signatureWithoutKey: ZoneCheck = {
  name: 'signature-without-key',
  severity: 'warning',
  finds: 'No DNSKEY at the apex has the key tag and algorithm of an RRSIG.',
  why: 'It helps no validator. It does no harm either while another covers the RRset, as in a change of algorithm.',
  rfc: 'RFC 4035 2.2; RFC 6781 4.1.4',
  peers: 'All verifiers: error if no other signature is left. BIND, NSD load it.',
}

export const signatureMisplaced: ZoneCheck = {
  name: 'signature-misplaced',
  severity: 'warning',
  finds: 'A signature covers glue, the NS RRset of a delegation or other data of a child zone.',
  why: 'That data is the child’s, and only the child’s signature would mean anything.',
  rfc: 'RFC 4035 2.2',
  peers: 'ldns-verify-zone and kzonecheck: error for glue; dnssec-verify accepts it. BIND, NSD load it.',
}

export const signatureOfNothing: ZoneCheck = {
  name: 'signature-of-nothing',
  severity: 'warning',
  finds: 'A signature covers a type that its owner does not have.',
  why: 'The RRset was lost on the way, or the signature was left behind.',
  rfc: 'RFC 4034 3',
  peers: 'dnssec-verify and kzonecheck: error; ldns-verify-zone accepts it. BIND, NSD load it.',
}

export const algorithmIncomplete: ZoneCheck = {
  name: 'algorithm-incomplete',
  severity: 'warning',
  finds: 'An RRset lacks signatures of an algorithm that the zone has keys of.',
  why: 'Signers must sign with every algorithm of the DNSKEY RRset; validators must accept any one of them.',
  rfc: 'RFC 4035 2.2; RFC 6840 5.11',
  peers: 'dnssec-verify: error where a key-signing key of that algorithm signs the keys; the others accept it.',
  summary: true,
}

export const dnskeyUnsigned: ZoneCheck = {
  name: 'dnskey-unsigned',
  severity: 'warning',
  finds: 'The apex has DNSKEY records, but nothing at the apex is signed.',
  why: 'If the parent zone has a DS record, validators find the whole zone bogus.',
  rfc: 'RFC 4035 2.1; RFC 4035 2.2',
  peers: 'dnssec-verify, ldns-verify-zone: error. BIND, NSD and Knot load it.',
}

export const dnskeyUnusable: ZoneCheck = {
  name: 'dnskey-unusable',
  severity: 'warning',
  finds: 'A DNSKEY at the apex lacks the Zone Key flag, or has a protocol other than 3.',
  why: 'Validators must not verify anything with it.',
  rfc: 'RFC 4034 2.1.1; RFC 4034 2.1.2',
  peers: 'kzonecheck: error; the others skip the key.',
}

export const signatureChecks: readonly ZoneCheck[] = [
  signatureMissing,
  signatureInvalid,
  signatureSigner,
  signatureLabels,
  signatureExpired,
  signatureEarly,
  signatureTtl,
  signatureWithoutKey,
  signatureMisplaced,
  signatureOfNothing,
  algorithmIncomplete,
  dnskeyUnsigned,
  dnskeyUnusable,
]
