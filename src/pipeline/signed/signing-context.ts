import { SignatureSchedule, type SigningContext, zonemdHashes } from '../../dnssec/sign/index.ts'
import type { KeyLife, KeyTurn } from './key-life.ts'

/** What a zone is signed with, by its policy and the state of its keys. */
export function signingContext(life: KeyLife, turn: KeyTurn, now: number): SigningContext {
  const { origin, policy } = life
  const { denialTtl } = policy
  return {
    origin,
    keys: life.signers(turn),
    schedule: new SignatureSchedule(policy),
    now,
    denial: policy.denial,
    serial: policy.serial,
    zonemd: zonemdHashes(policy.zonemd),
    ...(denialTtl === undefined ? {} : { denialTtl }),
  }
}
