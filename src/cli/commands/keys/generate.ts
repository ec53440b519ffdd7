import type { Command } from 'commander'
import { DEFAULT_POLICY } from '../../../dnssec/keys/index.ts'
import { algorithmToText } from '../../../iana/index.ts'
import { usageError } from '../../exit.ts'
import { writeJson, writeOut } from '../../output.ts'
import { algorithmOption, type KeyOptions, openKeyFolder, withKeyOptions } from './folder.ts'
import { keyToJson } from './view.ts'

interface GenerateOptions extends KeyOptions {
  readonly role: string
  readonly algorithm?: string
  readonly bits?: string
}

const ROLES = new Map<string, readonly boolean[]>([
  ['ksk', [true]],
  ['zsk', [false]],
  ['csk', [true]],
  ['both', [true, false]],
])

export function addGenerate(keys: Command): void {
  withKeyOptions(keys.command('generate'))
    .summary('make keys')
    .description(
      'Makes keys of a zone. They are spare: signing begins with them, or the next rollover takes them. Without spare keys\n' +
        'the server makes its own.',
    )
    .option('--role <role>', 'ksk, zsk, csk, or both a KSK and a ZSK', 'both')
    .option('--algorithm <algorithm>', 'mnemonic or number (default: ECDSAP256SHA256)')
    .option('--bits <bits>', 'size of an RSA key (default: 2048)')
    .addHelpText(
      'after',
      `
Examples:
  zonecut keys generate --zone zz --keys /etc/zonecut/keys
  zonecut keys generate --zone zz --keys /etc/zonecut/keys --role ksk --algorithm ED25519
  zonecut keys generate --zone zz --role both --algorithm RSASHA256 --bits 2048 --json`,
    )
    .action((options: GenerateOptions) => {
      const roles = ROLES.get(options.role)
      if (roles === undefined) throw usageError(`--role ${options.role}: write ksk, zsk, csk or both`)
      const algorithm = options.algorithm === undefined ? DEFAULT_POLICY.algorithm : algorithmOption(options.algorithm)
      const rsaBits = options.bits === undefined ? DEFAULT_POLICY.rsaBits : Number(options.bits)
      if (!Number.isInteger(rsaBits) || rsaBits < 1024 || rsaBits > 4096) {
        throw usageError(`--bits ${options.bits}: write a number from 1024 to 4096`)
      }
      const folder = openKeyFolder(options)
      const state = folder.file.read()
      const ids = roles.map((isSep) => folder.store.generate({ origin: folder.origin, algorithm, isSep, rsaBits }).id)
      const stored = folder.store.list(folder.origin)
      const made = ids.map((id) => stored.find((key) => key.id === id)!)
      if (options.json)
        writeJson({ zone: folder.zone, folder: folder.store.folder, keys: made.map((key) => keyToJson(state, key)) })
      else {
        for (const { id, isSep, bits } of made) {
          writeOut(
            `made ${id}, a ${isSep ? (options.role === 'csk' ? 'CSK' : 'KSK') : 'ZSK'} of ${bits} bits, ${algorithmToText(algorithm)}\n`,
          )
        }
      }
    })
}
