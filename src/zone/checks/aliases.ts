import { RRType } from '../../iana/index.ts'
import type { NodeCheck } from './check.ts'
import { type NodeContext, Place } from './context.ts'

const ANYWHERE = ~Place.NSEC3

/** Types that may stand beside a CNAME: RFC 4034 3 and 4, and RFC 2181 10.1's own SIG, NXT and KEY. */
function mayAccompanyCname(type: number): boolean {
  switch (type) {
    case RRType.RRSIG:
    case RRType.NSEC:
    case RRType.NSEC3:
    case RRType.SIG:
    case RRType.NXT:
    case RRType.KEY:
      return true
    default:
      return false
  }
}

function countOf(context: NodeContext, type: number): number {
  return context.rrset(type)?.rdatas.length ?? 0
}

const cnameMultiple: NodeCheck = {
  name: 'cname-multiple',
  severity: 'error',
  finds: 'A name has more than one CNAME record.',
  why: 'An alias has exactly one canonical name.',
  rfc: 'RFC 2181 10.1',
  peers: 'All refuse.',
  at: ANYWHERE,
  find(context, report) {
    const count = countOf(context, RRType.CNAME)
    if (count < 2) return
    report.add(cnameMultiple, context.owner, RRType.CNAME, () => `${count} CNAME records where one may be`)
  },
}

const cnameAndOther: NodeCheck = {
  name: 'cname-and-other',
  severity: 'error',
  finds: 'A name has a CNAME and other data.',
  why: 'Only RRSIG, NSEC and KEY may stand beside a CNAME: a resolver that has the alias never asks for the rest.',
  rfc: 'RFC 2181 10.1; RFC 4034 3; RFC 4034 4',
  peers: 'All refuse.',
  at: ANYWHERE,
  find(context, report) {
    if (context.rrset(RRType.CNAME) === undefined) return
    const rrsets = context.node.rrsets
    for (let i = 0; i < rrsets.length; i++) {
      const type = rrsets[i]!.type
      if (type === RRType.CNAME || mayAccompanyCname(type)) continue
      report.add(
        cnameAndOther,
        context.owner,
        type,
        () => 'stands beside a CNAME record, which must be alone at its name',
      )
    }
  },
}

const dnameMultiple: NodeCheck = {
  name: 'dname-multiple',
  severity: 'error',
  finds: 'A name has more than one DNAME record.',
  why: 'A name redirects to one place only.',
  rfc: 'RFC 6672 2.4',
  peers: 'All refuse.',
  at: ANYWHERE,
  find(context, report) {
    const count = countOf(context, RRType.DNAME)
    if (count < 2) return
    report.add(dnameMultiple, context.owner, RRType.DNAME, () => `${count} DNAME records where one may be`)
  },
}

const belowDname: NodeCheck = {
  name: 'below-dname',
  severity: 'error',
  finds: 'A name below the owner of a DNAME has records.',
  why: 'The DNAME redirects every name below it: the records could never be reached.',
  rfc: 'RFC 6672 2.4',
  peers: 'NSD and Knot refuse; BIND is silent.',
  at: Place.BELOW_DNAME,
  find({ owner }, report) {
    report.add(belowDname, owner, undefined, () => 'has records, but lies below a DNAME record that redirects it')
  },
}

const dnameAtCut: NodeCheck = {
  name: 'dname-at-cut',
  severity: 'warning',
  finds: 'A delegation also has a DNAME record.',
  why: 'A DNAME may share its name with NS records at an apex only; at a cut the delegation wins.',
  rfc: 'RFC 6672 2.3',
  peers: 'Knot refuses; BIND and NSD are silent.',
  at: Place.CUT,
  find(context, report) {
    if (context.rrset(RRType.DNAME) === undefined) return
    report.add(dnameAtCut, context.owner, RRType.DNAME, () => 'a DNAME record at a delegation is never used')
  },
}

export const aliasChecks: readonly NodeCheck[] = [cnameMultiple, cnameAndOther, dnameMultiple, belowDname, dnameAtCut]
