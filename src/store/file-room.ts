import { fstatSync, ftruncateSync } from 'node:fs'
import { readOpenFileMeta } from './page-layout.ts'

/** Octets a data file is to be longer than its pages need: a share of them, within bounds. */
const ROOM_SHARE = 1 / 16
const LEAST_ROOM = 1 << 20
const MOST_ROOM = 16 << 20

/**
 * Makes a data file longer than its pages need, where it is not. It takes no blocks of the disk.
 *
 * A page that a transaction takes at the end of the file and gives back is counted by LMDB and never written: without room for
 * it, a file in order is shorter than its pages, as one that was cut short.
 * @param file open for writing
 * @throws PageLayoutError when the file is damaged; errors of the file system
 */
export function makeRoom(file: number): void {
  const { lastPage, pageSize } = readOpenFileMeta(file, { mayBeShort: true })
  const used = (lastPage + 1) * pageSize
  const room = Math.min(MOST_ROOM, Math.max(LEAST_ROOM, Math.ceil((used * ROOM_SHARE) / pageSize) * pageSize))
  if (fstatSync(file).size < used + room / 2) ftruncateSync(file, used + room)
}
