import type { KeySet, KeyState } from '../../../dnssec/keys/index.ts'
import { isComplete, isHidden, recordKinds } from '../../../dnssec/keys/index.ts'
import type { StoredKey } from '../../../dnssec/keystore/index.ts'
import { algorithmToText, RRType } from '../../../iana/index.ts'
import { rdataToText } from '../../../wire/index.ts'
import { roleOf } from './folder.ts'

/** A moment for people and programs, UTC. */
export function momentText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}

/** Where a key stands in its life, in a word. */
export function stageOf(key: KeyState | undefined): string {
  if (key === undefined) return 'spare'
  if (key.goal === 'use') return isComplete(key) ? 'in use' : 'coming'
  return isHidden(key) ? 'gone' : 'retiring'
}

/** What a record of a key waits for; empty when for nothing. */
export function waitText(key: KeyState, kind: 'dnskey' | 'signatures' | 'ds'): string {
  const { phase, seen } = key[kind]
  if (phase === 'omnipresent') return ''
  if (phase === 'hidden') return key.goal === 'use' ? 'until it may be published' : ''
  if (seen !== null) return `until caches have followed, which began ${momentText(seen)}`
  if (kind === 'ds')
    return `until every server of the parent ${phase === 'rumoured' ? 'shows' : 'has removed'} it, seen by the server or told by "keys parent"`
  return `until the served zone ${phase === 'rumoured' ? 'has' : 'no longer has'} ${kind === 'dnskey' ? 'it' : 'them'}`
}

const SIGHTS = { there: 'shows its DS', gone: 'shows no DS of it', between: 'shows its DS on some servers' } as const

/** What is known of a key's DS at the parent and from whom, a line each; nothing where nothing is known. */
export function parentLines({ reports }: KeySet, { id, parent }: KeyState): string[] {
  const lines: string[] = []
  if (parent !== null) {
    const { sight, at, ttl, from } = parent
    const source = from === 'servers' ? 'its servers were asked' : 'told by an operator'
    lines.push(`${SIGHTS[sight]}, seen ${momentText(at)} with a TTL of ${ttl} s: ${source}`)
  }
  for (const { sight, at, ttl } of reports.filter((report) => report.id === id)) {
    lines.push(
      `${SIGHTS[sight]}, seen ${momentText(at)} with a TTL of ${ttl} s: told by an operator, and not taken up yet`,
    )
  }
  return lines
}

/** All that is known of a key, for programs. */
export function keyToJson(state: KeySet, stored: StoredKey): Record<string, unknown> {
  const key = state.keys.find(({ id }) => id === stored.id)
  const moment = (seconds: number | null | undefined) => (seconds == null ? null : momentText(seconds))
  const records = Object.fromEntries(
    key === undefined
      ? []
      : recordKinds(key.role).map((kind) => {
          const { phase, since, seen } = key[kind]
          return [kind, { phase, since: moment(since), seen: moment(seen) }]
        }),
  )
  return {
    id: stored.id,
    role: roleOf(state, stored).toLowerCase(),
    stage: stageOf(key),
    algorithm: stored.algorithm,
    algorithmName: algorithmToText(stored.algorithm),
    bits: stored.bits,
    keyTag: stored.keyTag,
    dnskey: rdataToText(RRType.DNSKEY, stored.dnskey),
    records,
    parent: key?.parent == null ? null : { ...key.parent, at: momentText(key.parent.at) },
    reports: state.reports
      .filter((report) => report.id === stored.id)
      .map(({ sight, at, ttl }) => ({ sight, at: momentText(at), ttl })),
    moments: Object.fromEntries(
      Object.entries(key?.moments ?? {}).map(([name, seconds]) => [name, moment(seconds as number | null)]),
    ),
    timing: Object.fromEntries(Object.entries(stored.timing).map(([name, seconds]) => [name, momentText(seconds)])),
  }
}

/** Rows under headings, columns as wide as they need. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
