import { rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { Command, Option } from 'commander'
import { DEFAULT_POLICY } from '../src/dnssec/keys/index.ts'
import { FileKeyStore, type KeyStoreDescriptor } from '../src/dnssec/keystore/index.ts'
import { partKeys, SignatureSchedule, type SigningContext } from '../src/dnssec/sign/index.ts'
import { DnssecAlgorithm } from '../src/iana/index.ts'
import { packedLength, SignedForm } from '../src/pipeline/signing/index.ts'
import { nameFromText } from '../src/wire/index.ts'
import { runSuccessfully, temporaryFolder } from '../test/peers/index.ts'
import { between, runMain, wholeBetween } from './cli.ts'
import { type Spread, spread } from './compare/statistics.ts'
import { nativeRate, type SigningRate } from './signing/native-rate.ts'
import { readZoneNodes, type ZoneNodes } from './signing/zone-nodes.ts'
import { writeTldZone } from './zone/generate.ts'

interface Options {
  readonly zone?: string
  readonly origin: string
  readonly delegations: number
  readonly denial: 'nsec' | 'nsec3' | 'nsec3-opt-out'
  readonly seconds: number
  readonly rounds: number
  readonly json?: true
}

/** Octets of nodes that a pool signs before it is measured: its threads have started and are compiled. */
const WARM_UP = 16 << 20

interface Round {
  readonly native: SigningRate
  readonly pool: SigningRate
  /** Signatures a second. */
  readonly command: number
  /** Seconds of the command's phases, and of all of it. */
  readonly phases: Readonly<Record<string, number>>
  readonly seconds: number
}

/** As it was built: what runs TypeScript as it is makes functions slower. */
const built = new URL('../dist/pipeline/signing/index.js', import.meta.url).href
const { SigningPool } = (await import(built)) as typeof import('../src/pipeline/signing/index.ts')

/** The pool that `zonecut sign` has, giving lines of text, fed with all of a zone's nodes. */
async function poolRate(nodes: ZoneNodes, context: SigningContext, store: KeyStoreDescriptor): Promise<SigningRate> {
  const { keys, schedule, now } = context
  const pool = new SigningPool({ keys, schedule, now, store, forms: [SignedForm.TEXT] }, () => {})
  try {
    let warm = 0
    while (warm < Math.min(WARM_UP, nodes.length)) warm += packedLength(nodes.buf, warm)
    pool.add(nodes.buf, 0, warm)
    pool.flush()
    const before = process.cpuUsage()
    const began = performance.now()
    pool.add(nodes.buf, 0, nodes.length)
    pool.flush()
    const perSecond = nodes.rrsets / ((performance.now() - began) / 1000)
    const { user, system } = process.cpuUsage(before)
    return { perSecond, processor: (user + system) / nodes.rrsets }
  } finally {
    await pool.close()
  }
}

/** `zonecut sign` as a process of its own, from its start to its end. */
async function signCommand(file: string, folder: string, { origin, denial }: Options) {
  const output = join(folder, 'signed')
  const began = performance.now()
  const args = ['--zone', origin, '--keys', join(folder, 'keys'), '-o', output, '--denial', denial]
  const { stderr } = await runSuccessfully('sign', file, ...args)
  const seconds = (performance.now() - began) / 1000
  rmSync(output)
  const phases = Object.fromEntries(
    [...stderr.matchAll(/^(\w+): .* ([\d.]+) s$/gm)].map(([, phase, time]) => [phase!, Number(time)]),
  )
  return { seconds, phases }
}

const rate = (value: number) => Math.round(value).toLocaleString('en-US')
const rateText = ({ perSecond, processor }: SigningRate) => `${rate(perSecond)} /s (${processor.toFixed(1)} µs)`
const ratioText = ({ min, median, max }: Spread) => `${min.toFixed(2)} / ${median.toFixed(2)} / ${max.toFixed(2)}`

function report(rounds: readonly Round[], nodes: ZoneNodes, threads: number): string {
  const lines = [`${rate(nodes.rrsets)} signatures, of ${nodes.signedOctets} octets at the mean; ${threads} processors`]
  for (const [i, { native, pool, command, phases, seconds }] of rounds.entries()) {
    const parts = Object.entries(phases).map(([phase, time]) => `${phase} ${time.toFixed(1)}`)
    lines.push(
      `round ${i + 1}: node:crypto ${rateText(native)}, pool ${rateText(pool)}, zonecut sign ${rate(command)} /s ` +
        `(${seconds.toFixed(1)} s: ${parts.join(', ')})`,
    )
  }
  const { pool, processor, command } = ratiosOf(rounds)
  lines.push(`pool by node:crypto, least / median / most: ${ratioText(pool)}`)
  lines.push(`the same by processor time: ${ratioText(processor)}`)
  lines.push(`zonecut sign by node:crypto: ${ratioText(command)}`)
  return `${lines.join('\n')}\n`
}

function ratiosOf(rounds: readonly Round[]): Readonly<Record<'pool' | 'processor' | 'command', Spread>> {
  return {
    pool: spread(rounds.map(({ pool, native }) => pool.perSecond / native.perSecond))!,
    processor: spread(rounds.map(({ pool, native }) => native.processor / pool.processor))!,
    command: spread(rounds.map(({ command, native }) => command / native.perSecond))!,
  }
}

async function run(options: Options): Promise<void> {
  const folder = temporaryFolder('signing')
  try {
    let file = options.zone
    if (file === undefined) {
      file = join(folder, 'generated.zone')
      writeTldZone(file, { origin: options.origin, delegations: options.delegations, seed: 7 })
    }
    const origin = nameFromText(options.origin)
    const store: KeyStoreDescriptor = { kind: 'files', folder: join(folder, 'keys') }
    const keys = new FileKeyStore(store.folder)
    const made = [true, false].map((isSep) =>
      keys.generate({ origin, algorithm: DnssecAlgorithm.ECDSAP256SHA256, isSep }),
    )
    const context: SigningContext = {
      origin,
      keys: partKeys(made),
      schedule: new SignatureSchedule(DEFAULT_POLICY),
      now: Math.floor(Date.now() / 1000),
      denial: options.denial,
      serial: 'increment',
      zonemd: [],
    }
    const published = { dnskeys: made.map(({ dnskey }) => dnskey), dnskeyTtl: DEFAULT_POLICY.dnskeyTtl }
    const nodes = await readZoneNodes(file, context, published, store, folder)
    if (nodes.rrsets === 0) throw new Error(`${file} holds nothing that is to be signed`)
    const threads = availableParallelism()
    const rounds: Round[] = []
    for (let i = 0; i < options.rounds; i++) {
      const native = await nativeRate(threads, nodes.signedOctets, options.seconds)
      const pool = await poolRate(nodes, context, store)
      const { seconds, phases } = await signCommand(file, folder, options)
      rounds.push({ native, pool, command: nodes.rrsets / seconds, phases, seconds })
    }
    const { rrsets, signedOctets } = nodes
    const figures = { signatures: rrsets, signedOctets, threads, rounds, ratios: ratiosOf(rounds) }
    process.stdout.write(options.json ? `${JSON.stringify(figures)}\n` : report(rounds, nodes, threads))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const command = new Command('bench:signing')
  .description("signatures a second: node:crypto's own on all processors, the signing threads, and `zonecut sign`")
  .option('--zone <file>', 'unsigned master file (default: a generated zone)')
  .option('--origin <name>', 'its origin', 'zz.')
  .option('--delegations <n>', 'delegations of the generated zone', wholeBetween(10, 100_000_000), 200_000)
  .addOption(
    new Option('--denial <kind>', 'with nsec every name is signed')
      .choices(['nsec', 'nsec3', 'nsec3-opt-out'])
      .default('nsec3-opt-out'),
  )
  .option('--seconds <n>', "how long node:crypto's rate is taken each time", between(0.2, 600), 3)
  .option('--rounds <n>', 'turns of all three', wholeBetween(1, 100), 5)
  .option('--json', 'print JSON')

await runMain(() => run(command.parse().opts<Options>()))
