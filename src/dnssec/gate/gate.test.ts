import { describe, expect, test } from 'vitest'
import { Random } from '../../../test/zones/random.ts'
import { DnssecAlgorithm, RRType } from '../../iana/index.ts'
import { type Name, nameFromText, nameToText, rdataFromText } from '../../wire/index.ts'
import { keyTag, type RRsetChange, ZonemdHash, type ZoneView } from '../../zone/index.ts'
import { partKeys, renewals, SignatureSchedule, signaturesFor } from '../sign/index.ts'
import { makeKeys, NOW, TLD } from '../sign/sign.fixture.ts'
import { dsOfKey } from '../verify/index.ts'
import { DENIALS, DS, GatedZone, keys, OPTIONS, randomEdit, set, ZZ } from './gate.fixture.ts'
import { checkChanges, GATE_REASONS } from './index.ts'

const DAY = 86_400
const isAt = (owner: string, type: number) => (change: RRsetChange) =>
  change.type === type && nameToText(change.owner) === owner

/** The changes with the one at this owner and type put through a function; undefined takes it away. */
function replaced(
  changes: readonly RRsetChange[],
  owner: string,
  type: number,
  by: (change: RRsetChange) => RRsetChange | undefined,
): RRsetChange[] {
  expect(changes.some(isAt(owner, type))).toBe(true)
  return changes.flatMap((change) => (isAt(owner, type)(change) ? (by(change) ?? []) : change))
}

const flipped = (octets: Uint8Array, at: number) => octets.map((octet, i) => (i === at ? octet ^ 1 : octet))

/** What is refused: the reason and the record. */
const said = ({ reason, owner, type }: { reason: string; owner: Uint8Array; type: number }) =>
  `${reason} ${nameToText(owner)} ${type}`

describe.each(DENIALS)('%s', (denial) => {
  test('random edits that the signer signs pass', () => {
    const random = new Random(DENIALS.indexOf(denial) + 5)
    const zone = new GatedZone({ denial, zonemd: [ZonemdHash.SHA384] })
    for (let round = 0; round < 120; round++) {
      const size = random.pick([1, 1, 2, 10])
      const edits = Array.from({ length: size }, () => randomEdit(random, zone.model)).flat()
      const changes = zone.sign(...edits)
      const report = zone.check(changes)
      if (changes.length > 0) expect(report.signatures).toBeGreaterThan(0)
      zone.apply(changes)
    }
  }, 60_000)

  test('no change passes', () => {
    expect(new GatedZone({ denial }).check([])).toEqual({ signatures: 0, links: 0 })
  })

  test('signatures renewed pass', () => {
    const zone = new GatedZone({ denial })
    const now = NOW + 11 * DAY
    const context = { ...zone.context, now }
    const view = zone.view()
    const renewed = [...renewals(view, view.nodes, context)]
    expect(renewed.length).toBeGreaterThan(5)
    const soa = zone.sign(set('x', RRType.A, '192.0.2.1')).filter(({ type }) => type === RRType.SOA)
    const signed = soa.map(({ owner, type, rrset }) => ({
      owner,
      type,
      rrset: { ...rrset!, signatures: signaturesFor(context.keys, owner, rrset!, context.schedule, now) },
    }))
    zone.check([...renewed.filter(({ type }) => type !== RRType.SOA), ...signed], { now })
  })
})

