import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { ZoneCheck } from './check.ts'
import { checkGroups, zoneChecks } from './table.ts'

const INTRODUCTION = `# Zone checks

Every zone version is checked before it is served, and \`zonecut check\` runs the same checks on a file. All run in one
pass over the zone in canonical order, with bounded memory: what can only be judged at the end (the hosts that
delegations name, the names that NSEC3 records hash) is gathered in groups, past 64 MiB in a temporary file.

An **error** keeps the version from being served, and the last good one stays; a **warning** is reported, and the
version is served. A check is an error when at least two of BIND, NSD and Knot refuse the zone for it, or when the zone
itself could not be found, answered for or validated: a TLD must not disappear because of one delegation. Broken DNSSEC
is an error although BIND and NSD load it, since validators then lose names or the whole zone, while the version before
it still works; but an expired signature is a warning, since what was signed is still what is served.

Signatures are verified with algorithms 5, 7, 8, 10, 13, 14, 15 and 16. Those of other algorithms are checked in all
but the cryptography. Each finding has the owner, the type, a message and, where it is about a single record of a file,
the line. At most 100 findings of a check are listed, all are counted; those of checks marked with * are folded into
one, with their count and the first as an example. \`zonecut verify\` folds none, and lists as many as \`--faults\` says.

A million unsigned delegations (1.24 million nodes) take 0.7 to 1.0 s of one core. A signature takes about 20 µs to
verify (RSA of 2048 bits), 60 (P-256), 70 (Ed25519) or 500 (P-384), so that a zone may be asked to be verified by sample:
every signature up to a number, then one in so many. A pass of \`zonecut check\` verifies all.

What peers do was observed with BIND 9.18 (named-checkzone), NSD 4.6 (nsd-checkzone), Knot 3.2 (kzonecheck; "refuses"
where it calls the error serious) and, for signed zones, dnssec-verify, ldns-verify-zone and kzonecheck -d on.
`

function row(check: ZoneCheck): string {
  const cells = [
    `\`${check.name}\`${check.summary ? '*' : ''}`,
    check.severity,
    check.finds,
    check.why,
    check.rfc,
    check.peers,
  ]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

it('every check has a name of its own', () => {
  expect(new Set(zoneChecks.map(({ name }) => name)).size).toBe(zoneChecks.length)
})

// Written anew by `vitest run src/zone/checks/table.test.ts --update`.
it('docs/checks.md shows the table', async () => {
  const tables = checkGroups.map(({ title, checks }) =>
    [
      `## ${title}`,
      '',
      '| check | severity | finds | why | source | peers |',
      '|---|---|---|---|---|---|',
      ...checks.map(row),
    ].join('\n'),
  )
  const text = `${[INTRODUCTION, ...tables].join('\n\n').replaceAll('\n\n\n', '\n\n')}\n`
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, '../../../docs/checks.md'))
})
