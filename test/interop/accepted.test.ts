import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { ACCEPTED } from './accepted.ts'

const DOCUMENT = resolve(import.meta.dirname, '../../docs/differences.md')

test('every accepted difference is explained in docs/differences.md, and nothing else is', () => {
  const headings = [...readFileSync(DOCUMENT, 'utf8').matchAll(/^### `([a-z0-9-]+)`/gm)].map((match) => match[1])
  expect(headings.sort()).toEqual(ACCEPTED.map((difference) => difference.id).sort())
})
