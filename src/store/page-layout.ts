import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { readU16, readU32, readU48 } from './octets.ts'

/**
 * The layout of LMDB's data file: data format 2 (LMDB 1.0's, which lmdb-js builds), little-endian, 64-bit. Everything that
 * is known of it is in this file and in page-tree.ts.
 *
 * A page begins with 24 octets: page number (8), transaction (8), pad (2), flags (2), lower (2), upper (2). From there
 * up to `lower` stand 16-bit pointers to nodes, counted from the end of the header. A node: data size or child page
 * (lo 2, hi 2), flags (2), key size (2), key, data. The first two pages are meta pages, written in turn.
 */
export const Page = { header: 24, flags: 18, lower: 20 } as const
export const Node = { keySize: 6, flags: 4, header: 8 } as const
export const PageFlag = { Branch: 0x01, Leaf: 0x02 } as const
export const NodeFlag = { Overflow: 0x01, Database: 0x02 } as const
/** Offsets inside the record of a database (MDB_db). */
export const DatabaseRecord = { entries: 32, root: 40, size: 48 } as const
/** Stands for the root page of an empty tree. */
export const NO_PAGE = 0xffffffff

const MAGIC = 0xbeefc0de
const VERSION = 2
/** Offsets inside a meta page, after its page header: two database records stand before the last page and transaction. */
const Meta = { version: 4, pageSize: 24, mainRoot: 24 + 48 + 40, lastPage: 24 + 96, transaction: 24 + 96 + 8 } as const
const LARGEST_PAGE = 65536

/** A data file that is damaged, or not of the format known here. */
export class PageLayoutError extends Error {
  override readonly name = 'PageLayoutError'
}

/** The newest committed version of an environment. */
export interface NewestMeta {
  /** Octets. */
  readonly pageSize: number
  /** Root page of the tree of databases. */
  readonly mainRoot: number
  /** Number of the transaction that committed it. */
  readonly transaction: number
  /** The last page in use. */
  readonly lastPage: number
}

/**
 * Reads the meta pages.
 * @param head the first octets of the file: two pages at the least
 * @param length of the file, in octets
 * @throws PageLayoutError
 */
export function readNewestMeta(head: Uint8Array, length: number): NewestMeta {
  if (head.length < Page.header + Meta.transaction + 8) throw new PageLayoutError('the file is too short')
  if (readU32(head, Page.header) !== MAGIC) throw new PageLayoutError('this is no data file of LMDB')
  const pageSize = readU32(head, Page.header + Meta.pageSize)
  if (pageSize < 512 || pageSize > LARGEST_PAGE || (pageSize & (pageSize - 1)) !== 0) {
    throw new PageLayoutError(`page size ${pageSize} is unknown`)
  }
  if (head.length < 2 * pageSize) throw new PageLayoutError('the file is too short')
  let newest = -1
  let mainRoot: number = NO_PAGE
  let lastPage = 0
  for (let meta = Page.header, i = 0; i < 2; i++, meta += pageSize) {
    if (readU32(head, meta) !== MAGIC || readU32(head, meta + Meta.version) !== VERSION) {
      throw new PageLayoutError('the data format is not the one known here')
    }
    const transaction = readU48(head, meta + Meta.transaction)
    if (transaction <= newest) continue
    newest = transaction
    mainRoot = pageNumber(head, meta + Meta.mainRoot)
    lastPage = readU48(head, meta + Meta.lastPage)
  }
  if ((lastPage + 1) * pageSize > length) {
    throw new PageLayoutError(`the file was cut short: ${length} of ${(lastPage + 1) * pageSize} octets are there`)
  }
  return { pageSize, mainRoot, transaction: newest, lastPage }
}

/** How often the meta pages are copied until two copies are the same: a commit writes to them in microseconds. */
const COPIES = 100

/**
 * As {@link readNewestMeta}, of a file that another process may be committing to at this moment. A commit overwrites the
 * older of the two meta pages, its transaction number last; so what two equal copies show was written whole.
 * @param head is a map of the file's beginning
 * @param length tells the file's length, in octets; it is asked after the meta pages were read
 * @throws PageLayoutError
 */
export function readLiveMeta(head: Uint8Array, length: () => number): NewestMeta {
  const octets = 2 * readNewestMeta(head, Number.POSITIVE_INFINITY).pageSize
  let copy = head.slice(0, octets)
  for (let i = 0; i < COPIES; i++) {
    const again = head.slice(0, octets)
    if (Buffer.compare(copy, again) === 0) return readNewestMeta(again, length())
    copy = again
  }
  throw new PageLayoutError('the meta pages do not come to rest')
}

/**
 * Checks a data file before the library maps it: that trusts what the file says, and a damaged one would take the whole
 * process down.
 * @throws PageLayoutError
 */
export function checkDataFile(path: string): void {
  readFileMeta(path)
}

/**
 * The number of the last transaction committed to a data file.
 * @throws PageLayoutError
 */
export function readTransaction(path: string): number {
  return readFileMeta(path).transaction
}

function readFileMeta(path: string): NewestMeta {
  const file = openSync(path, 'r')
  try {
    return readOpenFileMeta(file)
  } finally {
    closeSync(file)
  }
}

/** Each commit reads them. */
const metaPages = new Uint8Array(2 * LARGEST_PAGE)

/**
 * Reads the meta pages of an open data file.
 * @param mayBeShort it need not be as long as its pages: see file-room.ts
 * @throws PageLayoutError
 */
export function readOpenFileMeta(file: number, { mayBeShort = false } = {}): NewestMeta {
  const got = readSync(file, metaPages, 0, metaPages.length, 0)
  return readNewestMeta(metaPages.subarray(0, got), mayBeShort ? Number.POSITIVE_INFINITY : fstatSync(file).size)
}

/** A page number, or NO_PAGE for LMDB's all-ones (an empty tree). */
export function pageNumber(buf: Uint8Array, at: number): number {
  const low = readU32(buf, at)
  const isNone = low === 0xffffffff && readU32(buf, at + 4) === 0xffffffff
  return isNone ? NO_PAGE : low + readU16(buf, at + 4) * 0x100000000
}
