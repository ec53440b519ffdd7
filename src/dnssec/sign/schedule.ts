import type { Name } from '../../wire/index.ts'
import { Rrsig, unfoldTime } from '../../zone/index.ts'
import type { SigningPolicy } from '../keys/index.ts'
import type { SignatureTimes } from './signature.ts'

/** What of a policy says how long signatures hold; seconds. */
export type SignaturePeriods = Pick<SigningPolicy, 'validity' | 'jitter' | 'refresh' | 'inceptionOffset'>

/** Periods that no schedule can be made of. */
export class SchedulePeriodError extends Error {
  override readonly name = 'SchedulePeriodError'
}

/**
 * When signatures begin, end and are renewed. Expirations are spread over the jitter, each RRset having its own place in
 * it: a zone signed at once does not come due at once, and what an RRset is given depends on nothing but its owner,
 * its type and the time.
 */
export class SignatureSchedule {
  readonly periods: SignaturePeriods

  /** @throws SchedulePeriodError when a signature would be due as soon as it is made */
  constructor(periods: SignaturePeriods) {
    const { validity, jitter, refresh, inceptionOffset } = periods
    const whole = [validity, jitter, refresh, inceptionOffset].every(
      (value) => Number.isSafeInteger(value) && value >= 0,
    )
    if (!whole) throw new SchedulePeriodError('periods of signatures are whole numbers of seconds, 0 or more')
    if (validity <= jitter + refresh) {
      throw new SchedulePeriodError(
        `a validity of ${validity} s must be longer than jitter and refresh together, ${jitter + refresh} s`,
      )
    }
    // RFC 4034 3.1.5: times are compared by serial number arithmetic.
    if (validity + inceptionOffset >= 2 ** 31) throw new SchedulePeriodError('a validity must be less than 68 years')
    this.periods = periods
  }

  /**
   * The times of a signature made now.
   * @param now seconds since 1970
   */
  timesFor(owner: Name, type: number, now: number): SignatureTimes {
    const { validity, jitter, inceptionOffset } = this.periods
    const early = jitter === 0 ? 0 : spread(owner, type) % (jitter + 1)
    return { inception: now - inceptionOffset, expiration: now + validity - early }
  }

  /**
   * When a signature is to be renewed, in seconds since 1970.
   * @param signature RRSIG rdata
   */
  dueAt(signature: Uint8Array, now: number): number {
    return unfoldTime(Rrsig.expiration(signature), now) - this.periods.refresh
  }

  isDue(signature: Uint8Array, now: number): boolean {
    return this.dueAt(signature, now) <= now
  }
}

/** FNV-1a over owner and type, its bits mixed: neighbours lie far apart. */
function spread(owner: Name, type: number): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < owner.length; i++) hash = Math.imul(hash ^ owner[i]!, 0x01000193)
  hash = Math.imul(hash ^ (type & 0xff), 0x01000193)
  hash = Math.imul(hash ^ (type >>> 8), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}
