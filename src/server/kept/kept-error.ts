import type { LoadResult } from '../../pipeline/index.ts'
import { formatFinding } from '../../zone/checks/index.ts'

/** The data in the store make no zone that may be served: the first of what the checks find. */
export class WholeSigningError extends Error {
  override readonly name = 'WholeSigningError'

  constructor({ findings: { findings, errors } }: LoadResult) {
    const first = findings.filter(({ severity }) => severity === 'error').slice(0, 3)
    super(`signed as a whole, the zone would have ${errors} errors: ${first.map(formatFinding).join('; ')}`)
  }
}

/** A change by a feed would leave the zone with signatures that do not fit it. */
export class SignedElsewhereError extends Error {
  override readonly name = 'SignedElsewhereError'

  constructor() {
    super(
      'the zone is signed, and this server is not told to sign it: its feed would break the signatures. ' +
        'Give the zone the key sign, or load it unsigned',
    )
  }
}

/** The zone is not loaded, or can't be opened. */
export class ZoneNotOpenError extends Error {
  override readonly name = 'ZoneNotOpenError'

  constructor(problem: string | undefined) {
    super(problem ?? 'the zone is not loaded yet')
  }
}
