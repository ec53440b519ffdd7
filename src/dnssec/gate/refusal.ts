import { typeToText } from '../../iana/index.ts'
import { type Name, nameToText } from '../../wire/index.ts'

/** Why a change was refused, and what an operator can do about it (docs/gate.md). */
const ADVICE = {
  record: 'the change is not one that a zone can hold: correct the data, or the feed it came from',
  signature:
    'see that the key files belong to the keys of the zone (zonecut keys list), then sign all of the zone anew (zonecut resign)',
  expired: 'see that the clock is right and that the validity in the signing policy is long enough',
  'not-yet-valid': 'see that the clock is right and that the signing policy has an inception offset',
  'missing-signature': 'see that each algorithm of the zone has a key that signs (zonecut keys list)',
  'misplaced-signature': 'sign all of the zone anew (zonecut resign)',
  chain: 'sign all of the zone anew (zonecut resign), which makes the whole chain of denial again',
  bitmap: 'sign all of the zone anew (zonecut resign), which makes the whole chain of denial again',
  dnskey: 'see which keys the zone is to publish (zonecut keys list), and correct them',
  ds: 'compare the DS records at the parent (zonecut keys ds) with the keys, before you withdraw or add any',
  serial: 'give the SOA record a later serial, or take another serial scheme than keep',
  digest: 'sign all of the zone anew (zonecut resign), or take ZONEMD out of the signing policy',
  clock: 'correct the clock; if it is right, sign all of the zone anew with zonecut resign --trust-clock',
} as const

export type GateReason = keyof typeof ADVICE

/** All reasons, in the order in which docs/gate.md lists them. */
export const GATE_REASONS = Object.keys(ADVICE) as readonly GateReason[]

/** A change that must not be published: the message names the record, what is wrong and what an operator can do. */
export class GateRefusal extends Error {
  override readonly name = 'GateRefusal'
  readonly reason: GateReason
  readonly owner: Name
  /** RR type code of the record that is wrong, or missing. */
  readonly type: number

  constructor(reason: GateReason, owner: Name, type: number, problem: string) {
    super(`${nameToText(owner)} ${typeToText(type)}: ${problem}. Nothing was published: ${ADVICE[reason]}`)
    this.reason = reason
    this.owner = owner.slice()
    this.type = type
  }
}
