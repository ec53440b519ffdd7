import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DataFolderError, lockDataFolder } from './lock.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zonecut-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const silent = async () => false
const answering = async () => true
const lockFile = () => join(folder, 'server.lock')

test('a folder is taken once, and again after its release', async () => {
  const first = await lockDataFolder(folder, silent)
  await expect(lockDataFolder(folder, silent)).rejects.toThrow(`is served by process ${process.pid}`)
  first.release()
  const second = await lockDataFolder(folder, silent)
  second.release()
  expect(readdirSync(folder)).toEqual([])
})

test('a missing folder is made', async () => {
  const lock = await lockDataFolder(join(folder, 'a/b'), silent)
  expect(readdirSync(join(folder, 'a/b'))).toEqual(['server.lock'])
  lock.release()
})

const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
const stale: readonly [title: string, content: string][] = [
  ['of a process that is gone', JSON.stringify({ pid: 2 ** 30, host: hostname(), started: '1', boot })],
  [
    'of an earlier process with the same number',
    JSON.stringify({ pid: process.pid, host: hostname(), started: '1', boot }),
  ],
  ['of an earlier boot', JSON.stringify({ pid: process.pid, host: hostname(), started: '1', boot: 'x' })],
  ['of another host or container that does not answer', JSON.stringify({ pid: 1, host: 'other', started: '1', boot })],
  ['cut short by a crash', '{"pid":'],
  ['empty', ''],
]
test.each(stale)('a lock %s is taken over', async (_, content) => {
  writeFileSync(lockFile(), content)
  const lock = await lockDataFolder(folder, silent)
  expect(JSON.parse(readFileSync(lockFile(), 'utf8'))).toMatchObject({ pid: process.pid })
  lock.release()
  expect(readdirSync(folder)).toEqual([])
})

test('a lock of another container is respected while its server answers', async () => {
  writeFileSync(lockFile(), JSON.stringify({ pid: 1, host: 'other', started: '1', boot }))
  await expect(lockDataFolder(folder, answering)).rejects.toThrow(DataFolderError)
})

test('a lock that another server has taken over meanwhile is left to it', async () => {
  writeFileSync(lockFile(), '')
  const [a, b] = await Promise.allSettled([lockDataFolder(folder, silent), lockDataFolder(folder, silent)])
  expect([a.status, b.status].sort()).toEqual(['fulfilled', 'rejected'])
})

test('a folder that cannot be one is refused with advice', async () => {
  writeFileSync(join(folder, 'file'), '')
  await expect(lockDataFolder(join(folder, 'file'), silent)).rejects.toThrow('is a file, not a folder')
  mkdirSync(join(folder, 'sub'))
  await expect(lockDataFolder(join(folder, 'file/sub'), silent)).rejects.toThrow('is a file, not a folder')
})
