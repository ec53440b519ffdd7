import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { describeWithTools } from '../../../test/peers/suite.ts'
import { RRType, typeToText } from '../../iana/index.ts'
import { checkRdata, nameFromText, nameToText, RdataError } from '../../wire/index.ts'
import { Rrsig } from '../rrsig.ts'
import { ZoneChecker } from './checker.ts'
import type { ZoneFindings } from './finding.ts'
import { type DenialMethod, sign, TestFolder, TLD, verifier } from './signed-zone.fixture.ts'
import { feed, recordsOf, type TextRecord } from './zone-text.fixture.ts'

const origin = nameFromText('zz.')

function findingsOf(records: readonly TextRecord[]): ZoneFindings {
  const checker = new ZoneChecker({ origin, now: Math.floor(Date.now() / 1000), verifier: verifier() })
  feed(checker, origin, records)
  return checker.finish()
}

type Mutation = (record: TextRecord, seed: number) => TextRecord | undefined

const mutations: Readonly<Record<string, Mutation>> = {
  'a record is dropped': () => undefined,
  'an octet is flipped': (record, seed) => {
    const rdata = record.rdata.slice()
    const at = seed % rdata.length
    // Bit 5 is left out: it is the letter case of names, which signatures do not cover.
    const bit = [0, 1, 2, 3, 4, 6, 7][Math.floor(seed / rdata.length) % 7]!
    rdata[at] = rdata[at]! ^ (1 << bit)
    return { ...record, rdata }
  },
  'a TTL is changed': (record, seed) => ({ ...record, ttl: record.ttl + 1 + (seed % 1000) }),
}

function isWellFormed({ type, rdata }: TextRecord): boolean {
  try {
    checkRdata(type, rdata)
    return true
  } catch (error) {
    if (error instanceof RdataError) return false
    throw error
  }
}

/** The records that signatures vouch for, and the signatures. */
function covered(records: readonly TextRecord[]): number[] {
  const key = (owner: Uint8Array, type: number) => `${nameToText(owner)} ${type}`
  const signatures = records.filter(({ type }) => type === RRType.RRSIG)
  const signed = new Set(signatures.map(({ owner, rdata }) => key(owner, Rrsig.typeCovered(rdata))))
  return records.flatMap((record, i) =>
    record.type === RRType.RRSIG || signed.has(key(record.owner, record.type)) ? [i] : [],
  )
}

describeWithTools('one change of a signed zone is found', ['dnssec-keygen', 'dnssec-signzone'], () => {
  const folder = new TestFolder()
  afterAll(() => folder.remove())

  const zones = ['RSASHA256', 'ECDSAP256SHA256', 'ED25519'].flatMap((algorithm) =>
    (['nsec', 'nsec3', 'nsec3-opt-out'] as DenialMethod[]).map((denial) => ({ algorithm, denial })),
  )
  it.each(zones)('$algorithm, $denial', ({ algorithm, denial }) => {
    const records = recordsOf(sign(folder, TLD, algorithm, denial), origin)
    expect(findingsOf(records).countsByCheck).toEqual({})
    const candidates = covered(records)
    fc.assert(
      fc.property(
        fc.constantFrom(...candidates),
        fc.constantFrom(...Object.keys(mutations)),
        fc.nat(1_000_000),
        (index, name, seed) => {
          const record = records[index]!
          const mutated = mutations[name]!(record, seed)
          // What the reader of the file refuses never comes to the checks.
          fc.pre(mutated === undefined || isWellFormed(mutated))
          const changed = records.flatMap((other, i) =>
            i !== index ? [other] : mutated === undefined ? [] : [mutated],
          )
          const { errors, warnings } = findingsOf(changed)
          if (errors + warnings > 0) return
          throw new Error(`${name} (${seed}): ${nameToText(record.owner)} ${typeToText(record.type)} is not found`)
        },
      ),
      { numRuns: 60 },
    )
  })
})