describe('signatures', () => {
  const zone = new GatedZone()
  const changes = zone.sign(set('plain', RRType.DS, DS), set('mail', RRType.A, '192.0.2.99'))
  const withSignature = (owner: string, type: number, by: (signature: Uint8Array) => Uint8Array) =>
    replaced(changes, owner, type, (change) => ({
      ...change,
      rrset: { ...change.rrset!, signatures: change.rrset!.signatures.map(by) },
    }))

  test('a flipped octet, anywhere in any signature', () => {
    for (const { owner, type, rrset } of changes) {
      const signature = rrset?.signatures[0]
      if (signature === undefined) continue
      for (let at = 0; at < signature.length; at++) {
        const refusal = zone.refusal(withSignature(nameToText(owner), type, (octets) => flipped(octets, at)))
        expect(['signature', 'expired', 'not-yet-valid', 'record']).toContain(refusal.reason)
        expect(refusal.type).toBe(type)
        expect(nameToText(refusal.owner)).toBe(nameToText(owner))
        if (at >= 22) expect(refusal.reason).toBe('signature')
      }
    }
  })

  test('by another key that has the same tag', () => {
    const other = makeKeys('zz.', true, DnssecAlgorithm.ED25519).map((key, i) => ({ ...key, keyTag: keys[i]!.keyTag }))
    const sign = (data: Uint8Array) => makeKeys('zz.', false, DnssecAlgorithm.ED25519)[0]!.sign(data)
    const wrong = partKeys(other.map((key) => ({ ...key, sign })))
    const { schedule } = zone.context
    const spoilt = replaced(changes, 'plain.zz.', RRType.DS, ({ owner, type, rrset }) => ({
      owner,
      type,
      rrset: { ...rrset!, signatures: signaturesFor(wrong, owner, rrset!, schedule, NOW) },
    }))
    const refusal = zone.refusal(spoilt)
    expect(said(refusal)).toBe(`signature plain.zz. ${RRType.DS}`)
    expect(refusal.message).toMatch(/^plain\.zz\. DS: the signature by key \d+, ED25519, does not verify\. Nothing was/)
  })

  test('missing, and where there must be none', () => {
    const bare = replaced(changes, 'plain.zz.', RRType.DS, (change) => ({
      ...change,
      rrset: { ...change.rrset!, signatures: [] },
    }))
    expect(said(zone.refusal(bare))).toBe(`missing-signature plain.zz. ${RRType.DS}`)
    const delegation = zone.sign(set('new', RRType.NS, 'ns.example.'))
    const signed = replaced(delegation, 'new.zz.', RRType.NS, (change) => zone.resigned(change, {}))
    expect(said(zone.refusal(signed))).toBe(`misplaced-signature new.zz. ${RRType.NS}`)
    const glue = zone.sign(set('ns.glued', RRType.A, '192.0.2.77'))
    const signedGlue = replaced(glue, 'ns.glued.zz.', RRType.A, (change) => zone.resigned(change, {}))
    expect(said(zone.refusal(signedGlue))).toBe(`misplaced-signature ns.glued.zz. ${RRType.A}`)
  })

  test('times', () => {
    const periods = { validity: 7200, jitter: 0, refresh: 3600, inceptionOffset: 60 }
    const timed = (now: number) =>
      replaced(changes, 'mail.zz.', RRType.A, ({ owner, type, rrset }) => ({
        owner,
        type,
        rrset: {
          ...rrset!,
          signatures: signaturesFor(zone.context.keys, owner, rrset!, new SignatureSchedule(periods), now),
        },
      }))
    expect(said(zone.refusal(timed(NOW - 7201)))).toBe(`expired mail.zz. ${RRType.A}`)
    expect(said(zone.refusal(timed(NOW)))).toBe(`expired mail.zz. ${RRType.A}`)
    expect(said(zone.refusal(timed(NOW + 61)))).toBe(`not-yet-valid mail.zz. ${RRType.A}`)
  })

  test('a TTL that was not signed', () => {
    const other = replaced(changes, 'mail.zz.', RRType.A, (change) => ({
      ...change,
      rrset: { ...change.rrset!, ttl: 60 },
    }))
    expect(said(zone.refusal(other))).toBe(`signature mail.zz. ${RRType.A}`)
  })

  test('data that a removed cut uncovers and that is not signed', () => {
    const uncovered = zone.sign(set('glued', RRType.NS))
    const without = replaced(uncovered, 'ns.glued.zz.', RRType.A, () => undefined)
    expect(said(zone.refusal(without))).toBe(`missing-signature ns.glued.zz. ${RRType.A}`)
  })
})

