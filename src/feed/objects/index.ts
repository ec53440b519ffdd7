/** Registry objects, and what of them a zone shows. */
export { entriesOf, entriesOfApex, objectsOfZone } from './adopt.ts'
export {
  type BatchResult,
  type DueChange,
  FeedBatch,
  type Verdict,
} from './batch.ts'
export { countDue, dueDelta } from './due.ts'
