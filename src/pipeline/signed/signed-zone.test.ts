import { describe, expect, test } from 'vitest'
import { reportDs, requestAlgorithm, requestRollover } from '../../dnssec/keys/index.ts'
import { dsOfKey } from '../../dnssec/verify/index.ts'
import { DigestType, DnssecAlgorithm, RRType } from '../../iana/index.ts'
import { nameToText } from '../../wire/index.ts'
import { DAY, HOUR, Kept, ORIGIN, POLICY } from './kept.fixture.ts'

describe('a zone that is kept signed', () => {
  test('makes keys on its first load, and is valid', async () => {
    const kept = await Kept.begin()
    expect(kept.faults()).toEqual([])
    await kept.settle()
    expect(kept.faults()).toEqual([])
    expect(kept.apex(RRType.DNSKEY)?.rdatas).toHaveLength(2)
    await kept.close()
  })

  test('signs changes: a DS gained and lost, a delegation made and deleted, data under an empty non-terminal', async () => {
    const kept = await Kept.begin()
    await kept.settle()
    const ds = `1 13 2 ${'cd'.repeat(32)}`
    for (const text of [
      `add d1.zz. 3600 DS ${ds}`,
      'add new.zz. 7200 NS ns.example.',
      'add a.b.c.zz. 60 TXT deep\ndelete txt.zz.',
      `delete d1.zz. DS ${ds}`,
      'delete a.b.c.zz. TXT\ndelete d2.zz.',
    ]) {
      const { serial } = kept.zone.updater.info
      expect((await kept.change(text))?.serial, text).toBe(serial + 1)
      expect(kept.faults(), text).toEqual([])
    }
    expect(await kept.change('add d3.zz. 7200 NS ns3.example.net.')).toBeUndefined()
    await kept.close()
  })

  test('renews signatures before they are due, never all at once, and none that is not due', async () => {
    const kept = await Kept.begin()
    await kept.settle()
    let most = 0
    let all = 0
    for (let hour = 0; hour < 12 * 24; hour++) {
      const renewed = await kept.advance(HOUR)
      most = Math.max(most, renewed)
      all += renewed
      if (hour % 24 === 0) expect(kept.faults()).toEqual([])
    }
    const signed = kept.nodes().flatMap(({ node }) => node.rrsets.filter(({ signatures }) => signatures.length > 0))
    expect(all).toBeGreaterThanOrEqual(signed.length)
    expect(all).toBeLessThan(4 * signed.length)
    expect(most).toBeLessThan(signed.length / 2)
    await kept.close()
  })

  test('a slice that was refused is looked at again (a sweep once went on behind it, and called itself complete)', async () => {
    const kept = await Kept.begin()
    await kept.settle()
    // All signatures are due, and none has expired.
    kept.now += 7.5 * DAY
    let commits = 0
    kept.ask = () => {
      // The first is the apex, which is renewed by itself.
      if (++commits > 1) throw new Error('refused')
    }
    for (let tries = 0; tries < 3; tries++) await expect(kept.zone.turn(kept.now)).rejects.toThrow('refused')
    kept.ask = () => {}
    await kept.settle()
    kept.now += 2.5 * DAY
    expect(kept.faults()).toEqual([])
    await kept.close()
  })

  test.each([
    ['ZSK', (kept: Kept) => kept.request((state) => requestRollover(state, ['zsk']))],
    ['KSK', (kept: Kept) => kept.request((state) => requestRollover(state, ['ksk']))],
    ['algorithm', (kept: Kept) => kept.request((state) => requestAlgorithm(state, DnssecAlgorithm.ED25519))],
  ])(
    '%s rollover: valid at every hour, interrupted at every hour, and the old keys are gone at its end',
    // Five days of hours, the zone verified after each: 10 s, and several times that where others use the machine.
    { timeout: 120_000 },
    async (kind, request) => {
      const kept = await Kept.begin(POLICY, 12)
      for (let hour = 0; hour < 24; hour++) await kept.advance(HOUR)
      const before = kept.apex(RRType.DNSKEY)!.rdatas.map((rdata) => Buffer.from(rdata).toString('base64'))
      request(kept)
      for (let hour = 0; hour < 5 * 24; hour++) {
        await kept.reopen()
        kept.askParent()
        await kept.advance(HOUR)
        expect(kept.faults(kind === 'algorithm'), `hour ${hour}`).toEqual([])
      }
      const after = kept.apex(RRType.DNSKEY)!.rdatas.map((rdata) => Buffer.from(rdata).toString('base64'))
      expect(after).toHaveLength(2)
      expect(after).not.toEqual(before)
      expect(kept.signers().size).toBe(1)
      const cds = kept.apex(RRType.CDS)!.rdatas
      const matched = after.some((text) => {
        const digest = dsOfKey(ORIGIN, Buffer.from(text, 'base64'), DigestType.SHA256)!
        return cds.some((rdata) => Buffer.compare(rdata, digest) === 0)
      })
      expect(matched).toBe(true)
      await kept.close()
    },
  )

  test('a KSK is rolled over though no server of the parent can be asked, when an operator tells what it shows', {
    timeout: 120_000,
  }, async () => {
    const kept = await Kept.begin(POLICY, 12, false)
    const tell = (sight: 'there' | 'gone', id: string) =>
      kept.request((state) => reportDs(state, { id, sight, at: kept.now, ttl: HOUR }, kept.now))
    const awaited = async () => (await kept.zone.turn(kept.now)).awaited
    for (let hour = 0; hour < 24; hour++) await kept.advance(HOUR)
    const [first] = await awaited()
    expect(first).toMatchObject({ sight: 'there' })
    tell('there', first!.id)
    for (let hour = 0; hour < 24; hour++) await kept.advance(HOUR)
    expect(await awaited()).toEqual([])

    kept.request((state) => requestRollover(state, ['ksk']))
    // Nobody tells for a while: both keys stay.
    for (let hour = 0; hour < 48; hour++) await kept.advance(HOUR)
    expect(kept.apex(RRType.DNSKEY)!.rdatas).toHaveLength(3)
    const both = await awaited()
    expect(both.map(({ sight }) => sight).sort()).toEqual(['gone', 'there'])
    for (const { id, sight } of both) tell(sight, id)
    for (let hour = 0; hour < 48; hour++) {
      await kept.reopen()
      await kept.advance(HOUR)
      expect(kept.faults(), `hour ${hour}`).toEqual([])
    }
    expect(await awaited()).toEqual([])
    expect(kept.apex(RRType.DNSKEY)!.rdatas).toHaveLength(2)
    expect(both.find(({ sight }) => sight === 'gone')!.id).toBe(first!.id)
    await kept.close()
  })

  test('what cannot be changed is refused with its line, and nothing has changed', async () => {
    const kept = await Kept.begin()
    await kept.settle()
    const { serial } = kept.zone.updater.info
    for (const [text, problem] of [
      ['add x.example. 60 A 192.0.2.1', /line 1: .*outside zz\./],
      ['add y.zz. 60 A 192.0.2.1\nadd z.zz. 60 A 1.2.3', /line 2: /],
      ['delete d0.zz. NS ns9.example.net.', /line 1: d0\.zz\. has no such NS record/],
      ['rename d0.zz.', /line 1: 'rename'/],
      ['add q.zz. 60 RRSIG A 13 2 60 20300101000000 20200101000000 1 zz. AAAA', /made by signing/],
    ] as const) {
      await expect(kept.change(text), text).rejects.toThrow(problem)
    }
    expect(kept.zone.updater.info.serial).toBe(serial)
    expect(nameToText(ORIGIN)).toBe('zz.')
    await kept.close()
  })
})
