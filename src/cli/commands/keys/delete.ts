import type { Command } from 'commander'
import { forgetKey } from '../../../dnssec/keys/index.ts'
import { writeJson, writeOut } from '../../output.ts'
import { findKey, type KeyOptions, openKeyFolder, withKeyOptions } from './folder.ts'

export function addDelete(keys: Command): void {
  withKeyOptions(keys.command('delete').argument('<key>', 'name of its files, or key tag'))
    .summary('delete a key that is not in use')
    .description(
      'Deletes the files of a spare key, or of one of which nothing is left in the zone or in caches. Any other is refused:\n' +
        'retire it first.',
    )
    .addHelpText(
      'after',
      `
Examples:
  zonecut keys delete 12345 --zone zz --keys /etc/zonecut/keys
  zonecut keys delete Kzz.+013+12345 --zone zz --keys /etc/zonecut/keys`,
    )
    .action((word: string, options: KeyOptions) => {
      const folder = openKeyFolder(options)
      const { id } = findKey(folder, word)
      // The files go first: a state without the key would let a rollover take it for a spare one.
      forgetKey(folder.file.read(), id)
      folder.store.delete(id)
      folder.file.update((state) => forgetKey(state, id))
      if (options.json) writeJson({ zone: folder.zone, deleted: id })
      else writeOut(`deleted ${id}\n`)
    })
}