describe('the chain', () => {
  const hashed = (changes: readonly RRsetChange[]) =>
    changes.filter(({ type, rrset }) => type === RRType.NSEC3 && rrset !== undefined)

  test.each(DENIALS)('%s: a gap', (denial) => {
    const zone = new GatedZone({ denial })
    const changes = zone.sign(set('plain', RRType.DS, DS), set('new', RRType.A, '192.0.2.1'))
    const records = changes.filter(({ type }) => type === RRType.NSEC || type === RRType.NSEC3)
    expect(records.length).toBeGreaterThan(1)
    for (const record of records) {
      const refusal = zone.refusal(changes.filter((change) => change !== record))
      expect(['chain', 'bitmap', 'missing-signature']).toContain(refusal.reason)
    }
  })

  test.each(['nsec3', 'nsec3-opt-out'] as const)('%s: a missing record', (denial) => {
    const zone = new GatedZone({ denial })
    const changes = zone.sign(set('new', RRType.A, '192.0.2.1'))
    const before = zone.view()
    const added = hashed(changes).find(({ owner }) => zone.model.rrset(owner, RRType.NSEC3) === undefined)!
    const linked = hashed(changes).find((change) => change !== added)!
    const gone = changes.filter((change) => change !== added && change !== linked)
    const refusal = zone.refusal(gone)
    expect(said(refusal)).toBe(`chain new.zz. ${RRType.NSEC3}`)
    expect(before.serial).toBe(42)
  })

  test.each(DENIALS)('%s: a wrong bitmap', (denial) => {
    const zone = new GatedZone({ denial })
    const changes = zone.sign(set('mail', RRType.TXT, 'x'))
    const record = changes.find(({ type }) => type === RRType.NSEC || type === RRType.NSEC3)!
    const rdata = record.rrset!.rdatas[0]!
    const wrong = replaced(changes, nameToText(record.owner), record.type, (change) =>
      // The bits of the first octets of the first window are the last of the rdata.
      zone.resigned(change, { rdatas: [rdata.map((octet, i) => (i === rdata.length - 6 ? octet ^ 0x20 : octet))] }),
    )
    expect(said(zone.refusal(wrong))).toBe(`bitmap ${nameToText(record.owner)} ${record.type}`)
    // As if the type had never come.
    const stale = changes.filter((change) => change !== record)
    expect(zone.refusal(stale).reason).toBe('bitmap')
  })

  test('a next name or hash that leaves one out', () => {
    const nsec = new GatedZone({ denial: 'nsec' })
    const signed = nsec.sign(set('mail', RRType.TXT, 'x'))
    const leap = replaced(signed, 'mail.zz.', RRType.NSEC, (change) => {
      const rdata = rdataFromText(RRType.NSEC, 'plain.zz. A TXT RRSIG NSEC')
      return nsec.resigned(change, { rdatas: [rdata] })
    })
    expect(said(nsec.refusal(leap))).toBe(`chain mail.zz. ${RRType.NSEC}`)

    const nsec3 = new GatedZone()
    const changes = nsec3.sign(set('mail', RRType.TXT, 'x'))
    const record = hashed(changes)[0]!
    const next = record.rrset!.rdatas[0]!.slice(6, 26)
    const after = nsec3.view().nsec3Matching(next)!.rrsets[0]!.rdatas[0]!.slice(6, 26)
    const leap3 = replaced(changes, nameToText(record.owner), RRType.NSEC3, (change) => {
      const rdata = record.rrset!.rdatas[0]!.slice()
      rdata.set(after, 6)
      return nsec3.resigned(change, { rdatas: [rdata] })
    })
    const refusal = nsec3.refusal(leap3)
    expect(said(refusal)).toBe(`chain ${nameToText(record.owner)} ${RRType.NSEC3}`)
    expect(refusal.message).toContain('lies between')
  })

  test('flags and parameters that are not the chain’s', () => {
    const zone = new GatedZone()
    const changes = zone.sign(set('mail', RRType.TXT, 'x'))
    const record = hashed(changes)[0]!
    for (const at of [1, 3]) {
      const other = replaced(changes, nameToText(record.owner), RRType.NSEC3, (change) =>
        zone.resigned(change, { rdatas: [flipped(record.rrset!.rdatas[0]!, at)] }),
      )
      expect(said(zone.refusal(other))).toBe(`chain ${nameToText(record.owner)} ${RRType.NSEC3}`)
    }
  })

  test.each(DENIALS)('%s: a chain of one record grows and shrinks', (denial) => {
    const zone = new GatedZone({ denial }, '@ 3600 SOA ns.example. host.example. 1 2 3 4 300\n@ NS ns.example.\n')
    for (const changes of [
      [set('a', RRType.A, '192.0.2.1')],
      [set('b.c', RRType.A, '192.0.2.1')],
      [set('a', RRType.A)],
    ]) {
      const signed = zone.sign(...changes)
      expect(zone.check(signed).links).toBeGreaterThan(0)
      zone.apply(signed)
    }
    const last = zone.sign(set('b.c', RRType.A))
    zone.check(last)
    for (const change of last) expect(zone.refusal(last.filter((other) => other !== change))).toBeDefined()
  })

  test('a zone whose chain was not whole before', () => {
    const zone = new GatedZone()
    const changes = zone.sign(set('mail', RRType.TXT, 'x'))
    zone.apply(
      zone
        .rrsets()
        .filter(({ type }) => type === RRType.NSEC3)
        .map((change) => ({ ...change, rrset: undefined })),
    )
    expect(zone.refusal(changes).reason).toBe('chain')
  })

  test('a record of a name that went', () => {
    const zone = new GatedZone({ denial: 'nsec' })
    const changes = zone.sign(set('mail', RRType.A))
    const kept = changes.filter((change) => !isAt('mail.zz.', RRType.NSEC)(change))
    expect(said(zone.refusal(kept))).toBe(`chain mail.zz. ${RRType.NSEC}`)
  })

  test('an empty non-terminal without a record', () => {
    const zone = new GatedZone()
    const changes = zone.sign(set('x.y.new', RRType.TXT, 'x'))
    expect(hashed(changes).length).toBeGreaterThanOrEqual(4)
    for (const record of hashed(changes)) {
      expect(zone.refusal(changes.filter((change) => change !== record)).reason).toBe('chain')
    }
  })

  test('records of the other kind of chain', () => {
    const zone = new GatedZone()
    const changes = zone.sign(set('mail', RRType.TXT, 'x'))
    const nsec = zone.resigned(set('mail', RRType.NSEC, 'zz. A TXT RRSIG NSEC'), {})
    expect(said(zone.refusal([...changes, nsec]))).toBe(`chain mail.zz. ${RRType.NSEC}`)
  })
})

