import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCommand, runSuccessfully } from '../peers/index.ts'
import { testFolder, zoneText } from './folder.ts'
import { startServer } from './server.ts'

const VERSION = (
  JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string }
).version

describe('the command line', () => {
  test('--version is that of the package', async () => {
    expect((await runSuccessfully('--version')).stdout).toBe(`${VERSION}\n`)
  })

  test.each(['', 'serve', 'load', 'check', 'export', 'history', 'query', 'status', 'reload', 'feed'])(
    '%s --help has examples',
    async (command) => {
      const { status, stdout } = await runCommand(...(command === '' ? [] : [command]), '--help')
      expect(status).toBe(0)
      expect(stdout).toContain('Examples:\n  zonecut ')
    },
  )

  const usage: readonly [args: string[], message: string][] = [
    [[], 'Usage: zonecut'],
    [['sevre'], "unknown command 'sevre'"],
    [['load', '--zone', 'zz'], "missing required argument 'file'"],
    [['load', 'zz.zone'], "required option '--zone <origin>' not specified"],
    [['load', 'zz.zone', '--zone', 'a..b'], '--zone a..b: '],
    [['check', 'zz.zone', '--zone', 'zz', '--frob'], "unknown option '--frob'"],
    [['serve', '--workers', 'many'], "--workers: 'many': write auto or a whole number from 1 to 256"],
    [['serve', '--listen', '127.0.0.1:x'], "--listen: '127.0.0.1:x' is not a listening address"],
    [['serve', '--zone', 'zz='], "--zone: 'zz=': write ORIGIN=FILE"],
    [['query'], "missing required argument 'words'"],
    [['query', 'zz', '+nonsense'], "unknown switch '+nonsense'"],
    [['query', 'zz', '-p', 'x'], '-p x: write a port'],
  ]
  test.each(usage)('%s is a usage error', async (args, message) => {
    const { status, stderr, stdout } = await runCommand(...args)
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('    at ')
    expect(stdout).toBe('')
    expect(status).toBe(2)
  })

  const faults: readonly [title: string, args: (folder: string) => string[], message: string][] = [
    ['no server', (folder) => ['status', '--data', folder], 'no server runs on'],
    ['no server to reload', (folder) => ['reload', '--data', folder], 'no server runs on'],
    ['no reply', () => ['query', '@127.0.0.1', '-p', '15299', 'zz'], 'nothing listens on 127.0.0.1@15299 over UDP'],
    ['no such zone', (folder) => ['export', '--zone', 'zz', '--data', folder], 'load it first'],
    ['no such file', (folder) => ['load', join(folder, 'no.zone'), '--zone', 'zz', '--data', folder], 'no.zone'],
    ['no such file to check', (folder) => ['check', join(folder, 'no.zone'), '--zone', 'zz'], 'no.zone'],
    ['no such configuration', (folder) => ['serve', '--config', join(folder, 'no.yaml')], 'no.yaml: no such file'],
    [
      'a configuration with mistakes',
      (folder) => ['serve', '--config', join(folder, 'bad.yaml')],
      'bad.yaml:2:1: wrokers: unknown key',
    ],
    [
      'a data folder that is a file',
      (folder) => ['serve', '--data', join(folder, 'bad.yaml')],
      'is a file, not a folder',
    ],
  ]
  test.each(faults)('%s is a fault, told without a stack trace', async (_, args, message) => {
    const folder = testFolder({ 'bad.yaml': 'io: auto\nwrokers: 3\n' })
    const { status, stderr, stdout } = await runCommand(...args(folder))
    expect(stdout + stderr).toContain(message)
    expect(stderr).not.toContain('    at ')
    expect(status).toBe(1)
  })
})

describe('load', () => {
  test('says what it loaded, and each phase in a line', async () => {
    const folder = testFolder({ 'zz.zone': zoneText('zz.', 7) })
    const { stdout, stderr } = await runSuccessfully('load', join(folder, 'zz.zone'), '--zone', 'ZZ', '--data', folder)
    expect(stdout).toMatch(/^loaded zz\. serial 7: 6 records, 1 delegations, in \d+\.\d s\n$/)
    expect(stderr).toMatch(/^parse: 6 records, 0\.0 MB, \d+\.\d s\n/)
    expect(stderr.trim().split('\n').length).toBeGreaterThan(2)
  })

  test('lists all mistakes and loads nothing', async () => {
    const mistakes = 'x A 1.2.3\ny MX ten mail\n'
    const folder = testFolder({ 'zz.zone': zoneText('zz.', 7), 'bad.zone': zoneText('zz.', 8, mistakes) })
    await runSuccessfully('load', join(folder, 'zz.zone'), '--zone', 'zz', '--data', folder)
    const { status, stdout, stderr } = await runCommand(
      'load',
      join(folder, 'bad.zone'),
      '--zone',
      'zz',
      '--data',
      folder,
    )
    expect(status).toBe(1)
    expect(stderr).toMatch(/bad\.zone:9:5: expected/)
    expect(stderr).toMatch(/bad\.zone:10:6: expected/)
    expect(stdout).toBe('not loaded: 2 errors; the version before, if any, is unchanged\n')
    expect((await runSuccessfully('export', '--zone', 'zz', '--data', folder)).stdout).toContain('"version 7"')
  })

  test('--json', async () => {
    const folder = testFolder({ 'zz.zone': zoneText('zz.', 7), 'bad.zone': 'zz. A\n' })
    const good = await runSuccessfully('load', join(folder, 'zz.zone'), '--zone', 'zz', '--data', folder, '--json')
    expect(JSON.parse(good.stdout)).toMatchObject({
      zone: 'zz.',
      ok: true,
      info: { serial: 7, records: 6 },
      problems: [],
    })
    const bad = await runCommand('load', join(folder, 'bad.zone'), '--zone', 'zz', '--data', folder, '--json')
    expect(bad.status).toBe(1)
    expect(JSON.parse(bad.stdout)).toMatchObject({ ok: false, problems: [{ line: 1, file: join(folder, 'bad.zone') }] })
  })
})

