import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeMessage, TYPE } from '../interop/message.ts'
import { wireName } from '../interop/name.ts'
import { buildQuery } from '../interop/query.ts'
import { bind, knot, nsd, type Peer, powerdns, startPeer, temporaryFolder } from './index.ts'
import { describeWithTools } from './suite.ts'

const ROOT = `. 3600 IN SOA a.nic.zz. root.nic.zz. 1 1800 900 604800 900
. 3600 IN NS a.nic.zz.
zz. 3600 IN NS a.nic.zz.
a.nic.zz. 3600 IN A 192.0.2.1
`
const ZZ = `zz. 3600 IN SOA a.nic.zz. root.nic.zz. 1 1800 900 604800 900
zz. 3600 IN NS a.nic.zz.
a.nic.zz. 3600 IN A 192.0.2.1
co.zz. 3600 IN NS ns.example.
`

for (const kind of [nsd, knot, bind, powerdns]) {
  describeWithTools(`the harness starts ${kind.name}`, [kind.tool], () => {
    let peer: Peer
    beforeAll(async () => {
      const folder = temporaryFolder('zones')
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'root.zone'), ROOT)
      writeFileSync(join(folder, 'zz.zone'), ZZ)
      peer = await startPeer(kind, [
        { origin: '.', file: join(folder, 'root.zone') },
        { origin: 'zz.', file: join(folder, 'zz.zone') },
      ])
    }, 40_000)
    afterAll(() => peer?.stop())

    test.each(['udp', 'tcp'] as const)('which refers for a delegation over %s', async (transport) => {
      const reply = await peer[transport].ask(buildQuery({ name: wireName('www.co.zz.'), type: TYPE.A }), 2000)
      const message = decodeMessage(reply!)
      expect(message.rcode).toBe(0)
      expect(message.aa).toBe(false)
      expect(message.authority.map((record) => record.rdata)).toEqual(['ns.example.'])
    })
  })
}
