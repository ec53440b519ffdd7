import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { eventSchema } from './event/schema.ts'
import { REFUSALS } from './outcome.ts'
import { RULES } from './rules/index.ts'

const page = readFileSync(new URL('../../docs/feed.md', import.meta.url), 'utf8')

/** The rows of the table under a heading, cell by cell. */
function rowsUnder(heading: string, nth = 0): string[][] {
  const section = page.split(`\n## ${heading}\n`)[1]!.split('\n## ')[0]!
  const tables = section
    .trim()
    .split('\n\n')
    .filter((block) => block.startsWith('|'))
  return tables[nth]!.split('\n')
    .slice(2)
    .map((line) => line.slice(2, -2).split(' | '))
}

const code = (text: string) => `\`${text}\``

test('docs/feed.md has every key of an event', () => {
  const keys = new Set(eventSchema.options.flatMap(({ options }) => options.flatMap(({ shape }) => Object.keys(shape))))
  expect(rowsUnder('Events').map(([key]) => key)).toEqual(expect.arrayContaining([...keys].map(code)))
  expect(rowsUnder('Events')).toHaveLength(keys.size)
})

test('docs/feed.md has every reason of a refusal', () => {
  expect(rowsUnder('What becomes of an event', 1).map(([reason]) => reason)).toEqual(REFUSALS.map(code))
})

test('docs/feed.md has every rule, what it refuses, and for which reason', () => {
  expect(rowsUnder('Rules').map(([key, , refuses]) => [key, refuses])).toEqual(
    RULES.map(({ key, refuses }) => [code(key), refuses]),
  )
  const reasons = new Map(rowsUnder('What becomes of an event', 1).map(([reason, what]) => [reason, what]))
  for (const { key, reason } of RULES) expect(reasons.get(code(reason))).toBe(`By the rule ${code(key)}.`)
})
