import { algorithmToText, digestSize, RRType } from '../../iana/index.ts'
import { nameToText } from '../../wire/index.ts'
import type { NodeCheck } from './check.ts'
import { isWildcard, Place } from './context.ts'

/** True for the types that speak with authority at a cut, and for the proofs that go with them (RFC 4035 2.4, 2.3). */
function belongsAtCut(type: number): boolean {
  switch (type) {
    case RRType.NS:
    case RRType.DS:
    case RRType.NSEC:
    case RRType.NSEC3:
    case RRType.RRSIG:
      return true
    default:
      return false
  }
}

/** Addresses at a cut may be the glue of any delegation of the zone: HostTracker judges them. */
export const occluded: NodeCheck = {
  name: 'occluded',
  severity: 'warning',
  finds:
    'Data at or below a delegation that is neither its NS or DS nor an address that may be glue: at a delegation, that ' +
    'of a host which NS, MX or SRV records name.',
  why: 'It belongs to the child zone: this server answers with a referral, and never with the data.',
  rfc: 'RFC 1034 4.2.1; RFC 2136 7.18',
  peers: 'All load it and are silent.',
  at: Place.CUT | Place.BELOW_CUT,
  find(context, report) {
    const rrsets = context.node.rrsets
    const atCut = context.place === Place.CUT
    for (let i = 0; i < rrsets.length; i++) {
      const type = rrsets[i]!.type
      if (type === RRType.A || type === RRType.AAAA) continue
      if (atCut ? belongsAtCut(type) : type === RRType.RRSIG || type === RRType.NSEC) continue
      report.add(occluded, context.owner, type, () =>
        atCut
          ? 'hidden by the delegation at the same name'
          : `hidden by the delegation ${nameToText(context.cut)}; only addresses of nameservers are of use there`,
      )
    }
  },
}

const wildcardDelegation: NodeCheck = {
  name: 'wildcard-ns',
  severity: 'warning',
  finds: 'The owner of a delegation is a wildcard.',
  why: 'What an NS RRset at a wildcard means is left undefined; it is served as a delegation of the name `*` itself.',
  rfc: 'RFC 4592 4.2',
  peers: 'BIND refuses; NSD and Knot are silent.',
  at: Place.CUT,
  find({ owner }, report) {
    if (!isWildcard(owner)) return
    report.add(wildcardDelegation, owner, RRType.NS, () => 'NS records at a wildcard have no defined meaning')
  },
}

const dsWithoutNs: NodeCheck = {
  name: 'ds-without-ns',
  severity: 'warning',
  finds: 'A name below the apex has DS but no NS records.',
  why: 'DS vouches for the keys of a delegated zone; there is no delegation.',
  rfc: 'RFC 4035 2.4',
  peers: 'All load it and are silent.',
  at: Place.AUTHORITATIVE,
  find(context, report) {
    if (context.rrset(RRType.DS) === undefined) return
    report.add(dsWithoutNs, context.owner, RRType.DS, () => 'DS records, but no NS records that delegate the name')
  },
}

const DS_DIGEST_AT = 4

const dsDigestLength: NodeCheck = {
  name: 'ds-digest-length',
  severity: 'warning',
  finds: 'The digest of a DS record has a length that its digest type does not have.',
  why: 'No key can match it: a validator that relies on it finds the child zone bogus.',
  rfc: 'RFC 4034 5.1.4; RFC 4509 2.2; RFC 6605 2',
  peers: 'BIND cannot read it; Knot: error; NSD is silent.',
  at: Place.CUT | Place.AUTHORITATIVE,
  find(context, report) {
    const ds = context.rrset(RRType.DS)
    if (ds === undefined) return
    for (const rdata of ds.rdatas) {
      const expected = digestSize(rdata[3]!)
      const octets = rdata.length - DS_DIGEST_AT
      if (expected === undefined || expected === octets) continue
      report.add(
        dsDigestLength,
        context.owner,
        RRType.DS,
        () => `digest of ${octets} octets where digest type ${rdata[3]} has ${expected}`,
      )
    }
  },
}

const dsUnknown: NodeCheck = {
  name: 'ds-unknown',
  severity: 'warning',
  finds: 'A DS record has a key algorithm or digest type that is not assigned.',
  why: 'No validator can use it; if there is no other DS, the child zone counts as unsigned.',
  rfc: 'RFC 4035 5.2; RFC 8624 3.1; RFC 8624 3.3',
  peers: 'Knot: error; BIND and NSD are silent.',
  at: Place.CUT | Place.AUTHORITATIVE,
  find(context, report) {
    const ds = context.rrset(RRType.DS)
    if (ds === undefined) return
    for (const rdata of ds.rdatas) {
      const algorithm = rdata[2]!
      const digestType = rdata[3]!
      // A mnemonic is given to every number that is assigned; RFC 8078 4 reserves 0 for CDS records.
      if (algorithm === 0 || algorithmToText(algorithm) === String(algorithm)) {
        report.add(dsUnknown, context.owner, RRType.DS, () => `unknown key algorithm ${algorithm}`)
      } else if (digestSize(digestType) === undefined) {
        report.add(dsUnknown, context.owner, RRType.DS, () => `unknown digest type ${digestType}`)
      }
    }
  },
}

export const delegationChecks: readonly NodeCheck[] = [
  occluded,
  wildcardDelegation,
  dsWithoutNs,
  dsDigestLength,
  dsUnknown,
]
