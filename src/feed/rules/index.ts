import { FeedRefusal } from '../outcome.ts'
import type { FeedRules } from '../settings.ts'
import type { Candidate } from './rule.ts'
import { RULES } from './table.ts'

/** The registry's rules, as a table that the configuration switches. */
export type { Candidate, Rule } from './rule.ts'
export { RULES } from './table.ts'

/** @throws FeedRefusal when a rule that is switched on forbids the event */
export function admit(rules: FeedRules, candidate: Candidate): void {
  for (const rule of RULES) {
    const problem = rule.broken(rules, candidate)
    if (problem !== undefined) throw new FeedRefusal(rule.reason, problem)
  }
}
