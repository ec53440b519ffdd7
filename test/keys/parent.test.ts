import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parentDs } from '../../src/dnssec/parent/index.ts'
import { dsOfKey } from '../../src/dnssec/verify/index.ts'
import { RRType } from '../../src/iana/index.ts'
import { nameFromText, rdataFromText, rdataToText } from '../../src/wire/index.ts'
import { bind, knot, nsd, type PeerKind, startPeer, temporaryFolder, zonecut } from '../peers/index.ts'
import { describeWithTools } from '../peers/suite.ts'

const zz = nameFromText('zz.')
const KEYS = ['AAAA', 'BBBB'].map((key) => rdataFromText(RRType.DNSKEY, `257 3 13 ${key.repeat(21)}AA==`))
const DS = KEYS.map((key) => dsOfKey(zz, key, 2)!)

/** The root's zone with a signed delegation of zz, an unsigned one of yy, and one of ww with DS too long for UDP. */
function parentZone(ds: readonly Uint8Array[]): string {
  const many = Array.from(
    { length: 40 },
    (_, i) => `ww. 600 DS ${1000 + i} 13 2 ${String(i).padStart(2, '0').repeat(32)}`,
  )
  const lines = [
    '. 86400 SOA ns. hostmaster. 1 7200 3600 604800 900',
    '. 86400 NS ns.',
    'ns. 86400 A 192.0.2.1',
    'zz. 3600 NS ns.',
    ...ds.map((rdata) => `zz. 1800 DS ${rdataToText(RRType.DS, rdata)}`),
    'yy. 3600 NS ns.',
    'ww. 3600 NS ns.',
    ...many,
  ]
  return `${lines.join('\n')}\n`
}

function zoneFile(text: string): string {
  const file = join(temporaryFolder('parent'), 'zone')
  writeFileSync(file, text)
  return file
}

const address = ({ host, port }: { host: string; port: number }) => ({ address: host, port })
const base64 = (rdata: Uint8Array) => Buffer.from(rdata).toString('base64')

const kinds: readonly PeerKind[] = [zonecut, nsd, knot, bind]
for (const kind of kinds) {
  describeWithTools(`the parent's DS as ${kind.name} has it`, kind === zonecut ? [] : [kind.tool], () => {
    test('is read over UDP and TCP, and so is its absence', { timeout: 60_000 }, async () => {
      const peer = await startPeer(kind, [{ origin: '.', file: zoneFile(parentZone(DS.slice(0, 1))) }])
      try {
        const servers = [address(peer)]
        const ds = base64(DS[0]!)
        expect(await parentDs(servers, zz)).toMatchObject({ ttl: 1800, everywhere: [ds], anywhere: [ds] })
        expect(await parentDs(servers, nameFromText('YY.'))).toMatchObject({ ttl: 900, everywhere: [], anywhere: [] })
        expect(await parentDs(servers, nameFromText('xx.'))).toMatchObject({ ttl: 900, everywhere: [], anywhere: [] })
        expect(await parentDs(servers, nameFromText('ww.'))).toMatchObject({ ttl: 600, everywhere: { length: 40 } })
      } finally {
        await peer.stop()
      }
    })
  })
}

describeWithTools('two servers of the parent', ['nsd'], () => {
  test('of which one has not followed yet, and one that serves the zone itself', { timeout: 60_000 }, async () => {
    const before = await startPeer(nsd, [{ origin: '.', file: zoneFile(parentZone(DS.slice(0, 1))) }])
    const after = await startPeer(nsd, [{ origin: '.', file: zoneFile(parentZone(DS)) }])
    const own = 'zz. 3600 SOA ns. hostmaster. 1 7200 3600 604800 900\nzz. 3600 NS ns.\n'
    const child = await startPeer(nsd, [{ origin: 'zz.', file: zoneFile(own) }])
    try {
      const facts = await parentDs([before, after].map(address), zz)
      expect(facts.everywhere).toEqual([base64(DS[0]!)])
      expect([...facts.anywhere].sort()).toEqual(DS.map(base64).sort())
      await expect(parentDs([before, child].map(address), zz)).rejects.toThrow('it serves zz. and not its parent')
    } finally {
      await Promise.all([before.stop(), after.stop(), child.stop()])
    }
  })
})
