import { expect } from 'vitest'
import { type CompiledAnswers, type FastPath, Responder, ZoneTable } from '../../src/answer/index.ts'
import { readReply } from '../../src/answer/reply-text.fixture.ts'
import { RRType } from '../../src/iana/index.ts'
import { Transport } from '../../src/net/index.ts'
import type { ZoneSnapshot } from '../../src/store/index.ts'
import { type Name, nameToText } from '../../src/wire/index.ts'
import { MemoryZone, type ZoneRecord, type ZoneView } from '../../src/zone/index.ts'
import type { Random } from '../zones/random.ts'

const TYPES = ['A', 'AAAA', 'NS', 'DS', 'SOA', 'MX', 'TXT', 'NSEC', 'CNAME', 'ANY', 'DNAME'] as const

function responder(view: ZoneView, fast?: FastPath): Responder {
  return new Responder({ zones: new ZoneTable([{ origin: view.origin, state: 'ready', view, fast }]) })
}

function query(random: Random, pick: () => Name): { wire: Uint8Array; text: string } {
  const type = random.pick(TYPES)
  const name = pick()
  const dnssec = random.chance(0.6)
  const wire = Buffer.concat([
    Uint8Array.of(7, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1),
    name,
    Uint8Array.of(RRType[type] >> 8, RRType[type], 0, 1),
    Uint8Array.of(0, 0, 41, 16, 0, 0, 0, dnssec ? 0x80 : 0, 0, 0, 0),
  ])
  return { wire, text: `${nameToText(name)} ${type} ${dnssec ? 'do' : ''}` }
}

/** In lower case: the letters of a name that a pointer leads to are the query's. */
function comparable(reply: Uint8Array): string {
  const { answer, authority, additional, ...rest } = readReply(reply)
  const section = (records: typeof answer) =>
    records.map(({ owner, type, ttl, rdata }) => [nameToText(owner), type, ttl, Buffer.from(rdata).toString('latin1')])
  return JSON.stringify([
    rest.flags,
    rest.rcode,
    section(answer),
    section(authority),
    section(additional),
  ]).toLowerCase()
}

const buffer = new Uint8Array(65_535)

function answerOf(server: Responder, wire: Uint8Array): string {
  return comparable(buffer.subarray(0, server.answer(wire, wire.length, buffer, Transport.Udp)))
}

/**
 * Asks the same of the compiled answers, singly and read ahead, of the general path, and of a model.
 * @param pick a name to ask for
 */
export function compareAnswers(
  random: Random,
  pick: () => Name,
  records: readonly ZoneRecord[],
  snapshot: ZoneSnapshot,
  fast: CompiledAnswers,
): void {
  const model = responder(new MemoryZone(snapshot.origin, records))
  const general = responder(snapshot)
  const compiled = responder(snapshot, fast)
  const asked = Array.from({ length: 64 }, () => query(random, pick))
  const expected = asked.map(({ wire, text }) => {
    const answer = answerOf(model, wire)
    expect(answerOf(general, wire), `general: ${text}`).toBe(answer)
    expect(answerOf(compiled, wire), `compiled: ${text}`).toBe(answer)
    return answer
  })
  const wires = asked.map(({ wire }) => wire)
  compiled.readAhead(
    wires,
    Uint16Array.from(wires, (wire) => wire.length),
    0,
    wires.length,
  )
  for (const [slot, { text }] of asked.entries()) {
    const reply = buffer.subarray(0, compiled.answerAhead(slot, buffer))
    expect(comparable(reply), `read ahead: ${text}`).toBe(expected[slot])
  }
}
