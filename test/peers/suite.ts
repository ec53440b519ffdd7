import { describe, test } from 'vitest'
import { missingTools } from './tool.ts'

/**
 * A suite that needs programs of others. Where one is absent the suite is skipped and its title says why; with
 * ZONECUT_REQUIRE_PEERS=1, as in continuous integration, it fails instead.
 */
export function describeWithTools(title: string, tools: readonly string[], suite: () => void): void {
  const reason = missingTools(tools)
  if (reason === undefined) describe(title, suite)
  else if (process.env.ZONECUT_REQUIRE_PEERS === '1') {
    describe(title, () => {
      test('has the tools it needs', () => {
        throw new Error(`ZONECUT_REQUIRE_PEERS=1, but ${reason}`)
      })
    })
  } else describe.skip(`${title} (skipped: ${reason})`, suite)
}
