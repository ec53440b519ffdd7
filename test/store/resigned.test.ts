import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { CompiledAnswers } from '../../src/answer/index.ts'
import { recordsOf, signedText } from '../../src/answer/zone.fixture.ts'
import { loadZone, ZoneUpdater } from '../../src/pipeline/index.ts'
import { openZone, type ZoneSnapshot } from '../../src/store/index.ts'
import { nameFromText } from '../../src/wire/index.ts'
import { diffZones, type ZoneNode } from '../../src/zone/index.ts'
import { describeWithTools } from '../peers/suite.ts'
import { generateZone } from '../zones/generate.ts'
import { Random } from '../zones/random.ts'
import type { Signing } from '../zones/sign.ts'
import { compareAnswers } from './comparison.ts'
import { entriesOf } from './scratch-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'zonecut-resigned-'))
afterAll(() => rmSync(folder, { recursive: true }))

const ORIGIN = 'zz.'
const origin = nameFromText(ORIGIN)

/** Edits of a zone's text: names come, go, gain and lose DS records; hosts move; empty non-terminals appear. */
function edited(random: Random, text: string, step: number): string {
  let lines = text.trimEnd().split('\n')
  const serial = 2026073101 + step
  lines = lines.map((line) => line.replace(/(SOA \S+ \S+) \d+/, `$1 ${serial}`))
  const owners = [...new Set(lines.filter((line) => / NS /.test(line)).map((line) => line.split(' ')[0]!))]
  const cuts = owners.filter((owner) => owner !== ORIGIN)
  for (let i = 0; i < 6; i++) {
    const cut = random.pick(cuts)
    switch (random.below(5)) {
      case 0:
        lines = lines.filter((line) => !line.split(' ')[0]!.endsWith(cut))
        break
      case 1:
        lines = lines.filter((line) => !line.startsWith(`${cut} `) || !/ DS /.test(line))
        break
      case 2:
        if (
          lines.some((line) => line.startsWith(`${cut} `)) &&
          !lines.some((line) => line.startsWith(`${cut} `) && / DS /.test(line))
        ) {
          lines.push(`${cut} 3600 IN DS ${random.below(65536)} 13 2 ${random.hex(32)}`)
        }
        break
      case 3:
        lines.push(`new${step}-${i}.ent${random.below(3)}.ent.zz. 3600 IN NS ns${i}.elsewhere.net.`)
        break
      case 4:
        lines.push(`new${step}-${i}.zz. 3600 IN NS ns1.new${step}-${i}.zz.`)
        lines.push(`ns1.new${step}-${i}.zz. 3600 IN A 192.0.2.${i}`)
        break
    }
  }
  return `${[...new Set(lines)].join('\n')}\n`
}

describeWithTools('a zone signed anew after each edit', ['dnssec-keygen', 'dnssec-signzone'], () => {
  test.each<Signing>(['nsec', 'nsec3', 'nsec3-opt-out'])('is what its difference made of it, %s', async (signing) => {
    const random = new Random(5)
    let text = generateZone({ origin: ORIGIN, seed: 8, delegations: 120 }).text
    const load = async (signed: string, name: string) => {
      const dataDir = join(folder, `${signing}-${name}`)
      const file = join(folder, `${signing}-${name}.zone`)
      writeFileSync(file, signed, 'latin1')
      const { ok, findings } = await loadZone({ dataDir, origin, file })
      expect(findings.findings.filter(({ severity }) => severity === 'error')).toEqual([])
      expect(ok).toBe(true)
      return dataDir
    }
    const dataDir = await load(signedText(ORIGIN, text, signing), 'updated')
    const updater = ZoneUpdater.open(dataDir, origin)
    let snapshot = openZone(dataDir, origin)
    let fast = new CompiledAnswers(snapshot)
    for (let step = 1; step <= 5; step++) {
      text = edited(random, text, step)
      const signed = signedText(ORIGIN, text, signing)
      const scratch = openZone(await load(signed, `scratch${step}`), origin)
      const changes = [
        ...diffZones(nodesOf(snapshot), nodesOf(scratch)),
        ...diffZones(snapshot.denialNodes(), scratch.denialNodes()),
      ]
      expect(updater.apply(changes).serial).toBe(scratch.serial)
      const later = snapshot.newest()
      fast = fast.renewed(later)
      snapshot.close()
      snapshot = later
      expect([...diffZones(nodesOf(snapshot), nodesOf(scratch))]).toEqual([])
      expect([...diffZones(snapshot.denialNodes(), scratch.denialNodes())]).toEqual([])
      expect(entriesOf(snapshot)).toEqual(entriesOf(scratch))
      expect(snapshot.info.records).toBe(scratch.info.records)
      scratch.close()
      const records = recordsOf(ORIGIN, signed)
      const names = records.map(({ owner }) => owner)
      const pick = () => {
        const name = random.pick(names)
        return random.chance(0.3) && name.length < 200 ? Uint8Array.from([1, 0x78, ...name]) : name
      }
      for (let i = 0; i < 10; i++) compareAnswers(random, pick, records, snapshot, fast)
    }
    snapshot.close()
    await updater.close()
  })
})

function* nodesOf(snapshot: ZoneSnapshot): Generator<ZoneNode> {
  for (const { node } of snapshot.nodes()) yield node
}