test.each(DENIALS)(
  '%s: a long run of names that go takes time by its length',
  (denial) => {
    const labels = Array.from({ length: 400 }, (_, i) => `n${String(i).padStart(4, '0')}`)
    const zone = new GatedZone({ denial }, `${TLD}${labels.map((label) => `${label} NS ns.example.\n`).join('')}`)
    const changes = zone.sign(...labels.map((label) => set(label, RRType.NS)))
    const view = zone.view()
    let steps = 0
    const counted: ZoneView = Object.assign(Object.create(view), {
      nodeAfter: (name: Name) => {
        steps++
        return view.nodeAfter(name)
      },
      nsecBefore: (name: Name) => {
        steps++
        return view.nsecBefore(name)
      },
      nsec3Covering: (hash: Uint8Array) => {
        steps++
        return view.nsec3Covering(hash)
      },
      nsec3Matching: (hash: Uint8Array) => {
        steps++
        return view.nsec3Matching(hash)
      },
      node: (name: Name) => view.node(name),
    })
    checkChanges(counted, changes, OPTIONS)
    expect(steps).toBeLessThan(20 * labels.length)
  },
  30_000,
)

describe('keys', () => {
  const zone = new GatedZone()
  const ksk = keys[0]!
  const ds = [dsOfKey(ZZ, ksk.dnskey, 2)!]
  const publish = (dnskeys: readonly Uint8Array[], by: GatedZone = zone) =>
    by.sign({
      owner: ZZ,
      type: RRType.DNSKEY,
      rrset: { type: RRType.DNSKEY, ttl: 3600, rdatas: [...dnskeys].sort(Buffer.compare), signatures: [] },
    })
  const dnskeys = keys.map(({ dnskey }) => dnskey)

  test('a known DS', () => {
    zone.check(zone.sign(set('mail', RRType.TXT, 'x')), { ds })
    // A digest that nobody here knows, and an algorithm: as no DS at all.
    zone.check(zone.sign(set('mail', RRType.TXT, 'x')), { ds: [Uint8Array.of(0, 1, 15, 3, 170)] })
    zone.check(zone.sign(set('mail', RRType.TXT, 'x')), { ds: [Uint8Array.of(0, 1, 12, 2, 170)] })
  })

  test('a lost DS match', () => {
    const [next] = makeKeys('zz.', true, DnssecAlgorithm.ED25519)
    const other = new GatedZone({}, TLD, [next!, keys[1]!])
    expect(said(other.refusal(other.sign(set('mail', RRType.TXT, 'x')), { ds }))).toBe(`ds zz. ${RRType.DNSKEY}`)
    // The key of the DS is there, but has not signed.
    const unsigned = publish([...dnskeys, next!.dnskey], other)
    const refusal = other.refusal(unsigned, { ds })
    expect(said(refusal)).toBe(`ds zz. ${RRType.DNSKEY}`)
    expect(refusal.message).toContain(`no valid signature by key ${ksk.keyTag}`)
  })

  test('no key, or a signing key withdrawn', () => {
    const none = [...zone.sign(set('mail', RRType.TXT, 'x')), set('@', RRType.DNSKEY)]
    expect(said(zone.refusal(none))).toBe(`dnskey zz. ${RRType.DNSKEY}`)
    expect(zone.refusal(publish([ksk.dnskey])).reason).toBe('signature')
  })

  test('a key withdrawn before what it signed is signed anew', () => {
    const [, fresh] = makeKeys('zz.', true, DnssecAlgorithm.ED25519)
    const next = new GatedZone({ keys: partKeys([ksk, fresh!]) })
    next.model.apply(
      new GatedZone()
        .view()
        .nodes.flatMap(({ owner, rrsets }) => rrsets.map((rrset) => ({ owner, type: rrset.type, rrset }))),
    )
    const changes = publish([ksk.dnskey, fresh!.dnskey], next)
    expect(next.refusal(changes).reason).toBe('missing-signature')
    next.check(publish([...dnskeys, fresh!.dnskey], zone))
  })

  test('two keys with one tag', () => {
    const twin = keys[1]!.dnskey.slice()
    // Octets of equal weight in the sum change places.
    ;[twin[4], twin[6]] = [twin[6]!, twin[4]!]
    expect(keyTag(twin)).toBe(keys[1]!.keyTag)
    const refusal = zone.refusal(publish([...dnskeys, twin]))
    expect(said(refusal)).toBe(`dnskey zz. ${RRType.DNSKEY}`)
  })

  test('an algorithm that comes: signatures first, then its keys', () => {
    const incoming = makeKeys('zz.', true, DnssecAlgorithm.ECDSAP256SHA256)
    const both = partKeys([...keys, ...incoming])
    const early = new GatedZone({ keys: both })
    const changes = early.sign(set('mail', RRType.TXT, 'x'))
    const earlyKeys = incoming.map(({ dnskey }) => dnskey)
    early.check(changes, { earlyKeys })
    // Not told of the keys, it takes them for strangers.
    expect(early.refusal(changes).reason).toBe('signature')
    const all = publish([...dnskeys, ...earlyKeys], early)
    const keepsOld = new GatedZone()
    expect(keepsOld.refusal(all, { earlyKeys }).reason).toBe('missing-signature')
    // Published, the zone is signed with both.
    early.check(all, { earlyKeys: [] })
    early.apply(all)
    const half = { ...early.context, keys: zone.context.keys }
    const lacking = early.sign(set('mail', RRType.TXT, 'y'))
    const oneAlgorithm = replaced(lacking, 'mail.zz.', RRType.TXT, ({ owner, type, rrset }) => ({
      owner,
      type,
      rrset: { ...rrset!, signatures: signaturesFor(half.keys, owner, rrset!, half.schedule, NOW) },
    }))
    expect(said(early.refusal(oneAlgorithm))).toBe(`missing-signature mail.zz. ${RRType.TXT}`)
  })
})

