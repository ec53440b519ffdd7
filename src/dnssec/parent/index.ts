/** What the parent zone's servers say of a zone's DS RRset. */
export type { ParentServer } from './exchange.ts'
export { ParentCheckError, type ParentCheckOptions, parentDs } from './parent-ds.ts'
