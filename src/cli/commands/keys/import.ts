import type { Command } from 'commander'
import { adoptKey } from '../../../dnssec/keys/index.ts'
import { writeJson, writeOut } from '../../output.ts'
import { type KeyOptions, openKeyFolder, withKeyOptions } from './folder.ts'
import { keyToJson, stageOf } from './view.ts'

interface ImportOptions extends KeyOptions {
  readonly spare?: true
  readonly csk?: true
}

export function addImport(keys: Command): void {
  withKeyOptions(keys.command('import').argument('<files...>', 'key files of BIND or ldns; one of a pair names both'))
    .summary('take in keys of another signer')
    .description(
      'Copies keys into the folder. A key whose files say that it is published (Publish, Activate) goes on where it is in its\n' +
        'life, so that a zone signed elsewhere stays valid; any other is a spare key. Nothing is changed when a file is at fault.',
    )
    .option('--spare', 'not in use, whatever the files say')
    .option('--csk', 'a key with the SEP flag signs the zone too')
    .addHelpText(
      'after',
      `
Examples:
  zonecut keys import /etc/bind/keys/Kzz.+013+12345.key --zone zz --keys /etc/zonecut/keys
  zonecut keys import /etc/bind/keys/Kzz.+*.private --zone zz --keys /etc/zonecut/keys
  zonecut keys import Kzz.+015+00042 --zone zz --spare`,
    )
    .action((files: readonly string[], options: ImportOptions) => {
      const folder = openKeyFolder(options)
      const stems = [...new Set(files.map((file) => file.replace(/\.(?:key|private)$/, '')))]
      for (const stem of stems) folder.store.checkImport(stem, folder.origin)
      const imported = stems.map((stem) => folder.store.importKey(stem, folder.origin))
      const now = Math.floor(Date.now() / 1000)
      const state = folder.file.update((before) => {
        if (options.spare) return before
        const used = imported.filter(({ id }) => !before.keys.some((key) => key.id === id))
        return used.reduce((after, key) => adoptKey(after, key, options.csk === true, now), before)
      })
      if (options.json) writeJson({ zone: folder.zone, keys: imported.map((key) => keyToJson(state, key)) })
      else {
        for (const { id } of imported) {
          const key = state.keys.find((candidate) => candidate.id === id)
          writeOut(`imported ${id}: ${key === undefined ? 'spare' : `${key.role.toUpperCase()}, ${stageOf(key)}`}\n`)
        }
      }
    })
}
