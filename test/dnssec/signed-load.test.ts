import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { FileKeyStore } from '../../src/dnssec/keystore/index.ts'
import { DnssecAlgorithm } from '../../src/iana/index.ts'
import { checkZoneFile, exportZone, loadZone } from '../../src/pipeline/index.ts'
import { nameFromText } from '../../src/wire/index.ts'
import { toolPath } from '../peers/index.ts'
import { describeWithTools } from '../peers/suite.ts'
import { generateZone } from '../zones/generate.ts'
import { FileOutput } from './file-output.ts'
import { loadSigning } from './load-signing.ts'

const MINUTE = 60_000
const ZZ = nameFromText('zz.')

const folder = mkdtempSync(join(tmpdir(), 'zonecut-signed-load-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Few names of many octets: some of the verifiers take a time that grows with the square of the names. */
const LARGE_NAMES = Array.from(
  { length: 60 },
  (_, i) => `large${i}.zz. 3600 IN TXT${` "${'x'.repeat(250)}"`.repeat(32)}\n`,
).join('')

const VERIFIERS: Readonly<Record<string, (file: string) => readonly string[]>> = {
  'ldns-verify-zone': (file) => [file],
  'dnssec-verify': (file) => ['-q', '-o', 'zz.', file],
  kzonecheck: (file) => ['-d', 'on', '-o', 'zz.', file],
}

describeWithTools('a zone signed while it is loaded is accepted by others', Object.keys(VERIFIERS), () => {
  for (const [index, denial] of (['nsec', 'nsec3', 'nsec3-opt-out'] as const).entries()) {
    for (const zonemd of ['off', 'both'] as const) {
      // Zones of some size are signed on threads of their own.
      const isLarge = zonemd === 'both'
      test(
        `${denial}, ZONEMD ${zonemd}, ${isLarge ? 'large' : 'small'}`,
        async () => {
          const work = mkdtempSync(join(folder, 'zone-'))
          const file = join(work, 'zz.zone')
          const { text } = generateZone({ origin: 'zz.', seed: 70 + index, delegations: 150, oddLabels: false })
          writeFileSync(file, isLarge ? text + LARGE_NAMES : text)
          const keys = new FileKeyStore(join(work, 'keys'))
          for (const isSep of [true, false]) {
            keys.generate({ origin: ZZ, algorithm: DnssecAlgorithm.ECDSAP256SHA256, isSep })
          }
          const signing = { ...loadSigning(ZZ, keys, { denial, zonemd }), threads: 2 }
          const dataDir = join(work, 'data')
          const { ok, info, findings } = await loadZone({ dataDir, origin: ZZ, file, signing })
          expect(findings.errors).toBe(0)
          expect(ok).toBe(true)
          expect(info).toMatchObject({ signed: true, denial: denial === 'nsec' ? 'nsec' : 'nsec3' })

          const signed = join(work, 'signed')
          const output = new FileOutput(signed)
          await exportZone({ dataDir, origin: ZZ, write: output.write })
          output.close()
          const own = await checkZoneFile({ origin: ZZ, file: signed })
          expect(own.findings.findings.filter(({ severity }) => severity === 'error')).toEqual([])
          expect(own.records).toBe(info?.records)
          for (const [program, args] of Object.entries(VERIFIERS)) {
            const { status, stdout, stderr } = spawnSync(toolPath(program), args(signed), { encoding: 'utf8' })
            expect({ program, said: status === 0 ? '' : `${stdout}${stderr}`.slice(0, 2000) }).toEqual({
              program,
              said: '',
            })
          }
        },
        MINUTE,
      )
    }
  }
})
