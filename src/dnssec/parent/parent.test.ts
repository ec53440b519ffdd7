import { createSocket, type Socket } from 'node:dgram'
import { createServer } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { nameFromText } from '../../wire/index.ts'
import type { ParentServer } from './exchange.ts'
import { decodeDsReply, encodeDsQuery, ParentReplyError } from './message.ts'
import { ParentCheckError, parentDs } from './parent-ds.ts'

const zz = nameFromText('zz.')
const undo: (() => void)[] = []
afterEach(() => {
  for (const step of undo.splice(0)) step()
})

interface Script {
  /** Changes the reply, of which flags, counts and records come from the test. */
  readonly reply: (query: Uint8Array) => Uint8Array | undefined
  readonly overTcp?: (query: Uint8Array) => Uint8Array | undefined
}

/** A server that answers as it is told, over UDP and TCP on one port. */
async function scripted({ reply, overTcp }: Script): Promise<ParentServer> {
  const socket = await new Promise<Socket>((resolve) => {
    const udp = createSocket('udp4')
    udp.bind(0, '127.0.0.1', () => resolve(udp))
  })
  const { port } = socket.address()
  socket.on('message', (query, { port: from }) => {
    const octets = reply(query)
    if (octets !== undefined) socket.send(octets, from, '127.0.0.1')
  })
  undo.push(() => socket.close())
  if (overTcp !== undefined) {
    const server = createServer((connection) => {
      connection.on('error', () => {})
      connection.on('data', (data) => {
        const octets = overTcp(data.subarray(2))
        if (octets === undefined) connection.end()
        else connection.end(Buffer.concat([Uint8Array.of(octets.length >> 8, octets.length & 255), octets]))
      })
    })
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    undo.push(() => server.close())
  }
  return { address: '127.0.0.1', port }
}

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
/** TTL 3600, 5 octets of digest. */
const DS = hex('c00c 002b 0001 00000e10 0009 1234 0d 02 aabbccddee')
const OTHER_DS = hex('c00c 002b 0001 00015180 0009 4321 0d 02 0102030405')
/** The root's, TTL 86400, MINIMUM 900. */
const ROOT_SOA = hex('00 0006 0001 00015180 0016 00 00 00000001 00000002 00000003 00000004 00000384')
const OWN_SOA = hex('c00c 0006 0001 00015180 0016 00 00 00000001 00000002 00000003 00000004 00000384')

/** @param flags QR and AA unless told otherwise */
function message(
  query: Uint8Array,
  answer: readonly Uint8Array[],
  authority: readonly Uint8Array[],
  flags = 0x8400,
): Uint8Array {
  const head = Buffer.from(query.subarray(0, 12))
  head.writeUInt16BE(flags, 2)
  head.writeUInt16BE(answer.length, 6)
  head.writeUInt16BE(authority.length, 8)
  head.writeUInt16BE(0, 10)
  return Buffer.concat([head, query.subarray(12, query.length - 11), ...answer, ...authority])
}

const base64 = (record: Buffer) => record.subarray(12).toString('base64')

describe('what all servers say together', () => {
  it('counts as there when all show it, and as somewhere when one does', async () => {
    const one = await scripted({ reply: (query) => message(query, [DS], []) })
    const two = await scripted({ reply: (query) => message(query, [DS, OTHER_DS], []) })
    expect(await parentDs([one, one], zz)).toMatchObject({
      ttl: 3600,
      everywhere: [base64(DS)],
      anywhere: [base64(DS)],
    })
    const facts = await parentDs([one, two], nameFromText('ZZ.'))
    expect(facts).toMatchObject({ ttl: 86_400, everywhere: [base64(DS)], anywhere: [base64(DS), base64(OTHER_DS)] })
    expect(Math.abs(facts.at - Date.now() / 1000)).toBeLessThan(5)
  })

  it('may be that there is none, for the time of a negative answer', async () => {
    const noData = await scripted({ reply: (query) => message(query, [], [ROOT_SOA]) })
    const noName = await scripted({ reply: (query) => message(query, [], [ROOT_SOA], 0x8403) })
    expect(await parentDs([noData, noName], zz)).toMatchObject({ ttl: 900, everywhere: [], anywhere: [] })
  })

  it('comes over TCP where UDP is truncated', async () => {
    const server = await scripted({
      reply: (query) => message(query, [], [], 0x8600),
      overTcp: (query) => message(query, [DS], []),
    })
    expect((await parentDs([server], zz)).everywhere).toEqual([base64(DS)])
  })

  it('takes no notice of what others send', async () => {
    const server = await scripted({
      reply: (query) => {
        const forged = message(query, [OTHER_DS], [])
        forged[0]! ^= 1
        return forged
      },
    })
    const failing = parentDs([server], zz, { timeout: 50, tries: 2 })
    await expect(failing).rejects.toThrow(
      `the DS of zz. can't be checked: 127.0.0.1@${server.port}: no reply in 2 tries of 0.05 s`,
    )
  })
})

describe('nothing is known', () => {
  const faults: readonly [title: string, script: Script, reason: string][] = [
    ['of a refusal', { reply: (query) => message(query, [], [], 0x8005) }, 'it answers REFUSED'],
    [
      'without authority',
      { reply: (query) => message(query, [DS], [], 0x8000) },
      'it has no authority for the parent of zz.',
    ],
    [
      "from the zone's own server",
      { reply: (query) => message(query, [], [OWN_SOA]) },
      'it serves zz. and not its parent',
    ],
    ['from an empty answer', { reply: (query) => message(query, [], []) }, 'it serves zz. and not its parent'],
    ['from half a record', { reply: (query) => message(query, [DS.subarray(0, -1)], []) }, 'its reply is malformed'],
    [
      'from a DS too short',
      { reply: (query) => message(query, [hex('c00c 002b 0001 00000e10 0002 1234')], []) },
      'its reply is malformed',
    ],
    ['from silence', { reply: () => undefined }, 'no reply in 2 tries of 0.05 s'],
    [
      'when TCP ends early',
      { reply: (query) => message(query, [], [], 0x8600), overTcp: () => undefined },
      'it closed the TCP connection without a reply',
    ],
    ['when TCP is not there', { reply: (query) => message(query, [], [], 0x8600) }, 'ECONNREFUSED'],
  ]
  it.each(faults)('%s', async (_, script, reason) => {
    const good = await scripted({ reply: (query) => message(query, [DS], []) })
    const bad = await scripted(script)
    const error: unknown = await parentDs([good, bad], zz, { timeout: 50, tries: 2 }).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ParentCheckError)
    expect((error as ParentCheckError).failures).toEqual([
      { server: bad, reason: expect.stringContaining(reason) as unknown },
    ])
  })

  it('where nobody is asked, or nobody can be', async () => {
    await expect(parentDs([], zz)).rejects.toThrow('no server of the parent is given')
    const server = { address: '127.0.0.1', port: 1 }
    await expect(parentDs([server], nameFromText('.'))).rejects.toThrow('the root has no parent')
  })
})

it('no reply does worse than a ParentReplyError', () => {
  const query = encodeDsQuery(zz)
  const good = message(query, [DS], [ROOT_SOA])
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }), fc.nat(good.length), (changes, length) => {
      const octets = Uint8Array.from(good).subarray(0, Math.max(length, 12))
      for (const [at, octet] of changes) octets[at % octets.length] = octet
      try {
        decodeDsReply(octets, zz)
      } catch (error) {
        expect(error).toBeInstanceOf(ParentReplyError)
      }
    }),
    { numRuns: 2000 },
  )
})
