import type { Command } from 'commander'
import { recordKinds } from '../../../dnssec/keys/index.ts'
import { dsOfKey } from '../../../dnssec/verify/index.ts'
import { algorithmToText, DigestType, RRType } from '../../../iana/index.ts'
import { rdataToText } from '../../../wire/index.ts'
import { writeJson, writeOut } from '../../output.ts'
import { findKey, type KeyOptions, openKeyFolder, roleOf, withKeyOptions } from './folder.ts'
import { keyToJson, momentText, parentLines, stageOf, waitText } from './view.ts'

const LABELS = { dnskey: 'DNSKEY', signatures: 'signatures', ds: 'DS' } as const

export function addShow(keys: Command): void {
  withKeyOptions(keys.command('show').argument('<key>', 'name of its files, or key tag'))
    .summary('show one key')
    .description('Shows a key: its records, its moments, and what it waits for. The private key is proved to fit.')
    .addHelpText(
      'after',
      `
Examples:
  zonecut keys show 12345 --zone zz --keys /etc/zonecut/keys
  zonecut keys show Kzz.+013+12345 --zone zz --keys /etc/zonecut/keys --json`,
    )
    .action((word: string, options: KeyOptions) => {
      const folder = openKeyFolder(options)
      const state = folder.file.read()
      const stored = findKey(folder, word)
      folder.store.open(stored.id)
      const key = state.keys.find(({ id }) => id === stored.id)
      const ds = stored.isSep ? [dsOfKey(folder.origin, stored.dnskey, DigestType.SHA256)!] : []
      const dsText = ds.map((rdata) => rdataToText(RRType.DS, rdata))
      if (options.json) {
        writeJson({ ...keyToJson(state, stored), ds: dsText })
        return
      }
      const lines = [
        `${stored.id}  ${roleOf(state, stored)}, ${algorithmToText(stored.algorithm)}, ${stored.bits} bits, key tag ${stored.keyTag}: ${stageOf(key)}`,
        `  ${folder.zone} IN DNSKEY ${rdataToText(RRType.DNSKEY, stored.dnskey)}`,
        ...dsText.map((text) => `  ${folder.zone} IN DS ${text}`),
      ]
      if (key !== undefined) {
        for (const kind of recordKinds(key.role)) {
          const waits = waitText(key, kind)
          lines.push(
            `  ${LABELS[kind].padEnd(10)}  ${key[kind].phase} since ${momentText(key[kind].since)}${waits === '' ? '' : `; waits ${waits}`}`,
          )
        }
        for (const line of parentLines(state, key)) lines.push(`  parent      ${line}`)
        for (const [name, seconds] of Object.entries(key.moments)) {
          if (seconds !== null) lines.push(`  ${name.padEnd(10)}  ${momentText(seconds as number)}`)
        }
      }
      writeOut(`${lines.join('\n')}\n`)
    })
}
