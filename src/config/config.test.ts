import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseConfig, readConfig } from './file.ts'
import { ConfigError, configKeys, describeProblem, loadSettings } from './index.ts'

function problemsOf(run: () => unknown): string[] {
  try {
    run()
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(describeProblem)
    throw error
  }
  return []
}

describe('a mistake is told with its line, its key, and what would be right', () => {
  const cases: readonly [title: string, text: string, problems: readonly string[]][] = [
    ['unknown key', 'data: x\nlisen: [127.0.0.1@53]\n', ["z.yaml:2:1: lisen: unknown key; did you mean 'listen'?"]],
    [
      'unknown key below another',
      'tcp:\n  idletimeout: 3\n',
      ["z.yaml:2:3: tcp.idletimeout: unknown key; did you mean 'idleTimeout'?"],
    ],
    ['unknown key like no other', 'edns:\n  xyzzy: 3\n', ['z.yaml:2:3: edns.xyzzy: unknown key; known here: payload']],
    [
      'key of a zone',
      'zones:\n  - orign: zz\n    origin: zz\n',
      ["z.yaml:2:5: zones[0].orign: unknown key; did you mean 'origin'?"],
    ],
    [
      'number out of range',
      'edns: { payload: 100 }\n',
      ['z.yaml:1:18: edns.payload: expected a whole number from 512 to 4096 (octets)'],
    ],
    [
      'text for a number',
      'tcp:\n  idleTimeout: 10s\n',
      ['z.yaml:2:16: tcp.idleTimeout: expected a whole number from 1 to 3600 (seconds)'],
    ],
    ['workers', 'workers: many\n', ['z.yaml:1:10: workers: expected auto or a whole number from 1 to 256 (threads)']],
    ['io', 'io: epoll\n', ['z.yaml:1:5: io: expected one of auto, mmsg, dgram']],
    ['level', 'log:\n  level: loud\n', ['z.yaml:2:10: log.level: expected one of debug, info, warn, error']],
    [
      'scalar for a list',
      'listen: 127.0.0.1@53\n',
      ['z.yaml:1:9: listen: expected a list of addresses, as in [127.0.0.1@5300, ::1@5300]'],
    ],
    ['empty list', 'listen: []\n', ['z.yaml:1:9: listen: name at least one address, as in [127.0.0.1@5300]']],
    [
      'address',
      'listen:\n  - 127.0.0.1@53\n  - localhost\n',
      [
        "z.yaml:3:5: listen[1]: 'localhost' is not a listening address: expected an IPv4 or IPv6 address, then @ and a port",
      ],
    ],
    [
      'port',
      'listen: [127.0.0.1@0]\n',
      [
        "z.yaml:1:10: listen[0]: '127.0.0.1@0' is not a listening address: expected a port from 1 to 65535 after the address",
      ],
    ],
    [
      'zone without origin',
      'zones:\n  - file: a.zone\n',
      ['z.yaml:2:5: zones[0].origin: missing: expected text; put it in quotes when it looks like a number'],
    ],
    ['zone that is text', 'zones: [zz]\n', ['z.yaml:1:9: zones[0]: expected a zone: origin: NAME, and file: PATH']],
    ['origin', 'zones:\n  - origin: a..b\n', [/^z\.yaml:2:13: zones\[0\]\.origin: ./.source]],
    [
      'zone twice',
      'zones:\n  - origin: zz\n  - origin: ZZ.\n',
      ['z.yaml:3:13: zones[1].origin: the zone zz. is listed twice'],
    ],
    [
      'number for text',
      'nsid: 7\n',
      ['z.yaml:1:7: nsid: expected text; put it in quotes when it looks like a number, or write auto or off'],
    ],
    ['text too long', `chaos:\n  id: ${'x'.repeat(256)}\n`, ['z.yaml:2:7: chaos.id: must be at most 255 octets']],
    ['no map', '- a\n', ['z.yaml:1:1: expected keys and values, as in data: /var/lib/zonecut']],
    ['key twice', 'io: auto\nio: mmsg\n', ['z.yaml:2:1: not valid YAML: Map keys must be unique']],
    [
      'two mistakes in the order of the file',
      'io: a\nworkers: 0\n',
      [
        'z.yaml:1:5: io: expected one of auto, mmsg, dgram',
        'z.yaml:2:10: workers: expected a whole number from 1 to 256 (threads)',
      ],
    ],
  ]
  test.each(cases)('%s', (_, text, expected) => {
    const problems = problemsOf(() => parseConfig(text, 'z.yaml'))
    expect(problems).toHaveLength(expected.length)
    for (const [index, problem] of problems.entries()) {
      const want = expected[index]!
      if (want.startsWith('^')) expect(problem).toMatch(new RegExp(want))
      else expect(problem).toBe(want)
    }
  })

  test('what is no YAML at all', () => {
    expect(problemsOf(() => parseConfig('data: [a\nlisten: }', 'z.yaml'))[0]).toMatch(
      /^z\.yaml:\d+:\d+: not valid YAML: /,
    )
  })

  test('aliases that would expand beyond measure', () => {
    const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i},`.repeat(9)}]`)
    const [problem] = problemsOf(() => parseConfig(`l0: &l0 [x]\n${levels.join('\n')}\n`, 'z.yaml'))
    expect(problem).toMatch(/^z\.yaml: not valid YAML: .*alias/)
  })

  test('a file that is not there', () => {
    expect(problemsOf(() => readConfig('/nowhere/z.yaml'))).toEqual([
      '/nowhere/z.yaml: no such file; name the configuration with --config FILE',
    ])
  })
})

