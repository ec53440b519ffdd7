import type { Command } from 'commander'
import { publication } from '../../../dnssec/keys/index.ts'
import { dsOfKey } from '../../../dnssec/verify/index.ts'
import { DigestType, RRType } from '../../../iana/index.ts'
import { rdataToText } from '../../../wire/index.ts'
import { CommandError, usageError } from '../../exit.ts'
import { writeJson, writeOut } from '../../output.ts'
import { findKey, type KeyOptions, openKeyFolder, withKeyOptions } from './folder.ts'

interface DsOptions extends KeyOptions {
  readonly digest: string
}

const DIGESTS = new Map<string, number>([
  ['sha256', DigestType.SHA256],
  ['sha-256', DigestType.SHA256],
  ['2', DigestType.SHA256],
  ['sha384', DigestType.SHA384],
  ['sha-384', DigestType.SHA384],
  ['4', DigestType.SHA384],
])

export function addDs(keys: Command): void {
  withKeyOptions(keys.command('ds').argument('[keys...]', 'names of files, or key tags'))
    .summary('print the DS records for the parent')
    .description(
      'Prints the DS records that the parent is to have now, as the CDS records in the zone say too; with KEYs, those of\n' +
        'these keys, whatever their state. Ends with 1 when the parent is to have none yet.',
    )
    .option('--digest <type>', 'sha256 or sha384', 'sha256')
    .addHelpText(
      'after',
      `
Examples:
  zonecut keys ds --zone zz --keys /etc/zonecut/keys
  zonecut keys ds 12345 --zone zz --keys /etc/zonecut/keys --digest sha384
  zonecut keys ds --zone zz --keys /etc/zonecut/keys --json`,
    )
    .action((words: readonly string[], options: DsOptions) => {
      const digest = DIGESTS.get(options.digest.toLowerCase())
      if (digest === undefined) throw usageError(`--digest ${options.digest}: write sha256 or sha384`)
      const folder = openKeyFolder(options)
      const state = folder.file.read()
      const { cds, cdsDelete } = publication(state)
      const chosen =
        words.length > 0
          ? words.map((word) => findKey(folder, word))
          : folder.store.list(folder.origin).filter(({ id }) => cds.includes(id))
      const zsk = chosen.find(({ isSep }) => !isSep)
      if (zsk !== undefined) throw new CommandError(`${zsk.id} is a ZSK, to which no DS points`)
      const records = chosen.map(({ id, dnskey }) => ({
        key: id,
        ds: rdataToText(RRType.DS, dsOfKey(folder.origin, dnskey, digest)!),
      }))
      if (options.json) {
        writeJson({ zone: folder.zone, remove: cdsDelete, records })
        return
      }
      if (records.length > 0) {
        for (const { ds } of records) writeOut(`${folder.zone} IN DS ${ds}\n`)
      } else if (cdsDelete) writeOut(`; the parent is to remove every DS of ${folder.zone}\n`)
      else {
        throw new CommandError(
          `the parent is to have no DS of ${folder.zone} yet: a KSK first has to be in the zone, and in caches, long enough (name a key to print its DS)`,
        )
      }
    })
}
