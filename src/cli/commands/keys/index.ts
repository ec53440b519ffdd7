import type { Command } from 'commander'
import { addDelete } from './delete.ts'
import { addDs } from './ds.ts'
import { addGenerate } from './generate.ts'
import { addImport } from './import.ts'
import { addList } from './list.ts'
import { addParent } from './parent.ts'
import { addRetire } from './retire.ts'
import { addRollover } from './rollover.ts'
import { addShow } from './show.ts'

/** `zonecut keys`: the signing keys in a folder, and the state of their use. */
export function addKeys(program: Command): void {
  const keys = program
    .command('keys')
    .summary('make, show and roll over signing keys')
    .description(
      "Makes, shows and rolls over a zone's signing keys (docs/keys.md). The keys are files as BIND has them; beside them\n" +
        'lies the state of their use, which the server carries on. A KEY is named by its file (Kzz.+013+12345) or its key tag.',
    )
    .helpOption('-h, --help', 'print this help')
    .addHelpText(
      'after',
      `
Examples:
  zonecut keys generate --zone zz --keys /etc/zonecut/keys
  zonecut keys list --zone zz --keys /etc/zonecut/keys
  zonecut keys ds --zone zz --keys /etc/zonecut/keys
  zonecut keys rollover --zone zz --keys /etc/zonecut/keys --role ksk`,
    )
  for (const add of [addGenerate, addList, addShow, addImport, addRetire, addDelete, addDs, addParent, addRollover])
    add(keys)
}
