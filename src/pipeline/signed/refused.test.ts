import { afterEach, describe, expect, test, vi } from 'vitest'
import { NSEC3_HASH_LENGTH, nsec3Owner } from '../../dnssec/denial/index.ts'
import { FileKeyStore, type SigningKey } from '../../dnssec/keystore/index.ts'
import { RRType } from '../../iana/index.ts'
import { compareNames, nameFromText } from '../../wire/index.ts'
import { writeNsec3Hash } from '../../zone/index.ts'
import { ZoneUpdater } from '../update.ts'
import { DAY, Kept, ORIGIN } from './kept.fixture.ts'

afterEach(() => vi.restoreAllMocks())

/** Keys as the store opens them, changed; a server that was just started opens them anew. */
async function withKeys(kept: Kept, change: (key: SigningKey) => SigningKey): Promise<void> {
  const open = FileKeyStore.prototype.open
  vi.spyOn(FileKeyStore.prototype, 'open').mockImplementation(function (this: FileKeyStore, id) {
    return change(open.call(this, id))
  })
  await kept.reopen()
}

function turnClock(kept: Kept, seconds: number): void {
  kept.now += seconds
}

const FAULTS: readonly (readonly [string, (kept: Kept) => Promise<void> | void, RegExp])[] = [
  [
    'a flipped bit in a signature',
    (kept) =>
      withKeys(kept, (key) => ({
        ...key,
        sign: (data) => key.sign(data).map((octet, i) => (i === 17 ? octet ^ 4 : octet)),
      })),
    /^(d1\.)?zz\. (DS|SOA): the signature by key \d+, ECDSAP256SHA256, does not verify/,
  ],
  [
    'a wrong key with the same tag',
    (kept) => {
      const other = new FileKeyStore(`${kept.keys}-other`).generate({ origin: ORIGIN, algorithm: 13, isSep: false })
      return withKeys(kept, (key) => (key.isSep ? key : { ...key, sign: (data) => other.sign(data) }))
    },
    /^(d1\.)?zz\. (DS|SOA): the signature by key \d+, ECDSAP256SHA256, does not verify/,
  ],
  [
    'a gap in the chain',
    async (kept) => {
      await kept.zone.close()
      const updater = ZoneUpdater.open(kept.dataDir, ORIGIN)
      // All but the apex's: wherever the change falls, what follows the record before it is gone.
      const hash = new Uint8Array(NSEC3_HASH_LENGTH)
      writeNsec3Hash(ORIGIN, 0, new Uint8Array(0), hash, 0)
      const ofApex = nsec3Owner(hash, ORIGIN)
      const others = [...updater.snapshot.denialNodes()].filter(({ owner }) => compareNames(owner, ofApex) !== 0)
      updater.apply(others.map(({ owner }) => ({ owner, type: RRType.NSEC3, rrset: undefined })))
      await updater.close()
      kept.open()
    },
    /NSEC3/,
  ],
  ['a clock three months ahead', (kept) => turnClock(kept, 90 * DAY), /^zz\. SOA: by the clock, .* expired at /],
  ['a clock three months behind', (kept) => turnClock(kept, -90 * DAY), /^zz\. SOA: the clock says .*last changed at/],
]

describe('what is at fault is refused, and the version before goes on being served', () => {
  test.each(FAULTS)('%s', async (_, spoil, reason) => {
    const kept = await Kept.begin()
    await kept.settle()
    await spoil(kept)
    const { info } = kept.zone.updater
    const before = kept.nodes()
    const refused = kept.change(`add d1.zz. 3600 DS 1 13 2 ${'cd'.repeat(32)}`)
    await expect(refused).rejects.toMatchObject({ name: 'GateRefusal' })
    await expect(refused).rejects.toThrow(reason)
    await expect(refused).rejects.toThrow('Nothing was')
    expect(kept.zone.updater.info).toEqual(info)
    expect(kept.nodes()).toEqual(before)
    expect(kept.zone.updater.snapshot.node(nameFromText('d1.zz.'))?.rrsets.map(({ type }) => type)).toEqual([RRType.NS])
    await kept.close()
  })
})