describe('serial and digest', () => {
  test('a serial that goes back, or stays', () => {
    const zone = new GatedZone({ serial: 'keep' })
    const soa = (serial: number) => set('@', RRType.SOA, `a.nic hostmaster ${serial} 1800 900 604800 900`)
    const change = set('mail', RRType.TXT, 'x')
    zone.check(zone.sign(change, soa(42)))
    for (const serial of [41, 40, 0x8000_0000 + 41]) {
      expect(said(zone.refusal(zone.sign(change, soa(serial))))).toBe(`serial zz. ${RRType.SOA}`)
    }
    const kept = zone.sign(change)
    expect(said(zone.refusal(kept))).toBe(`serial zz. ${RRType.SOA}`)
    zone.check(kept, { keepsSerial: true })
  })

  test('a digest for another serial', () => {
    const zone = new GatedZone({ zonemd: [ZonemdHash.SHA384] })
    const changes = zone.sign(set('mail', RRType.TXT, 'x'))
    zone.check(changes)
    const stale = replaced(changes, 'zz.', RRType.ZONEMD, () => undefined)
    expect(said(zone.refusal(stale))).toBe(`digest zz. ${RRType.ZONEMD}`)
  })
})

describe('the clock', () => {
  const signAt = (now: number) => {
    const zone = new GatedZone()
    const late = new GatedZone({ now })
    return { zone, changes: late.sign(set('mail', RRType.TXT, 'x')) }
  }

  test.each([90 * DAY, -90 * DAY])('off by %d s', (offset) => {
    const now = NOW + offset
    const { zone, changes } = signAt(now)
    const refusal = zone.refusal(changes, { now })
    expect(said(refusal)).toBe(`clock zz. ${RRType.SOA}`)
    expect(refusal.message).toContain('zonecut resign --trust-clock')
  })

  test('before the last commit', () => {
    const { zone, changes } = signAt(NOW)
    zone.check(changes, { lastCommit: NOW + 300 })
    expect(zone.refusal(changes, { lastCommit: NOW + 301 }).reason).toBe('clock')
  })
})

