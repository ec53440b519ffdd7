/** The life of a zone's keys. */
export { DEFAULT_POLICY, type SigningPolicy } from './policy.ts'
