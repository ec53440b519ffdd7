import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { FileKeyStore } from '../../src/dnssec/keystore/index.ts'
import { DnssecAlgorithm } from '../../src/iana/index.ts'
import { checkZoneFile, type SignPolicy, signZoneFile } from '../../src/pipeline/index.ts'
import { nameFromText } from '../../src/wire/index.ts'
import { toolPath } from '../peers/index.ts'
import { describeWithTools } from '../peers/suite.ts'
import { generateZone } from '../zones/generate.ts'
import { FileOutput } from './file-output.ts'

const ALGORITHMS = ['RSASHA256', 'RSASHA512', 'ECDSAP256SHA256', 'ECDSAP384SHA384', 'ED25519', 'ED448'] as const
const DENIALS = ['nsec', 'nsec3', 'nsec3-opt-out'] as const
const MINUTE = 60_000

const folder = mkdtempSync(join(tmpdir(), 'zonecut-sign-peers-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What others say of a signed zone file; each is given the zone and the file. */
const VERIFIERS: Readonly<Record<string, (origin: string, file: string) => readonly string[]>> = {
  'ldns-verify-zone': (_, file) => [file],
  // -z: one key may sign both the keys and the zone.
  'dnssec-verify': (origin, file) => ['-q', '-z', '-o', origin, file],
  kzonecheck: (origin, file) => ['-d', 'on', '-o', origin, file],
  // Without -i local it asks the network about nameservers of other zones.
  'named-checkzone': (origin, file) => ['-q', '-i', 'local', origin, file],
}

/** Signs a file with new keys, and returns what each verifier has against the result. */
async function verdicts(
  origin: string,
  file: string,
  algorithm: number,
  split: boolean,
  policy: SignPolicy,
  threads = 0,
  verifiers = Object.keys(VERIFIERS),
): Promise<Record<string, string>> {
  const keys = mkdtempSync(join(folder, 'keys-'))
  const store = new FileKeyStore(keys)
  const name = nameFromText(origin)
  for (const isSep of split ? [true, false] : [true]) store.generate({ origin: name, algorithm, isSep })
  const signed = join(keys, 'signed')
  const output = new FileOutput(signed)
  const result = await signZoneFile({
    origin: name,
    file,
    keys: { kind: 'files', folder: keys },
    policy,
    threads,
    ...output,
  })
  output.close()
  expect(result.problems).toEqual([])
  expect(result.ok).toBe(true)
  const own = await checkZoneFile({ origin: name, file: signed })
  const found: Record<string, string> = {}
  if (own.findings.errors > 0 || own.problems.length > 0) found.zonecut = JSON.stringify(own.findings.findings)
  const told = verifiers.map(async (program) => {
    const complaint = await complaintOf(program, VERIFIERS[program]!(origin, signed))
    if (complaint !== undefined) found[program] = complaint
  })
  await Promise.all(told)
  rmSync(keys, { recursive: true })
  return found
}

/** What a verifier printed when it did not accept; undefined when it did. */
function complaintOf(program: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(toolPath(program), args, { maxBuffer: 64 << 20, timeout: 2 * MINUTE }, (error, stdout, stderr) => {
      resolve(error === null ? undefined : `${error.message}\n${stdout}${stderr}`.slice(0, 2000))
    })
  })
}

describeWithTools('signed zones are accepted by others', Object.keys(VERIFIERS), () => {
  for (const [seed, algorithm] of ALGORITHMS.entries()) {
    for (const denial of DENIALS) {
      test(
        `${algorithm} with ${denial}`,
        async () => {
          const file = join(folder, `${algorithm}-${denial}.zone`)
          writeFileSync(file, generateZone({ origin: 'zz.', seed, delegations: 120, oddLabels: false }).text)
          const policy: SignPolicy = seed % 2 === 0 ? { denial } : { denial, zonemd: 'both', serial: 'unix' }
          expect(await verdicts('zz.', file, DnssecAlgorithm[algorithm], seed % 3 !== 0, policy)).toEqual({})
        },
        MINUTE,
      )
    }
  }

  test(
    'on several threads, as on one',
    async () => {
      const file = join(folder, 'large.zone')
      writeFileSync(file, generateZone({ origin: 'zz.', seed: 9, delegations: 1200, oddLabels: false }).text)
      for (const denial of DENIALS) {
        const found = await verdicts(
          'zz.',
          file,
          DnssecAlgorithm.ECDSAP256SHA256,
          true,
          { denial, zonemd: 'sha384' },
          3,
          // The time that ldns-verify-zone takes grows with the square of the zone.
          ['dnssec-verify', 'kzonecheck', 'named-checkzone'],
        )
        expect(found).toEqual({})
      }
    },
    2 * MINUTE,
  )
})

const HISTORY = join(process.env.ZONECUT_SHARED ?? resolve(import.meta.dirname, '../../../shared'), 'data/root-history')

interface Manner {
  readonly algorithm: (typeof ALGORITHMS)[number]
  readonly denial: (typeof DENIALS)[number]
}
const MANNERS: readonly Manner[] = ALGORITHMS.flatMap((algorithm) => DENIALS.map((denial) => ({ algorithm, denial })))
/** Those of the algorithm that is signed and verified soonest: some two seconds, where P-384 takes ten. */
const QUICK = MANNERS.filter(({ algorithm }) => algorithm === 'ECDSAP256SHA256')

/** Every other version is signed in the next of all manners, those between in the next of the quick ones. */
const mannerOf = (index: number): Manner =>
  index % 2 === 0 ? MANNERS[(index / 2) % MANNERS.length]! : QUICK[((index - 1) / 2) % QUICK.length]!

describe.skipIf(!existsSync(HISTORY))(
  existsSync(HISTORY) ? 'the root zone, signed anew' : `the root zone, signed anew (skipped: no ${HISTORY})`,
  () => {
    const files = existsSync(HISTORY) ? readdirSync(HISTORY).filter((name) => name.endsWith('.gz')) : []
    const versions = files.sort().map((version, index) => ({ version, index, ...mannerOf(index) }))

    test('there are versions for every algorithm and way of denial', () => {
      const covered = new Set(versions.map(({ algorithm, denial }) => `${algorithm} ${denial}`))
      expect(covered).toEqual(new Set(MANNERS.map(({ algorithm, denial }) => `${algorithm} ${denial}`)))
    })

    describeWithTools('is accepted by others', Object.keys(VERIFIERS), () => {
      // Concurrent: while others verify one version, the next is signed.
      test.concurrent.for(versions)(
        '$version, $algorithm with $denial',
        // The time is that of all: each waits for its turn.
        { timeout: 5 * MINUTE },
        async ({ version, index, algorithm, denial }, { expect }) => {
          // With NSEC3, ldns-verify-zone before 1.9 goes round for ever on a ZONEMD where no name follows the hashes, as in the
          // root, also when ldns-signzone made it (NLnetLabs/ldns issue 287). The zones above have both.
          const policy: SignPolicy = denial === 'nsec' ? { denial, zonemd: 'both', serial: 'unix' } : { denial }
          const file = join(HISTORY, version)
          expect(await verdicts('.', file, DnssecAlgorithm[algorithm], index % 4 !== 3, policy)).toEqual({})
        },
      )
    })
  },
)
