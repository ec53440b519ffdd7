import { RRType } from '../../iana/index.ts'
import { Nsec3Param } from '../nsec3-rdata.ts'
import type { NodeCheck, ZoneCheck } from './check.ts'
import { Place } from './context.ts'

export const nsec3Missing: ZoneCheck = {
  name: 'nsec3-missing',
  severity: 'error',
  finds: 'A name has no NSEC3 record, and is not an unsigned delegation, or above such only, in a span with Opt-Out.',
  why: 'The record that covers its hash denies that the name exists.',
  rfc: 'RFC 5155 7.1',
  peers: 'dnssec-verify, They skip such records; where no other chain is left, dnssec-verify and kzonecheck: error.',
}

export const nsec3Chain: ZoneCheck = {
  name: 'nsec3-chain',
  severity: 'error',
  finds: 'The next hash of an NSEC3 record is not the hash that follows; after the last comes the first.',
  why: 'A name that exists is denied, or one that does not exist cannot be.',
  rfc: 'RFC 5155 3.1.7; RFC 5155 7.1',
  peers: 'dnssec-verify, They skip such records; where no other chain is left, dnssec-verify and kzonecheck: error.',
}

export const nsec3Bitmap: ZoneCheck = {
  name: 'nsec3-bitmap',
  severity: 'error',
  finds: 'The types in an NSEC3 record are not those that the name has.',
  why: 'A type that exists is denied, or one that does not exist cannot be.',
  rfc: 'RFC 5155 3.1.8; RFC 5155 7.1',
  peers: 'dnssec-verify, They skip such records; where no other chain is left, dnssec-verify and kzonecheck: error.',
}

export const nsec3Extra: ZoneCheck = {
  name: 'nsec3-extra',
  severity: 'error',
  finds: 'An NSEC3 record that matches no name of the zone, stands twice, or has an owner that is no hash.',
  why: 'Its hash cannot be denied: names that hash to it, or lie below such, would seem to exist.',
  rfc: 'RFC 5155 3; RFC 5155 7.1',
  peers: 'dnssec-verify and kzonecheck: error; ldns-verify-zone accepts it. BIND, NSD load it.',
}

export const nsec3Unlisted: ZoneCheck = {
  name: 'nsec3-unlisted',
  severity: 'warning',
  finds: 'An NSEC3 record has flags that are not defined, or hash parameters that no NSEC3PARAM at the apex has.',
  why: 'It is not used: servers answer from a chain that NSEC3PARAM tells them to be complete.',
  rfc: 'RFC 5155 4; RFC 5155 8.2',
  peers: 'They skip such records; where no other chain is left, dnssec-verify and kzonecheck: error.',
  summary: true,
}

export const nsec3Unchecked: ZoneCheck = {
  name: 'nsec3-unchecked',
  severity: 'warning',
  finds:
    'A chain that was not checked: its hash algorithm is unknown, its iterations are more than 150, or the zone has more than 4 chains.',
  why: 'Validators treat such a zone as unsigned, and each hash would cost as much again as many.',
  rfc: 'RFC 9276 3.2; RFC 5155 8.1',
  peers: 'BIND, Knot and Unbound set the same limit of 150.',
}

const nsec3Iterations: NodeCheck = {
  name: 'nsec3-iterations',
  severity: 'warning',
  finds: 'NSEC3PARAM asks for additional iterations of the hash.',
  why: 'They cost every server and resolver time and hide nothing; validators may treat the zone as unsigned.',
  rfc: 'RFC 9276 3.1',
  peers: 'BIND warns above 150; dnssec-signzone and kzonesign default to 0.',
  at: Place.APEX,
  find(context, report) {
    for (const rdata of context.rrset(RRType.NSEC3PARAM)?.rdatas ?? []) {
      const iterations = Nsec3Param.iterations(rdata)
      if (iterations === 0) continue
      report.add(nsec3Iterations, context.owner, RRType.NSEC3PARAM, () => `${iterations} iterations, which should be 0`)
    }
  },
}

const nsec3Salt: NodeCheck = {
  name: 'nsec3-salt',
  severity: 'warning',
  finds: 'NSEC3PARAM has a salt.',
  why: 'Names are hashed with the zone they are in, so that a salt protects nothing.',
  rfc: 'RFC 9276 3.1',
  peers: 'All are silent.',
  at: Place.APEX,
  find(context, report) {
    for (const rdata of context.rrset(RRType.NSEC3PARAM)?.rdatas ?? []) {
      const { length } = Nsec3Param.salt(rdata)
      if (length === 0) continue
      report.add(nsec3Salt, context.owner, RRType.NSEC3PARAM, () => `a salt of ${length} octets, which should be empty`)
    }
  },
}

export const nsec3Checks: readonly NodeCheck[] = [nsec3Iterations, nsec3Salt]
