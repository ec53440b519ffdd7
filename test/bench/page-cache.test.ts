import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { assertDroppable, filesBelow, PageCacheError, readThrough } from '../../bench/compare/page-cache.ts'

const folder = mkdtempSync(join(tmpdir(), 'zonecut-bench-page-cache-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const control = join(folder, 'drop_caches')
writeFileSync(control, '')

describe('whether the page cache can be dropped', () => {
  test('without the kernel’s file for it', () => {
    expect(() => assertDroppable([folder], join(folder, 'missing'))).toThrow('they need Linux')
    expect(() => assertDroppable([folder], join(control, 'below'))).toThrow('cannot be written: ENOTDIR')
  })

  // root may write to any file
  test.skipIf(process.getuid?.() === 0)('without the right to', () => {
    chmodSync(control, 0o400)
    expect(() => assertDroppable([folder], control)).toThrow('run the command as root')
    chmodSync(control, 0o600)
  })

  test.skipIf(process.platform !== 'linux' || !existsSync('/dev/shm'))('with files that lie in memory', () => {
    expect(() => assertDroppable(['/dev/shm'], control)).toThrow(PageCacheError)
    expect(() => assertDroppable(['/dev/shm'], control)).toThrow('set TMPDIR')
  })
})

test('files in a folder and below are found and read', () => {
  mkdirSync(join(folder, 'data', 'zz'), { recursive: true })
  const files = [join(folder, 'data', 'a'), join(folder, 'data', 'zz', 'b')]
  for (const file of files) writeFileSync(file, 'some octets')
  expect(filesBelow(join(folder, 'data')).sort()).toEqual(files)
  readThrough(files)
  expect(() => readThrough([join(folder, 'missing')])).toThrow('ENOENT')
})
