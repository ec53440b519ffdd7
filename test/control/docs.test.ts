import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { controlRoutes, feedRoutes, metricsRoute } from '../../src/ops/index.ts'

/** Routes are made for a server, which none of them asks before it is asked itself. */
const NOBODY = {} as never

test('docs/control.md has every route, and the right it takes', () => {
  const page = readFileSync(new URL('../../docs/control.md', import.meta.url), 'utf8')
  const described = [...page.matchAll(/^\| `((?:GET|POST) [^`]+)` \| `(\w+)` \|/gm)].map(
    ([, route, right]) => `${route} ${right}`,
  )
  const routes = [...controlRoutes(NOBODY), ...feedRoutes(NOBODY), metricsRoute(NOBODY)]
  const there = routes.map(({ method, path, right }) => `${method} ${path.replace(':origin', 'ORIGIN')} ${right}`)
  expect(described.sort()).toEqual(there.sort())
})
