/** The gate: what is about to be published is verified first, by rules of its own. */
export { askCommand, CommandRefusal, type CommandVerdict } from './ask-command.ts'
export {
  checkChanges,
  checkUnsignedChanges,
  type GateOptions,
  type GateReport,
  type UnsignedGateOptions,
} from './check-changes.ts'
export { checkClock } from './clock.ts'
export { GATE_REASONS, type GateReason, GateRefusal } from './refusal.ts'
export { SHORTEST_VALIDITY } from './signatures.ts'
