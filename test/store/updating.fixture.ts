import { ZoneUpdater } from '../../src/pipeline/index.ts'
import { nameFromText } from '../../src/wire/index.ts'
import { changesBetween, SWAP } from './versioned-zone.ts'

/** Updates a zone, version after version, and tells of each that is made; until it is killed. */
const updater = ZoneUpdater.open(process.argv[2]!, nameFromText(SWAP))
for (let serial = updater.info.serial; ; serial++) {
  updater.apply(changesBetween(serial, serial + 1))
  process.send!(serial + 1)
}