describe('settings', () => {
  let folder: string
  let file: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'zonecut-config-'))
    file = join(folder, 'zonecut.yaml')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  test('of an empty file are the defaults, with paths relative to the file', () => {
    writeFileSync(file, '')
    const settings = loadSettings({ config: file }, '1.2.3')
    expect(settings).toMatchObject({
      configFile: file,
      data: join(folder, 'data'),
      control: join(folder, 'data/control.sock'),
      listen: [{ address: '127.0.0.1', port: 5300 }],
      io: 'auto',
      zones: [],
      ednsPayload: 1232,
      nsid: undefined,
      chaos: { version: 'zonecut 1.2.3', hostname: hostname(), id: hostname() },
      tcp: { maxConnections: 2000, maxPerClient: 100, idleTimeout: 10, messageTimeout: 5, writeTimeout: 5 },
      log: { level: 'info', format: 'text' },
    })
    expect(settings.workers).toBeGreaterThan(0)
  })

  test('without a file are relative to the working directory', () => {
    expect(loadSettings({}, '1').data).toBe(resolve('data'))
  })

  test('take the command line before the file', () => {
    writeFileSync(
      file,
      'data: a\nlisten: [127.0.0.1@53]\nworkers: 3\nio: dgram\nzones: [{origin: zz, file: zz.zone}, {origin: b}]\n',
    )
    const settings = loadSettings(
      {
        config: file,
        data: '/b',
        listen: ['::1@5300'],
        workers: '2',
        io: 'mmsg',
        zones: ['ZZ=other.zone', '!!=s.zone'],
      },
      '1',
    )
    expect(settings).toMatchObject({ data: '/b', listen: [{ address: '::1', port: 5300 }], workers: 2, io: 'mmsg' })
    expect(settings.zones.map(({ originText, file }) => [originText, file])).toEqual([
      ['zz.', resolve('other.zone')],
      ['b.', undefined],
      ['!!.', resolve('s.zone')],
    ])
  })

  test('off and auto of identities', () => {
    writeFileSync(file, 'nsid: auto\nchaos: { version: off, hostname: false, id: ns1.example }\n')
    const { nsid, chaos } = loadSettings({ config: file }, '1')
    expect({ nsid, chaos }).toEqual({
      nsid: hostname(),
      chaos: { version: undefined, hostname: undefined, id: 'ns1.example' },
    })
  })

  test('tell all mistakes of the command line at once', () => {
    expect(
      problemsOf(() => loadSettings({ listen: ['1.2.3'], workers: '0', io: 'x', zones: ['=f', 'zz='] }, '1')),
    ).toEqual([
      "--listen: '1.2.3' is not a listening address: expected an IPv4 or IPv6 address, then @ and a port",
      "--workers: '0': write auto or a whole number from 1 to 256",
      "--io: 'x': write auto, mmsg or dgram",
      "--zone: '=f': write ORIGIN=FILE, as in zz=zones/zz.zone",
      "--zone: 'zz=': write ORIGIN=FILE, as in zz=zones/zz.zone",
    ])
  })
})

test('docs/configuration.md describes exactly the keys there are', () => {
  const text = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
  const described = [...text.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1])
  expect(described.sort()).toEqual(configKeys().sort())
})
