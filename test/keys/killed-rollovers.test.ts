import { spawn } from 'node:child_process'
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type KeySet, requestAlgorithm, requestRollover, type SigningPolicy } from '../../src/dnssec/keys/index.ts'
import { HOUR, Kept, POLICY } from '../../src/pipeline/signed/kept.fixture.ts'
import { temporaryFolder } from '../peers/index.ts'

const HOURS = 24
/** A program that is killed so often changes the same again and again. */
const MAX_KILLS = 200
const module = (path: string) => JSON.stringify(join(import.meta.dirname, '../../dist', path))

interface Life {
  readonly folder: string
  readonly policy: SigningPolicy
  /** When it begins, in seconds since 1970. */
  readonly begin: number
  /** Kill it after every change it makes to a file or to the zone. */
  readonly kills: boolean
}

/** What the zone shows of its keys, from an hour on. */
interface Shown {
  readonly hour: number
  readonly line: Readonly<Record<string, string>>
}

/**
 * The program that keeps a zone signed, hour by hour of a simulated clock, the parent following at once. It is killed by
 * signal 9, when it is, after its first change of a file's name or of the zone; where that brought it no further than it
 * was when it began, after its second the next time. Each time it starts, all of the zone is verified first.
 */
const program = ({ folder, policy, begin, kills }: Life) => `
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { RrsigVerifier } from ${module('dnssec/verify/index.js')}
import { KeySetFile, publication } from ${module('dnssec/keys/index.js')}
import { RRType } from ${module('iana/index.js')}
import { SignedZone } from ${module('pipeline/signed/index.js')}
import { ZoneUpdater } from ${module('pipeline/update.js')}
import { ZoneChecker } from ${module('zone/checks/index.js')}
import { sortKey } from ${module('zone/index.js')}

const origin = Uint8Array.of(2, 122, 122, 0)
const folder = ${JSON.stringify(folder)}
const policy = ${JSON.stringify(policy)}
const { renameSync, writeFileSync } = fs
const read = (name, otherwise) =>
  fs.existsSync(folder + name) ? JSON.parse(fs.readFileSync(folder + name, 'utf8')) : otherwise
function write(name, value) {
  writeFileSync(folder + name + '.new', JSON.stringify(value))
  renameSync(folder + name + '.new', folder + name)
}
const world = read('/world.json', { hour: 0, lines: [] })
const killed = read('/killed.json', { times: 0, from: '', changes: 0 })
let from = ''
let changes = 0
let killAfter = Number.POSITIVE_INFINITY
function counted(object, name, isChange = () => true) {
  const call = object[name]
  object[name] = function (...args) {
    const change = isChange(...args)
    const result = call.apply(this, args)
    if (change && ++changes === killAfter) {
      write('/killed.json', { times: killed.times + 1, from, changes })
      process.kill(process.pid, 'SIGKILL')
    }
    return result
  }
}
counted(fs, 'linkSync')
counted(fs, 'renameSync')
counted(fs, 'rmSync', (path) => fs.existsSync(path))
counted(ZoneUpdater.prototype, 'apply')
syncBuiltinESMExports()

const zone = new SignedZone({ dataDir: folder + '/data', origin, policy, keys: { kind: 'files', folder: folder + '/keys' } })
const apex = () => zone.updater.snapshot.node(origin).rrsets
const rdatas = (type) => (apex().find((rrset) => rrset.type === type)?.rdatas ?? []).map((rdata) => Buffer.from(rdata).toString('base64'))

/** Zone, state and keys as they are, without drafts and halves of keys. */
function standing() {
  const files = fs.readdirSync(folder + '/keys').filter((name) => !name.endsWith('.new'))
  const whole = files.filter((name) => !name.endsWith('.private') || files.includes(name.replace('.private', '.key')))
  return JSON.stringify([zone.updater.info, ...whole.map((name) => [name, fs.readFileSync(folder + '/keys/' + name, 'utf8')])])
}

function verify(now) {
  const { snapshot } = zone.updater
  const chain = [...snapshot.denialNodes()].map((node) => ({ node, key: sortKey(node.owner, origin) }))
  const nodes = [...snapshot.nodes(), ...chain].sort((a, b) => Buffer.compare(a.key, b.key))
  const checker = new ZoneChecker({ origin, now, temporaryFolder: folder + '/checks', verifier: new RrsigVerifier() })
  for (const { node } of nodes) checker.node(node)
  // Before its DNSKEY is published, and after it was, a key of another algorithm signs (RFC 6781 4.1.4).
  const faults = checker.finish().findings.filter(({ check }) => check !== 'signature-without-key')
  if (faults.length > 0) throw new Error('hour ' + world.hour + ': ' + JSON.stringify(faults))
}

const timeOf = (hour) => ${begin} + hour * ${HOUR}
verify(timeOf(world.hour))
while (world.hour < ${HOURS}) {
  const now = timeOf(world.hour)
  from = world.hour + standing()
  changes = 0
  if (${kills} && killed.times < ${MAX_KILLS}) killAfter = killed.from === from ? killed.changes + 1 : 1
  // What one turn changed the next one sees.
  for (let before = -1; before !== changes; ) {
    before = changes
    const { checkParent } = await zone.turn(now)
    const shown = rdatas(RRType.CDS)
    if (checkParent) zone.noteParent({ at: now, ttl: ${HOUR}, everywhere: shown, anywhere: shown })
  }
  killAfter = Number.POSITIVE_INFINITY
  const state = new KeySetFile(folder + '/keys', origin).read()
  const { signDnskeyWith, signZoneWith } = publication(state)
  const names = (isMeant) => state.keys.flatMap((key, i) => (isMeant(key) ? key.role + i : [])).join(' ')
  const line = {
    dnskeys: names(({ publicKey }) => rdatas(RRType.DNSKEY).includes(publicKey)),
    cds: names(({ keyTag }) => rdatas(RRType.CDS).some((cds) => Buffer.from(cds, 'base64').readUInt16BE() === keyTag)),
    keysSignedBy: names(({ id }) => signDnskeyWith.includes(id)),
    zoneSignedBy: names(({ id }) => signZoneWith.includes(id)),
  }
  if (JSON.stringify(world.lines.at(-1)?.line) !== JSON.stringify(line)) world.lines.push({ hour: world.hour, line })
  world.hour++
  write('/world.json', world)
}
verify(timeOf(world.hour))
await zone.close()`

