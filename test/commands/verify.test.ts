import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { runCommand, runSuccessfully, temporaryFolder } from '../peers/index.ts'

const ZONE = `$ORIGIN zz.
$TTL 3600
@ SOA ns hostmaster 7 3600 900 604800 300
@ NS ns
ns A 192.0.2.1
text.ent TXT "x"
plain NS ns.example.
signed NS ns.example.
signed DS 12345 13 2 ${'ab'.repeat(32)}
glued NS ns.glued
ns.glued A 192.0.2.9
`
const DENIALS = ['nsec', 'nsec3', 'nsec3-opt-out'] as const

const folder = temporaryFolder('verify')
const file = (name: string) => join(folder, name)
const signed = new Map<string, readonly string[]>()

beforeAll(async () => {
  writeFileSync(file('zone'), ZONE)
  await runSuccessfully('keys', 'generate', '--zone', 'zz', '--keys', file('keys'))
  for (const denial of DENIALS) {
    const options = ['--zone', 'zz', '--keys', file('keys'), '--denial', denial, '--zonemd', 'sha384']
    await runSuccessfully('sign', file('zone'), ...options, '-o', file(denial))
    signed.set(denial, readFileSync(file(denial), 'utf8').trimEnd().split('\n'))
  }
}, 60_000)

type Lines = readonly string[]

/** Another character at the end of each line that is meant, before what pads base64. */
const spoilt = (lines: Lines, line: RegExp) =>
  lines.map((text) =>
    line.test(text) ? text.replace(/(.)(..==)$/, (_, one, rest) => `${one === 'A' ? 'B' : 'A'}${rest}`) : text,
  )
const without = (lines: Lines, line: RegExp) => lines.filter((text) => !line.test(text))
const copied = (lines: Lines, line: RegExp, change: (text: string) => string) => [
  ...lines,
  ...lines.filter((text) => line.test(text)).map(change),
]

/** A record of the chain that is not the apex's, with its signature. */
function withoutLink(lines: Lines): Lines {
  const links = lines.filter((text) => /\tnsec3?\t/.test(text) && !/ SOA /.test(text))
  const owner = links[1]!.split('\t')[0]!
  return lines.filter((text) => !(text.startsWith(`${owner}\t`) && /\tnsec3?\t|\tNSEC3? /.test(text)))
}

const FAULTS: readonly (readonly [string, (lines: Lines) => Lines, Readonly<Partial<Record<string, RegExp>>>])[] = [
  [
    'a signature spoilt',
    (lines) => spoilt(lines, /\trrsig\tTXT /),
    { all: /^error: text\.ent\.zz\. TXT: .* does not verify \(signature-invalid\)$/m },
  ],
  [
    'a signature gone',
    (lines) => without(lines, /\trrsig\tTXT /),
    { all: /^error: text\.ent\.zz\. TXT: not signed \(signature-missing\)$/m },
  ],
  [
    'data changed',
    (lines) => lines.map((text) => text.replace(/"x"/, '"y"')),
    { all: /TXT: .* does not verify \(signature-invalid\)$/m },
  ],
  [
    'a TTL changed',
    (lines) => lines.map((text) => text.replace(/^(text\.ent\.zz\.\t)3600/, '$160')),
    { all: /\(signature-original-ttl\)$/m },
  ],
  [
    'a record of the chain gone',
    withoutLink,
    { nsec: /\(nsec-(?:missing|chain)\)$/m, nsec3: /\(nsec3-chain\)$/m, 'nsec3-opt-out': /\(nsec3-chain\)$/m },
  ],
  [
    'types of the chain wrong',
    (lines) => lines.map((text) => text.replace(/ TXT RRSIG/, ' MX TXT RRSIG')),
    { all: /lists MX TXT RRSIG.* \(nsec3?-bitmap\)$/m },
  ],
  [
    'a name that the chain leaves out',
    (lines) => [...lines, 'new.zz.\t60\tin\ttxt\t"new"'],
    { all: /^error: new\.zz\. NSEC3?: .*\(nsec3?-missing\)$/m },
  ],
  [
    'a delegation that the chain leaves out',
    (lines) => [...lines, 'new.zz.\t60\tin\tns\tns.example.'],
    { nsec: /\(nsec-missing\)$/m, nsec3: /\(nsec3-missing\)$/m, 'nsec3-opt-out': /\(zonemd-mismatch\)$/m },
  ],
  ['a DS gone', (lines) => without(lines, /\tds\t/), { all: /DS: not signed|lists NS DS RRSIG|covers DS/ }],
  [
    'a signature on a delegation',
    (lines) =>
      copied(lines, /^ns\.zz\..*\trrsig\tA /, (text) => text.replace('ns.zz.', 'plain.zz.').replace('\tA ', '\tNS ')),
    { all: /^warning: plain\.zz\. NS: .*\(signature-misplaced\)$/m },
  ],
  [
    'a signature on glue',
    (lines) => copied(lines, /^ns\.zz\..*\trrsig\tA /, (text) => text.replace('ns.zz.', 'ns.glued.zz.')),
    { all: /^warning: ns\.glued\.zz\. A: .*\(signature-misplaced\)$/m },
  ],
  [
    'a key gone',
    (lines) => without(lines, /\tdnskey\t256 /),
    { all: /^error: zz\. SOA: none of its signatures is by a key of the zone \(signature-missing\)$/m },
  ],
  [
    'the digest spoilt',
    (lines) =>
      lines.map((text) => text.replace(/(\tzonemd\t.*)(.)$/, (_, head, one) => `${head}${one === '0' ? '1' : '0'}`)),
    { all: /^error: zz\. ZONEMD: the digest does not match the content of the zone \(zonemd-mismatch\)$/m },
  ],
]

test.each(FAULTS)('%s is found, whatever the denial', { timeout: 60_000 }, async (_, spoil, expected) => {
  for (const denial of DENIALS) {
    const lines = spoil(signed.get(denial)!)
    expect(lines).not.toEqual(signed.get(denial))
    writeFileSync(file('spoilt'), `${lines.join('\n')}\n`)
    const { status, stdout } = await runCommand('verify', file('spoilt'), '--zone', 'zz')
    expect(stdout).toMatch(expected[denial] ?? expected.all!)
    expect(stdout).toMatch(/^zz\.: \d+ records, \d+ faults?$/m)
    expect(status).toBe(1)
  }
})

test('what is in order passes, and each fault is listed, as many as are asked for', { timeout: 60_000 }, async () => {
  for (const denial of DENIALS) {
    const signatures = signed.get(denial)!.filter((line) => line.includes('\trrsig\t')).length
    expect((await runSuccessfully('verify', file(denial), '--zone', 'zz')).stdout).toMatch(
      /^zz\.: \d+ records, all valid\n$/,
    )
    const expired = ['verify', file(denial), '--zone', 'zz', '--at', '20500101000000']
    const { status, stdout } = await runCommand(...expired)
    expect(status).toBe(1)
    expect(stdout.match(/^warning: .*\(signature-expired\)$/gm)).toHaveLength(signatures)
    expect(stdout).toContain(`, ${signatures} faults\n`)
    const few = await runCommand(...expired, '--faults', '2')
    expect(few.stdout.match(/^warning: .*\(signature-expired\)$/gm)).toHaveLength(2)
    expect(few.stdout).toContain(`\nand ${signatures - 2} more (signature-expired)\n`)
    expect(few.stdout).toContain(`, ${signatures} faults\n`)
  }
  expect((await runCommand('verify', file('nsec'), '--zone', 'zz', '--faults', '0')).status).toBe(2)
})
