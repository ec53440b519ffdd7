export {
  type Admission,
  type BatchResult,
  type Candidate,
  type DueChange,
  FeedBatch,
  type Restoration,
  type Verdict,
} from './batch.ts'