/** Runs the program until it is through, and returns what the zone showed, its keys named by role and order of making. */
async function live(life: Life): Promise<{ shown: Shown[]; kills: number }> {
  for (;;) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program(life)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let errors = ''
    child.stderr.on('data', (text: Buffer) => {
      errors += text.toString()
    })
    const status = await new Promise<number | string | null>((resolve) =>
      child.once('close', (code, signal) => resolve(code ?? signal)),
    )
    expect([status, errors]).toEqual([status === 0 ? 0 : 'SIGKILL', ''])
    if (status === 0) break
  }
  const read = (name: string): unknown => {
    const path = join(life.folder, name)
    return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
  }
  const { lines } = read('world.json') as { lines: Shown[] }
  const { times: kills } = (read('killed.json') ?? { times: 0 }) as { times: number }
  return { shown: lines, kills }
}

const ROLLOVERS: readonly (readonly [string, Partial<SigningPolicy>, (state: KeySet) => KeySet, number])[] = [
  ['ZSK', {}, (state) => requestRollover(state, ['zsk']), 3],
  ['KSK', {}, (state) => requestRollover(state, ['ksk']), 3],
  ['KSK by double-DS', { kskRollover: 'double-ds' }, (state) => requestRollover(state, ['ksk']), 3],
  ['CSK', { keys: 'csk' }, (state) => requestRollover(state, ['csk']), 3],
  ['algorithm', {}, (state) => requestAlgorithm(state, 15), 5],
]

test.concurrent.for(ROLLOVERS)(
  '%s: killed after each change that it makes, a rollover takes the steps that it takes undisturbed',
  { timeout: 150_000 },
  async ([, change, ask, steps], { expect }) => {
    const policy = { ...POLICY, ...change }
    const kept = await Kept.begin(policy, 12)
    for (let hour = 0; hour < 24; hour++) await kept.advance(HOUR)
    await kept.close()
    kept.request(ask)
    const lives = [false, true].map((kills) => {
      const folder = temporaryFolder('killed-rollover')
      cpSync(kept.dataDir, join(folder, 'data'), { recursive: true })
      cpSync(kept.keys, join(folder, 'keys'), { recursive: true })
      return { folder, policy, begin: kept.now + HOUR, kills }
    })
    const undisturbed = await live(lives[0]!)
    const killed = await live(lives[1]!)
    expect(undisturbed.shown.length).toBeGreaterThanOrEqual(steps)
    expect(killed.shown.map(({ line }) => line)).toEqual(undisturbed.shown.map(({ line }) => line))
    // What was seen last before a kill may be seen again later, and waits begin with it: never earlier.
    for (const [i, { hour }] of undisturbed.shown.entries()) {
      expect(killed.shown[i]!.hour - hour).toBeGreaterThanOrEqual(0)
      expect(killed.shown[i]!.hour - hour).toBeLessThanOrEqual(2)
    }
    expect(killed.kills).toBeGreaterThan(5 * steps)
    expect(killed.kills).toBeLessThan(MAX_KILLS)
  },
)
