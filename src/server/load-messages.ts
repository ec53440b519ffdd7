import type { LoadReport } from '../ops/index.ts'

/** What the server asks of the loading process. */
export interface LoadJob {
  readonly origin: string
  readonly file: string
  readonly dataDir: string
}

/** What the loading process tells of the job it has. */
export type LoadMessage =
  | { readonly kind: 'progress'; readonly progress: LoadReport }
  | ({ readonly kind: 'done' } & LoadOutcome)

export interface LoadOutcome {
  readonly ok: boolean
  /** For people: problems of the file and findings of the checks, one a line, the first of them only. */
  readonly lines: readonly string[]
  /** Why nothing was loaded, in one line; undefined when it was. */
  readonly problem: string | undefined
  readonly seconds: number
}