test.each([
  ['outside the zone', { ...set('a', RRType.A, '192.0.2.1'), owner: nameFromText('a.example.') }],
  ['upper case', { ...set('a', RRType.A, '192.0.2.1'), owner: nameFromText('A.zz.') }],
  [
    'malformed',
    { ...set('a', RRType.A, '192.0.2.1'), rrset: { type: 1, ttl: 1, rdatas: [Uint8Array.of(1)], signatures: [] } },
  ],
  [
    'out of order',
    {
      ...set('a', RRType.A),
      rrset: {
        ...set('a', RRType.A, '192.0.2.1', '192.0.2.2').rrset!,
        rdatas: [Uint8Array.of(2, 0, 0, 0), Uint8Array.of(1, 0, 0, 0)],
      },
    },
  ],
  ['no hash', { ...set('a', RRType.NSEC3), rrset: undefined }],
])('a record that no zone can hold: %s', (_, change: RRsetChange) => {
  expect(new GatedZone().refusal([change]).reason).toBe('record')
})

test('every reason is documented', async () => {
  const { readFileSync } = await import('node:fs')
  const text = readFileSync(new URL('../../../docs/gate.md', import.meta.url), 'utf8')
  for (const reason of GATE_REASONS) expect(text).toContain(`| \`${reason}\` |`)
})
