import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { CompiledAnswers, ZoneTable } from '../../src/answer/index.ts'
import { loadZone } from '../../src/pipeline/index.ts'
import { openZone, type ZoneSnapshot } from '../../src/store/index.ts'
import { type Name, nameFromText } from '../../src/wire/index.ts'
import { generateZone } from '../../test/zones/generate.ts'
import { sampleDelegations } from '../load/queries.ts'

/** Names asked in turn: more than fit in a processor's nearest caches with what they lead to. */
const NAMES = 8192

/** A loaded zone, and what the measurements ask it. */
export interface Fixture {
  readonly origin: Name
  /** The zone file's beginning, whole lines, at most 4 MiB. */
  readonly text: Uint8Array
  readonly delegated: readonly Name[]
  readonly snapshot: ZoneSnapshot
  readonly compiled: CompiledAnswers
  /** Answers from compiled fragments first. */
  readonly fast: ZoneTable
  /** Answers by the general path alone. */
  readonly general: ZoneTable
  close(): void
}

export interface FixtureOptions {
  /** A zone file to measure with, and its origin; a generated zone when not given. */
  readonly zone?: string
  readonly origin?: string
  readonly delegations: number
}

const TEXT_LIMIT = 4 << 20

export async function openFixture(options: FixtureOptions): Promise<Fixture> {
  const folder = mkdtempSync(join(tmpdir(), 'zonecut-bench-'))
  let file = options.zone
  const originText = options.origin ?? 'zz.'
  if (file === undefined) {
    file = join(folder, 'zz.zone')
    writeFileSync(file, generateZone({ origin: originText, seed: 1, delegations: options.delegations }).text)
  }
  const origin = nameFromText(originText)
  const { ok, problems, findings } = await loadZone({ dataDir: folder, origin, file })
  if (!ok)
    throw new Error(`${file} does not load: ${problems[0]?.message ?? findings.findings[0]?.message ?? 'checks'}`)
  const snapshot = openZone(folder, origin)
  const compiled = new CompiledAnswers(snapshot)
  const entry = { origin, state: 'ready', view: snapshot } as const
  const content = readFileSync(file)
  const whole = file.endsWith('.gz') ? gunzipSync(content) : content
  const end = whole.lastIndexOf(0x0a, TEXT_LIMIT)
  return {
    origin,
    text: whole.subarray(0, end + 1),
    delegated: sampleDelegations(file, origin, NAMES).names,
    snapshot,
    compiled,
    fast: new ZoneTable([{ ...entry, fast: compiled }]),
    general: new ZoneTable([entry]),
    close() {
      snapshot.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
