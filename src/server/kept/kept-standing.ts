import { CommandRefusal, GATE_REASONS, GateRefusal } from '../../dnssec/gate/index.ts'
import type { SigningReport } from '../../ops/index.ts'
import type { SigningTurn } from '../../pipeline/index.ts'
import type { KeeperMessage, KeptZoneJob } from '../keeper-messages.ts'
import { startingReport } from '../starting-report.ts'

/** What a refusal by the operator's own command is counted under, beside the reasons of the gate. */
const COMMAND_REASON = 'command'

/** What a zone is like at this moment. */
export interface KeptState {
  /** There is a version, and it is unsigned. */
  readonly isUnsigned: boolean
  /** Its feed is followed. */
  readonly isFollowing: boolean
}

/** How the keeping of a zone stands: what was done, what failed, what the gate refused; and tells the main process. */
export class KeptStanding {
  readonly #job: KeptZoneJob
  readonly #tell: (message: KeeperMessage) => void
  readonly #state: () => KeptState
  #whole: SigningReport['whole'] = null
  #last: SigningTurn | undefined
  #problem: string | undefined
  #isRefused = false
  #commits = 0
  #renewed = 0
  readonly #refusals = new Map<string, number>([...GATE_REASONS, COMMAND_REASON].map((reason) => [reason, 0]))

  constructor(job: KeptZoneJob, tell: (message: KeeperMessage) => void, state: () => KeptState) {
    this.#job = job
    this.#tell = tell
    this.#state = state
  }

  /** Why the zone is not kept as it should be; undefined while it is. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** What the zone is being signed anew as a whole for, and how far that is; null when that has ended. */
  setWhole(whole: SigningReport['whole']): void {
    this.#whole = whole
    if (whole !== null) this.report()
  }

  committed(): void {
    this.#commits++
  }

  turned(turn: SigningTurn): void {
    this.#last = turn
    this.#renewed += turn.renewed
  }

  succeeded(): void {
    if (this.#problem !== undefined) this.log('info', {}, 'the zone is kept signed again')
    this.#problem = undefined
    this.#isRefused = false
    this.report()
  }

  failed(error: unknown): void {
    const problem = (error as Error).message
    const reason = refusalReason(error)
    this.#isRefused = reason !== undefined
    if (reason !== undefined) this.#refusals.set(reason, this.#refusals.get(reason)! + 1)
    if (this.#problem !== problem) {
      const failed = this.#job.signing === undefined ? 'the feed cannot be followed' : 'signing failed'
      const what = this.#isRefused ? 'the gate refused a version; the last good one is served on' : failed
      this.log('error', { problem, reason }, what)
    }
    this.#problem = problem
    if (this.#job.feed !== undefined && !this.#state().isFollowing) this.feedWaits(problem, 'failed')
    this.report()
  }

  /** The feed is not followed yet, and what it waits for. */
  feedWaits(problem: string, state: 'starting' | 'failed' = 'starting'): void {
    const report = { ...startingReport(problem), state }
    this.#tell({ kind: 'feed-report', origin: this.#job.origin, report })
  }

  /** Counts what failed if it was a refusal; any other fault is told by who asked for the work. */
  noteRefusal(error: unknown): void {
    if (refusalReason(error) !== undefined) this.failed(error)
  }

  report(): void {
    if (this.#job.signing === undefined) return
    const report: SigningReport = {
      state: this.#signingState(),
      whole: this.#whole,
      sweep: this.#last?.sweep ?? null,
      problem: this.#problem ?? null,
      keys: this.#last?.keys ?? { published: [], signingKeys: [], signingZone: [] },
      alarms: (this.#last?.alarms ?? []).map(({ kind, id }) =>
        kind === 'missing-key' ? `the key ${id} is not in the store` : `the parent has no DS of ${id} any more`,
      ),
      awaits: (this.#last?.awaited ?? []).map(({ id, sight }) =>
        sight === 'there' ? `that the parent shows the DS of ${id}` : `that the parent shows no DS of ${id} any more`,
      ),
      commits: this.#commits,
      renewed: this.#renewed,
      refusals: [...this.#refusals.values()].reduce((sum, count) => sum + count, 0),
      refusalsByReason: Object.fromEntries(this.#refusals),
      nextAt: this.#last === undefined ? null : new Date(this.#last.nextAt * 1000).toISOString(),
    }
    this.#tell({ kind: 'report', origin: this.#job.origin, report })
  }

  #signingState(): SigningReport['state'] {
    if (this.#whole !== null) return 'signing-whole'
    if (this.#problem !== undefined) return this.#isRefused ? 'refused' : 'failed'
    return this.#state().isUnsigned ? 'insecure' : 'signing'
  }

  log(level: 'info' | 'warn' | 'error', fields: object, message: string): void {
    this.#tell({ kind: 'log', level, fields: { zone: this.#job.origin, ...fields }, message })
  }
}

/** Why the gate refused; undefined when it was not the gate. */
function refusalReason(error: unknown): string | undefined {
  if (error instanceof GateRefusal) return error.reason
  return error instanceof CommandRefusal ? COMMAND_REASON : undefined
}
