/** Registry objects, and what of them a zone shows. */
export {
  type BatchResult,
  type DueChange,
  FeedBatch,
  type Restoration,
  type Verdict,
} from './batch.ts'
