import type { AcceptedDifference, Difference } from './comparison.ts'
import { recordText, TYPE } from './message.ts'
import { inDomainGlue, isReferral, type View } from './view.ts'

/** Octets within which one server's reply may fit where another's does not: compression and options differ by less. */
const NEAR = 100

const lines = (text: string) => text.split('\n').filter(Boolean)

const subset = (part: readonly string[], whole: readonly string[]) => part.every((line) => whole.includes(line))

/** Octets of the whole reply of any server come near what the client takes. */
function nearLimit({ query, full, subject, references }: Difference): boolean {
  if (query.transport !== 'udp') return false
  const limit = Math.min(query.limit, 1232)
  const sizes = [full.subject, ...full.references, subject, ...references].map((view) => view.message?.length ?? 0)
  return sizes.some((size) => Math.abs(size - limit) <= NEAR)
}

/** The reply left out glue in its own zone that the same reply over TCP holds. */
function leavesOutGlue(cut: View, whole: View): boolean {
  return !cut.message?.tc && !subset(inDomainGlue(whole), inDomainGlue(cut))
}

/** The answer is an alias's, whose target was looked up next. */
const leadsOn = ({ message }: View) => message?.answer.some((record) => record.type === TYPE.CNAME) === true

/** Its rcode is that of the same server's reply over TCP, or NOERROR of a reply cut short before the chain's end. */
function isSoFarAs({ message, fields }: View, whole: View): boolean {
  return fields.rcode === whole.fields.rcode || (message?.tc === true && message.rcode === 0)
}

/** The reply left out, without TC, the SOA that the same reply over TCP holds. */
function leavesOutSoa(cut: View, whole: View): boolean {
  const holdsSoa = ({ message }: View) => message?.authority.some((record) => record.type === TYPE.SOA) === true
  return cut.message?.tc === false && !holdsSoa(cut) && holdsSoa(whole)
}

/** What zonecut does otherwise than the peers, on purpose. docs/differences.md has a section for each id. */
export const ACCEPTED: readonly AcceptedDifference[] = [
  {
    id: 'glue-or-tc',
    explains({ field, query, subject, references, full }) {
      if (field !== 'tc' || query.transport !== 'udp' || !subject.message?.tc || !isReferral(full.subject)) return false
      return references.some((view) => leavesOutGlue(view, full.subject))
    },
  },
  {
    id: 'near-the-limit',
    explains: (difference) => difference.field === 'tc' && nearLimit(difference),
  },
  {
    id: 'sibling-glue-that-fits',
    explains({ field, query, subject, references, full }) {
      if (field !== 'additional' || query.transport !== 'udp' || !isReferral(subject)) return false
      if ((full.subject.message?.length ?? 0) <= Math.min(query.limit, 1232) - NEAR) return false
      const whole = lines(full.subject.fields.additional)
      return (
        subset(lines(subject.fields.additional), whole) && references.every((view) => !leavesOutGlue(subject, view))
      )
    },
  },
  {
    id: 'additional-is-optional',
    explains({ field, query, subject, full }) {
      if (field !== 'additional' || isReferral(subject)) return false
      const whole = full.references.flatMap((view) => lines(view.fields.additional))
      const ours = lines(subject.fields.additional)
      // over TCP everything fits, so less than the references say is a choice: none at all
      return subset(ours, whole) && (query.transport === 'udp' || ours.length === 0)
    },
  },
  {
    id: 'service-binding-addresses',
    explains({ field, query, subject, expected }) {
      if (field !== 'additional' || (query.type !== TYPE.HTTPS && query.type !== TYPE.SVCB)) return false
      const more = (subject.message?.additional ?? []).filter(
        (record) => !lines(expected ?? '').includes(recordText(record)),
      )
      return more.length > 0 && more.every((record) => record.covers === TYPE.A || record.covers === TYPE.AAAA)
    },
  },
  {
    id: 'wildcard-empty-non-terminal',
    explains({ field, subject, expected }) {
      const { message } = subject
      if (field !== 'authority' || message === undefined || message.answer.length > 0 || message.rcode !== 0)
        return false
      const want = lines(expected ?? '')
      const more = message.authority.filter((record) => !want.includes(recordText(record)))
      const nsec = more.filter((record) => record.type === TYPE.NSEC)
      return (
        subset(want, message.authority.map(recordText)) &&
        nsec.length === 1 &&
        more.every((r) => r.covers === TYPE.NSEC)
      )
    },
  },
  {
    id: 'rcode-of-a-truncated-alias',
    explains({ field, subject, references, full }) {
      if (field !== 'rcode' || !leadsOn(full.subject)) return false
      const pairs = references.map((view, i) => ({ view, whole: full.references[i]! }))
      const agreeing = pairs.filter(({ whole }) => whole.fields.rcode === full.subject.fields.rcode)
      return (
        agreeing.length * 2 > pairs.length &&
        isSoFarAs(subject, full.subject) &&
        pairs.every(({ view, whole }) => isSoFarAs(view, whole)) &&
        [subject, ...references].some((view) => view.message?.tc)
      )
    },
  },
  {
    id: 'negative-soa-left-out',
    explains({ field, query, subject, references, full }) {
      if (field !== 'authority' || query.transport !== 'udp') return false
      const whole = full.subject.fields.authority
      const agreeing = full.references.filter((view) => view.fields.authority === whole)
      return (
        subject.fields.authority === whole &&
        agreeing.length * 2 > references.length &&
        references.some((view, i) => leavesOutSoa(view, full.references[i]!))
      )
    },
  },
  {
    id: 'any-one-rrset',
    explains({ field, query, subject, full }) {
      if (query.type !== TYPE.ANY || !['answer', 'authority', 'additional', 'tc'].includes(field)) return false
      const ours = lines(subject.fields.answer)
      // over TCP zonecut gives all there is, which NSD and Knot do not; over UDP no more than any of them
      if (query.transport === 'tcp') return full.references.some((view) => subset(lines(view.fields.answer), ours))
      return full.references.some((view) => subset(ours, lines(view.fields.answer)))
    },
  },
  {
    id: 'rrsig-one-rrset',
    explains({ field, query, subject, full }) {
      if (query.type !== TYPE.RRSIG || query.transport !== 'udp' || (field !== 'answer' && field !== 'tc')) return false
      const whole = full.references.flatMap((view) => view.message?.answer.map(recordText) ?? [])
      const ours = subject.message?.answer.map(recordText) ?? []
      return ours.length > 0 && subset(ours, whole)
    },
  },
  {
    id: 'extended-errors',
    explains({ field, subject, expected }) {
      if (field !== 'edns-options') return false
      const others = (text: string) =>
        text
          .split(' ')
          .filter((code) => code !== '' && code !== '15')
          .join(' ')
      return others(subject.fields['edns-options']) === others(expected ?? '')
    },
  },
]
