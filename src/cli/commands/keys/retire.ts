import type { Command } from 'commander'
import { requestRetirement } from '../../../dnssec/keys/index.ts'
import { writeJson, writeOut } from '../../output.ts'
import { findKey, type KeyOptions, openKeyFolder, roleOf, withKeyOptions } from './folder.ts'
import { keyToJson } from './view.ts'

export function addRetire(keys: Command): void {
  withKeyOptions(keys.command('retire').argument('<key>', 'name of its files, or key tag'))
    .summary('have a key replaced')
    .description(
      'Asks that a key be followed by another and used no more. The server does it as soon as no cache is misled by it,\n' +
        'and for a KSK when the parent has changed the DS.',
    )
    .addHelpText(
      'after',
      `
Examples:
  zonecut keys retire 12345 --zone zz --keys /etc/zonecut/keys
  zonecut keys retire Kzz.+013+12345 --zone zz --keys /etc/zonecut/keys --json`,
    )
    .action((word: string, options: KeyOptions) => {
      const folder = openKeyFolder(options)
      const key = findKey(folder, word)
      const state = folder.file.update((before) => requestRetirement(before, key.id))
      if (options.json) writeJson({ zone: folder.zone, key: keyToJson(state, key), requestedRollovers: state.requests })
      else writeOut(`${key.id} is to be followed by another ${roleOf(state, key)}\n`)
    })
}