describe('check', () => {
  test('a sound zone', async () => {
    const folder = testFolder({ 'zz.zone': zoneText('zz.', 7) })
    const { stdout } = await runSuccessfully('check', join(folder, 'zz.zone'), '--zone', 'zz')
    expect(stdout).toBe('zz.: 6 records, 0 errors, 0 warnings\n')
  })

  test('finds what is wrong with the zone, and what with the text', async () => {
    const folder = testFolder({
      'alias.zone': zoneText('zz.', 7, 'alias CNAME example\nalias TXT "too much"'),
      'text.zone': zoneText('zz.', 7, 'x A nowhere'),
    })
    const alias = await runCommand('check', join(folder, 'alias.zone'), '--zone', 'zz')
    expect(alias.stdout).toMatch(/^error: alias\.zz\. /)
    expect(alias.stdout).toMatch(/zz\.: 8 records, 1 errors, 0 warnings\n$/)
    expect(alias.status).toBe(1)
    const text = await runCommand('check', join(folder, 'text.zone'), '--zone', 'zz', '--json')
    expect(text.status).toBe(1)
    expect(JSON.parse(text.stdout)).toMatchObject({ ok: false, problems: [{ line: 9, text: 'nowhere' }] })
  })

  test.each(['coast', 'mail', 'symbols'])('the sample zone %s has no fault', async (name) => {
    const file = join(import.meta.dirname, `../../zones/${name}.zone`)
    const { stdout } = await runSuccessfully('check', file, '--zone', name === 'symbols' ? '!!' : name)
    expect(stdout).toMatch(/^\S+ \d+ records, 0 errors, 0 warnings\n$/)
  })
})

describe('export', () => {
  test('gives a file that loads to the same', async () => {
    const folder = testFolder({ 'zz.zone': zoneText('zz.', 7, 'B TXT "b"\n\\@ TXT "at"') })
    const data = join(folder, 'data')
    await runSuccessfully('load', join(folder, 'zz.zone'), '--zone', 'zz', '--data', data)
    const first = await runSuccessfully('export', '--zone', 'zz', '--data', data)
    expect(first.stdout.split('\n')[0]).toMatch(/^zz\.\t3600\tin\tsoa\tns1\.zz\. hostmaster\.zz\. 7 /)
    expect(first.stdout).toContain('b.zz.\t3600\tin\ttxt\t"b"\n')
    const file = join(folder, 'out.zone')
    expect((await runSuccessfully('export', '--zone', 'zz', '--data', data, '-o', file)).stdout).toBe('')
    expect(readFileSync(file, 'utf8')).toBe(first.stdout)
    await runSuccessfully('load', file, '--zone', 'zz', '--data', join(folder, 'other'))
    const second = await runSuccessfully('export', '--zone', 'zz', '--data', join(folder, 'other'))
    expect(second.stdout).toBe(first.stdout)
  })

  test('to where it may not write says so', async () => {
    const folder = testFolder({ 'zz.zone': zoneText('zz.', 7) })
    await runSuccessfully('load', join(folder, 'zz.zone'), '--zone', 'zz', '--data', folder)
    const output = join(folder, 'missing/out.zone')
    const { status, stderr } = await runCommand('export', '--zone', 'zz', '--data', folder, '-o', output)
    expect(stderr).toContain(`cannot write ${output}`)
    expect(status).toBe(1)
  })
})

test('a server without zones starts, and says how to load one', async () => {
  const folder = testFolder()
  const server = startServer(folder, '--listen', '127.0.0.1@15298')
  await new Promise((resolve) => setTimeout(resolve, 100))
  writeFileSync(join(folder, 'x'), '')
  server.signal('SIGTERM')
  // However early the signal comes, it is not taken for a crash once the program runs.
  expect([0, null]).toContain((await server.exited).code)
})
