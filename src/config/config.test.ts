import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DEFAULT_POLICY } from '../dnssec/keys/index.ts'
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
      control: {
        socket: join(folder, 'data/control.sock'),
        listen: [],
        tls: undefined,
        tokens: [],
        certificates: [],
        limits: { maxBody: 16_777_216, maxConnections: 64, headerTimeout: 10, requestTimeout: 60 },
      },
      metricsListen: [],
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

  test('of metrics have a port of their own', () => {
    writeFileSync(file, 'metrics: { listen: [127.0.0.1, "[::1]:9000"] }')
    expect(loadSettings({ config: file }, '1').metricsListen).toEqual([
      { address: '127.0.0.1', port: 9153 },
      { address: '::1', port: 9000 },
    ])
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

describe('how zones are signed', () => {
  const signed = (sign: string) => `zones:\n  - origin: zz\n    sign:\n      ${sign}\n`
  const settingsOf = (content: string, overrides = {}) => {
    const folder = mkdtempSync(join(tmpdir(), 'zonecut-config-'))
    try {
      const file = join(folder, 'z.yaml')
      writeFileSync(file, content)
      return { folder, settings: loadSettings({ config: file, ...overrides }, '1') }
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  test('true is all defaults, false none of it', () => {
    const { folder, settings } = settingsOf('zones: [{origin: zz, sign: true}, {origin: b, sign: false}, {origin: c}]')
    expect(settings.zones.map(({ signing }) => signing)).toEqual([
      {
        keys: { kind: 'files', folder: join(folder, 'data/keys') },
        parents: [],
        gate: undefined,
        policy: DEFAULT_POLICY,
      },
      undefined,
      undefined,
    ])
  })

  test('what is written goes before the defaults', () => {
    const { folder, settings } = settingsOf(
      signed(`keys: k
      parents: [192.0.2.1@5353, '2001:db8::1']
      gate: { command: [./check, -v], timeout: 2m }
      policy:
        keys: csk
        algorithm: ed25519
        validity: 1w
        jitter: 3600
        refresh: 1d12h
        denialTtl: 5m
        zonemd: off
        lifetimes: { csk: 365d }
        dsDigests: [sha256, sha384]
        purgeAfter: never`),
    )
    const { purgeAfter, ...policy } = DEFAULT_POLICY
    expect(purgeAfter).toBeGreaterThan(0)
    expect(settings.zones[0]?.signing).toEqual({
      keys: { kind: 'files', folder: join(folder, 'k') },
      parents: [
        { address: '192.0.2.1', port: 5353 },
        { address: '2001:db8::1', port: 53 },
      ],
      gate: { command: [join(folder, 'check'), '-v'], timeout: 120 },
      policy: {
        ...policy,
        keys: 'csk',
        algorithm: 15,
        validity: 604_800,
        jitter: 3600,
        refresh: 129_600,
        denialTtl: 300,
        lifetimes: { ...policy.lifetimes, csk: 365 * 86_400 },
        dsDigests: [2, 4],
      },
    })
  })

  test.each([
    ['shortest for the gate', '{ validity: 3h2m, jitter: 2m, refresh: 10m, dnskeyTtl: 5m }'],
    ['longest TTL for the caches', '{ dnskeyTtl: 4d23h55m }'],
  ])('takes a policy with the %s', (_, policy) => {
    expect(() => parseConfig(signed(`policy: ${policy}`), 'z.yaml')).not.toThrow()
  })

  test('never leaves a lifetime out', () => {
    const { settings } = settingsOf(signed('policy: { algorithm: 8, lifetimes: { zsk: never } }'))
    expect(settings.zones[0]?.signing?.policy).toEqual({ ...DEFAULT_POLICY, algorithm: 8, lifetimes: {} })
  })

  test('the command line signs zones that have no way of their own', () => {
    const { folder, settings } = settingsOf(
      'data: d\nzones:\n  - { origin: zz, file: zz.zone, sign: { policy: { denial: nsec } } }\n  - { origin: b, file: b.zone }\n',
      { zones: ['zz=/other.zone'], sign: ['ZZ', 'b.', 'c'] },
    )
    const keys = { kind: 'files', folder: join(folder, 'd/keys') }
    expect(settings.zones).toMatchObject([
      { originText: 'zz.', file: '/other.zone', signing: { keys, policy: { denial: 'nsec' } } },
      { originText: 'b.', file: join(folder, 'b.zone'), signing: { keys, policy: DEFAULT_POLICY } },
      { originText: 'c.', file: undefined, signing: { keys, policy: DEFAULT_POLICY } },
    ])
    expect(problemsOf(() => loadSettings({ sign: ['a..b'] }, '1'))[0]).toMatch(/^--sign: /)
  })

  const TIME = 'expected a time: seconds, or numbers with units, as in 14d or 1h30m, below 68 years'
  test.each([
    ['neither', 'yes please', '4:7: zones[0].sign: expected true, false, or keys such as keys and policy'],
    ['a time', 'policy: { validity: 14 days }', `4:27: zones[0].sign.policy.validity: ${TIME}`],
    ['a time too long', 'policy: { refresh: 90y }', `4:26: zones[0].sign.policy.refresh: ${TIME}`],
    ['a negative time', 'policy: { refresh: -1 }', `4:26: zones[0].sign.policy.refresh: ${TIME}`],
    ['a lifetime', 'policy: { lifetimes: { zsk: x } }', `4:35: zones[0].sign.policy.lifetimes.zsk: ${TIME}; or never`],
    [
      'an algorithm that does not sign',
      'policy: { algorithm: RSASHA1 }',
      '4:28: zones[0].sign.policy.algorithm: expected RSASHA256, RSASHA512, ECDSAP256SHA256, ECDSAP384SHA384, ED25519 or ED448, or its number',
    ],
    [
      'an unknown key',
      'policy: { validty: 14d }',
      "4:17: zones[0].sign.policy.validty: unknown key; did you mean 'validity'?",
    ],
    [
      'a parent',
      'parents: [ns.example]',
      "4:17: zones[0].sign.parents[0]: 'ns.example' is no server's address: expected ADDRESS or ADDRESS@PORT, as in 192.0.2.1@53",
    ],
    ['no program', 'gate: { timeout: 1m }', /^4:13: zones\[0\]\.sign\.gate\.command: missing: expected a list/],
    [
      'a validity too short for the default periods',
      'policy: { validity: 3d }',
      '4:27: zones[0].sign.policy.validity: a validity of 259200 s must be longer than jitter and refresh together, 604800 s; with validity 3d, jitter 2d and refresh 5d, lengthen the validity or shorten the others',
    ],
    [
      'a validity that the gate refuses',
      'policy: { validity: 3h1m, jitter: 2m, refresh: 2h, dnskeyTtl: 1h }',
      '4:27: zones[0].sign.policy.validity: no change would pass the gate, which wants new signatures to be valid for 3h at least (docs/gate.md); with validity 3h1m and jitter 2m some last 2h59m: lengthen the validity to 3h2m or more',
    ],
    [
      'a jitter that leaves what the gate refuses',
      'policy: { jitter: 13d23h, refresh: 30m, dnskeyTtl: 5m }',
      /^4:25: zones\[0\]\.sign\.policy\.jitter: .* with validity 14d and jitter 13d23h some last 1h: lengthen/,
    ],
    [
      'a DNSKEY TTL longer than signatures are sure to last',
      'policy: { dnskeyTtl: 5d }',
      '4:28: zones[0].sign.policy.dnskeyTtl: signatures would expire in caches: with dnskeyTtl 5d and propagationDelay 5m, refresh must be 5d5m or more, and is 5d',
    ],
    [
      'a refresh shorter than the TTL of denial',
      'policy: { refresh: 2h, denialTtl: 1d }',
      /^4:26: zones\[0\]\.sign\.policy\.refresh: .* with denialTtl 1d and propagationDelay 5m, refresh must be 1d5m or more, and is 2h$/,
    ],
    [
      'secondaries that are too far behind',
      'policy: { propagationDelay: 4d23h1m }',
      /^4:35: zones\[0\]\.sign\.policy\.propagationDelay: .* refresh must be 5d1m or more, and is 5d$/,
    ],
    [
      'a refresh too short to renew in',
      'policy: { refresh: 9m, dnskeyTtl: 1m }',
      '4:26: zones[0].sign.policy.refresh: signatures would expire before they are renewed: refresh must be 10m or more, and is 9m',
    ],
    [
      'a refresh too long for the default periods',
      'policy: { refresh: 13d }',
      /^4:26: zones\[0\]\.sign\.policy\.refresh: .* with validity 14d, jitter 2d and refresh 13d, lengthen/,
    ],
    [
      'the lifetime of a key that there is not',
      'policy: { keys: csk, lifetimes: { zsk: 90d } }',
      '4:46: zones[0].sign.policy.lifetimes.zsk: with keys: csk there is no ZSK; write the lifetime of csk',
    ],
    [
      'a lifetime too short for a rollover',
      'policy: { lifetimes: { zsk: 2h } }',
      /^4:35: zones\[0\]\.sign\.policy\.lifetimes\.zsk: a key's lifetime must be longer than 2h5m, /,
    ],
  ])('a mistake: %s', (_, sign, expected) => {
    const problems = problemsOf(() => parseConfig(signed(sign), 'z.yaml')).map((text) => text.replace(/^z\.yaml:/, ''))
    expect(problems).toEqual([typeof expected === 'string' ? expected : expect.stringMatching(expected)])
  })
})

describe('how the server is controlled', () => {
  const controlOf = (content: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'zonecut-config-'))
    try {
      const file = join(folder, 'z.yaml')
      writeFileSync(file, content)
      return { folder, control: loadSettings({ config: file }, '1').control }
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  const SHA256 = 'AB'.repeat(32)
  const TOKEN = `tokens: [{ name: a, sha256: ${SHA256}, allow: [read] }]`

  test('by a socket alone, as its path', () => {
    const { folder, control } = controlOf('control: run/c.sock')
    expect(control).toMatchObject({ socket: join(folder, 'run/c.sock'), listen: [], tokens: [] })
  })

  test('by TCP, with paths relative to the file and zones in full', () => {
    const { folder, control } = controlOf(`control:
  listen: ['192.0.2.1:8000', '[::1]', 2001:db8::1@9000]
  tls: { certificate: c.pem, key: /k.pem, clientCa: ca.pem }
  tokens:
    - { name: a, sha256: ${SHA256}, allow: [changes, read], zones: [ZZ, 'b.'] }
    - { name: b, file: token, allow: [control] }
  certificates: [{ name: feed.example, allow: [changes] }]
  maxBody: 4096
`)
    expect(control).toEqual({
      socket: join(folder, 'data/control.sock'),
      listen: [
        { address: '192.0.2.1', port: 8000 },
        { address: '::1', port: 8453 },
        { address: '2001:db8::1', port: 9000 },
      ],
      tls: { certificate: join(folder, 'c.pem'), key: '/k.pem', clientCa: join(folder, 'ca.pem') },
      tokens: [
        { name: 'a', allow: ['changes', 'read'], zones: ['zz.', 'b.'], secret: { sha256: SHA256.toLowerCase() } },
        { name: 'b', allow: ['control'], zones: undefined, secret: { file: join(folder, 'token') } },
      ],
      certificates: [{ name: 'feed.example', allow: ['changes'], zones: undefined }],
      limits: { maxBody: 4096, maxConnections: 64, headerTimeout: 10, requestTimeout: 60 },
    })
  })

  test.each([
    ['neither', '7', '1:10: control: expected the path of a socket, or keys such as socket and listen'],
    ['an empty path', "''", '1:10: control: expected the path of a socket, or keys such as socket and listen'],
    [
      'in the clear from other machines',
      `{ listen: ['127.0.0.1', 192.0.2.1], ${TOKEN} }`,
      '1:34: control.listen[1]: 192.0.2.1 can be reached from other machines, and without TLS tokens would cross the ' +
        'network in the clear: give tls: { certificate, key }, or listen on 127.0.0.1 or ::1',
    ],
    [
      'for nobody',
      "{ listen: ['127.0.0.1'] }",
      '1:20: control.listen: nobody may ask there: list tokens:, or certificates: with tls.clientCa',
    ],
    [
      'certificates that nothing verifies',
      "{ listen: ['127.0.0.1'], certificates: [{ name: a, allow: [read] }] }",
      '1:49: control.certificates: client certificates are verified with tls.clientCa: name its file',
    ],
    [
      'an authority for nobody',
      `{ tls: { certificate: c, key: k, clientCa: a }, ${TOKEN} }`,
      '1:53: control.tls.clientCa: no certificate is allowed anything: list their names under certificates:',
    ],
    [
      'an unknown right',
      `{ tokens: [{ name: a, sha256: ${SHA256}, allow: [write] }] }`,
      /control\.tokens\[0\]\.allow\[0\]: expected one of changes, control, read$/,
    ],
    [
      'a digest that is none',
      '{ tokens: [{ name: a, sha256: abc, allow: [read] }] }',
      /control\.tokens\[0\]\.sha256: expected 64 hexadecimal digits, as sha256sum prints them$/,
    ],
    [
      'a token without a secret',
      '{ tokens: [{ name: a, allow: [read] }] }',
      /control\.tokens\[0\]: name the token by sha256: or by file:$/,
    ],
    [
      'a token twice',
      `{ tokens: [{ name: a, sha256: ${SHA256}, allow: [read] }, { name: a, file: f, allow: [read] }] }`,
      /control\.tokens\[1\]\.name: the name a is listed twice$/,
    ],
    [
      'times that do not fit',
      '{ headerTimeout: 20, requestTimeout: 10 }',
      /control\.requestTimeout: must not be less than headerTimeout, 20 s, which is part of it$/,
    ],
    ['an unknown key', '{ lisen: [] }', "1:12: control.lisen: unknown key; did you mean 'listen'?"],
  ])('a mistake: %s', (_, control, expected) => {
    const problems = problemsOf(() => parseConfig(`control: ${control}\n`, 'z.yaml'))
    expect(problems.map((text) => text.replace(/^z\.yaml:/, ''))).toEqual([
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    ])
  })
})

test('docs/configuration.md describes exactly the keys there are', () => {
  const text = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
  const described = [...text.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1])
  expect(described.sort()).toEqual(configKeys().sort())
})
