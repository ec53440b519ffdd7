import type { Command } from 'commander'
import { type KeyRole, requestAlgorithm, requestGoal, requestRollover, rolesInUse } from '../../../dnssec/keys/index.ts'
import { algorithmToText } from '../../../iana/index.ts'
import { CommandError, usageError } from '../../exit.ts'
import { writeJson, writeOut } from '../../output.ts'
import { algorithmOption, type KeyOptions, openKeyFolder, withKeyOptions } from './folder.ts'

interface RolloverOptions extends KeyOptions {
  readonly role?: string
  readonly algorithm?: string
  readonly insecure?: true
  readonly secure?: true
}

const ROLES: readonly KeyRole[] = ['ksk', 'zsk', 'csk']

export function addRollover(keys: Command): void {
  withKeyOptions(keys.command('rollover'))
    .summary('have keys rolled over')
    .description(
      'Asks for new keys in place of those in use: of one role, of all, or of another algorithm. It only notes the wish: the\n' +
        'server carries it out over the following hours and days, each step when no cache is misled by it.',
    )
    .option('--role <role>', 'ksk, zsk or csk (default: all that are in use)')
    .option('--algorithm <algorithm>', 'another algorithm, by mnemonic or number; set it in the policy too')
    .option('--insecure', 'no keys at all: the parent removes the DS, then the zone is no longer signed')
    .option('--secure', 'take --insecure back')
    .addHelpText(
      'after',
      `
Examples:
  zonecut keys rollover --zone zz --keys /etc/zonecut/keys --role zsk
  zonecut keys rollover --zone zz --keys /etc/zonecut/keys --algorithm ED25519
  zonecut keys rollover --zone zz --keys /etc/zonecut/keys --insecure`,
    )
    .action((options: RolloverOptions) => {
      const { role, algorithm, insecure, secure } = options
      const given = [role, algorithm, insecure, secure].filter((option) => option !== undefined)
      if (given.length > 1) throw usageError('give one of --role, --algorithm, --insecure and --secure')
      const known = ROLES.find((candidate) => candidate === role)
      if (role !== undefined && known === undefined) throw usageError(`--role ${role}: write ksk, zsk or csk`)
      const number = algorithm === undefined ? undefined : algorithmOption(algorithm)
      const folder = openKeyFolder(options)
      const state = folder.file.update((before) => {
        if (before.keys.length === 0) throw new CommandError(`no keys of ${folder.zone} are in use`)
        if (insecure || secure) return requestGoal(before, insecure ? 'insecure' : 'secure')
        if (number !== undefined) return requestAlgorithm(before, number)
        return requestRollover(before, known === undefined ? rolesInUse(before) : [known])
      })
      const { goal, requests } = state
      if (options.json)
        writeJson({ zone: folder.zone, goal, requestedAlgorithm: state.algorithm, requestedRollovers: requests })
      else if (insecure) writeOut(`${folder.zone} is to become insecure\n`)
      else if (secure) writeOut(`${folder.zone} is to stay secure\n`)
      else if (number !== undefined) writeOut(`${folder.zone} is to be rolled over to ${algorithmToText(number)}\n`)
      else writeOut(`to be rolled over: ${requests.map((asked) => asked.toUpperCase()).join(', ')} of ${folder.zone}\n`)
    })
}
