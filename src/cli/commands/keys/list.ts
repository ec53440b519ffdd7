import type { Command } from 'commander'
import { algorithmToText } from '../../../iana/index.ts'
import { writeJson, writeOut } from '../../output.ts'
import { type KeyOptions, openKeyFolder, roleOf, withKeyOptions } from './folder.ts'
import { keyToJson, momentText, stageOf, table } from './view.ts'

export function addList(keys: Command): void {
  withKeyOptions(keys.command('list'))
    .summary("list a zone's keys")
    .description("Lists a zone's keys: what each is for, and where it stands in its life.")
    .addHelpText(
      'after',
      `
Examples:
  zonecut keys list --zone zz --keys /etc/zonecut/keys
  zonecut keys list --zone . --keys /etc/zonecut/keys --json`,
    )
    .action((options: KeyOptions) => {
      const folder = openKeyFolder(options)
      const state = folder.file.read()
      const stored = folder.store.list(folder.origin)
      const missing = state.keys.filter(({ id }) => !stored.some((key) => key.id === id)).map(({ id }) => id)
      const { goal, algorithm, requests } = state
      if (options.json) {
        writeJson({
          zone: folder.zone,
          folder: folder.store.folder,
          goal,
          requestedAlgorithm: algorithm,
          requestedRollovers: requests,
          keys: stored.map((key) => keyToJson(state, key)),
          missing,
        })
        return
      }
      const rows = stored.map((key) => {
        const used = state.keys.find(({ id }) => id === key.id)
        const active = used?.moments.active
        return [
          key.id,
          roleOf(state, key),
          `${algorithmToText(key.algorithm)}/${key.bits}`,
          stageOf(used),
          active == null ? '-' : momentText(active),
        ]
      })
      if (rows.length === 0) writeOut(`${folder.store.folder} holds no keys of ${folder.zone}\n`)
      else writeOut(table([['key', 'role', 'algorithm', 'stage', 'in use since'], ...rows]))
      for (const id of missing) writeOut(`${id} is in the state, but its files are missing\n`)
      if (requests.length > 0) writeOut(`to be rolled over: ${requests.map((role) => role.toUpperCase()).join(', ')}\n`)
      if (algorithm !== null) writeOut(`to be rolled over to ${algorithmToText(algorithm)}\n`)
      if (goal === 'insecure') writeOut('the zone is to become insecure\n')
    })
}
