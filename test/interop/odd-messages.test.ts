import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  bind,
  knot,
  missingTools,
  nsd,
  type Peer,
  startPeer,
  startPeers,
  temporaryFolder,
  zonecut,
} from '../peers/index.ts'
import { writeZone } from '../zones/sign.ts'
import { TcpAsker } from './asker.ts'
import { type DecodedMessage, decodeMessage } from './message.ts'
import { type Expectation, ODD_MESSAGES, ODD_ORIGIN, ODD_ZONE, type OddMessage } from './odd-messages.ts'

/** How long a reply may take before there is none, in milliseconds. */
const SILENCE_MS = 400

type Transport = 'udp' | 'tcp'

let server: Peer
let zoneFile: string

beforeAll(async () => {
  zoneFile = writeZone(temporaryFolder('odd'), 'zz.zone', ODD_ZONE)
  server = await startPeer(zonecut, [{ origin: ODD_ORIGIN, file: zoneFile }])
}, 40_000)
afterAll(() => server?.stop())

/** Over TCP each message has a connection of its own: a server may close one that carried nonsense. */
async function ask(peer: Peer, message: OddMessage, transport: Transport): Promise<Buffer | undefined> {
  if (transport === 'udp') return peer.udp.ask(message.wire, SILENCE_MS)
  const asker = new TcpAsker(peer.host, peer.port)
  const reply = await asker.ask(message.wire, SILENCE_MS)
  asker.close()
  return reply
}

function summary(reply: Buffer | undefined): Expectation {
  if (reply === undefined) return { silent: true }
  const message = decodeMessage(reply)
  return { rcode: message.rcode, aa: message.aa, tc: message.tc, answers: message.answer.length }
}

function extendedErrors(message: DecodedMessage): number[] {
  const options = message.edns?.options ?? []
  return options.filter((option) => option.code === 15).map((option) => Buffer.from(option.data).readUInt16BE(0))
}

function expectReply(reply: Buffer | undefined, message: OddMessage, transport: Transport): void {
  const { expected } = message
  if (expected.silent) {
    expect(reply?.toString('hex')).toBeUndefined()
    return
  }
  if (reply === undefined) throw new Error(`no reply to ${message.wire.toString('hex')}`)
  const decoded = decodeMessage(reply)
  expect(decoded.qr).toBe(true)
  expect(decoded.trailing).toBe(0)
  expect(decoded.opcode).toBe((message.wire[2]! >> 3) & 15)
  const got: Record<string, unknown> = {
    ...summary(reply),
    question: decoded.question.length === 0 ? 'empty' : 'echoed',
    edns: decoded.edns !== undefined,
    dnssecOk: decoded.edns?.dnssecOk === true,
    extendedError: extendedErrors(decoded)[0],
  }
  const { octets, ...wanted } = expected
  expect(got).toMatchObject(wanted)
  if (octets !== undefined && transport === 'udp') expect(reply.length).toBeLessThanOrEqual(octets)
  // RFC 4035 3.1.6, RFC 1035 4.1.1: an authoritative server offers no recursion and clears AD and CD
  expect({ ra: decoded.ra, zAdCd: decoded.zAdCd }).toEqual({ ra: false, zAdCd: 0 })
}

const cases = ODD_MESSAGES.flatMap((message) =>
  (message.transports ?? (['udp', 'tcp'] as const)).map((transport) => ({ title: message.title, message, transport })),
)

describe('odd messages', () => {
  test.each(cases)('$title over $transport', async ({ message, transport }) => {
    expectReply(await ask(server, message, transport), message, transport)
  })
})

const absent = missingTools(['nsd', 'knotd', 'named'])
const required = process.env.ZONECUT_REQUIRE_PEERS === '1'

describe.skipIf(absent !== undefined && !required)(
  `odd messages, where NSD, Knot and BIND agree${absent ? ` (skipped: ${absent})` : ''}`,
  () => {
    let peers: Peer[] = []
    beforeAll(async () => {
      peers = await startPeers([nsd, knot, bind], [{ origin: ODD_ORIGIN, file: zoneFile }])
    }, 40_000)
    afterAll(() => Promise.all(peers.map((peer) => peer.stop())))

    test.each(cases)('$title over $transport', async ({ message, transport }) => {
      const [ours, ...theirs] = (
        await Promise.all([server, ...peers].map((peer) => ask(peer, message, transport)))
      ).map(summary)
      const views = theirs.map((view) => JSON.stringify(view))
      if (views.every((view) => view === views[0])) expect(ours).toEqual(theirs[0])
    })
  },
)
