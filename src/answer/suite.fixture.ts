import { beforeAll, describe, expect, test } from 'vitest'
import { describeWithTools } from '../../test/peers/suite.ts'
import type { Signing } from '../../test/zones/sign.ts'
import { nameFromText } from '../wire/index.ts'
import type { ZoneRecord } from '../zone/index.ts'
import { ask } from './ask.fixture.ts'
import { type AnswerCase, TLD_ZONE } from './cases.fixture.ts'
import { ALIAS_CASES, REDIRECTION_CASES } from './cases-alias.fixture.ts'
import { DATA_CASES, NEGATIVE_CASES, UNSIGNED_CASES } from './cases-data.fixture.ts'
import { NSEC_CASES } from './cases-nsec.fixture.ts'
import { NSEC3_CASES, NSEC3_WITHOUT_OPT_OUT_CASES, OPT_OUT_CASES } from './cases-nsec3.fixture.ts'
import { REFERRAL_CASES } from './cases-referral.fixture.ts'
import { SIGNED_CASES } from './cases-signed.fixture.ts'
import { TRUNCATION_CASES, WIDE_ZONE } from './cases-truncation.fixture.ts'
import { WILDCARD_CASES, WILDCARD_NS_CASES, WILDCARD_NS_ZONE } from './cases-wildcard.fixture.ts'
import { expectReply } from './expectation.fixture.ts'
import { readReply } from './reply-text.fixture.ts'
import type { Transport } from './transport.ts'
import { recordsOf, signedText } from './zone.fixture.ts'

/** What is under test: answers one message, as the listeners' handler does. */
export interface Answerer {
  answer(query: Uint8Array, length: number, reply: Uint8Array, transport: Transport): number
}

/** Makes a server of one zone. */
export type ServeZone = (origin: Uint8Array, records: readonly ZoneRecord[]) => Answerer | Promise<Answerer>

const ORIGIN = 'zz.'

/** Answers that do not depend on DNSSEC: asked of the unsigned zone and, without DO, of every signed one. */
export const PLAIN_CASES: readonly AnswerCase[] = [
  ...DATA_CASES,
  ...NEGATIVE_CASES,
  ...REFERRAL_CASES,
  ...WILDCARD_CASES,
  ...ALIAS_CASES,
  ...REDIRECTION_CASES,
]

/** Puts all cases to an implementation of answering: unsigned, NSEC, NSEC3 and NSEC3 with opt-out. */
export function describeAnswers(title: string, serve: ServeZone): void {
  describe(`${title}, unsigned`, () => {
    putCases(serve, () => TLD_ZONE, [...PLAIN_CASES, ...UNSIGNED_CASES])
  })
  describe(`${title}, NS at a wildcard`, () => putCases(serve, () => WILDCARD_NS_ZONE, WILDCARD_NS_CASES))
  describe(`${title}, truncation`, () => putCases(serve, () => WIDE_ZONE, TRUNCATION_CASES))
  const signed: [Signing, readonly AnswerCase[]][] = [
    ['nsec', [...SIGNED_CASES, ...NSEC_CASES]],
    ['nsec3', [...SIGNED_CASES, ...NSEC3_CASES, ...NSEC3_WITHOUT_OPT_OUT_CASES]],
    ['nsec3-opt-out', [...SIGNED_CASES, ...NSEC3_CASES, ...OPT_OUT_CASES]],
  ]
  for (const [signing, cases] of signed) {
    describeWithTools(`${title}, ${signing}`, ['dnssec-keygen', 'dnssec-signzone'], () => {
      putCases(serve, () => signedText(ORIGIN, TLD_ZONE, signing), [...PLAIN_CASES, ...cases])
    })
  }
}

function putCases(serve: ServeZone, text: () => string, cases: readonly AnswerCase[]): void {
  let server: Answerer
  beforeAll(async () => {
    server = await serve(nameFromText(ORIGIN), recordsOf(ORIGIN, text()))
  })
  for (const { title, ask: words, expect: expectation } of cases) {
    test(`${title}: ${words}`, () => {
      const query = ask(words)
      const buffer = new Uint8Array(65_535)
      const length = server.answer(query.wire, query.wire.length, buffer, query.transport)
      expect(length).toBeGreaterThan(0)
      expect(length).toBeLessThanOrEqual(query.limit)
      const reply = readReply(buffer.subarray(0, length))
      expect(reply.id).toBe(0x1234)
      expect(reply.question).toBe(query.question)
      // QR set; opcode, RA, Z, AD and CD clear.
      expect(reply.flags & 0xf8f0).toBe(0x8000)
      expect(reply.opt !== undefined).toBe(query.wire[11] === 1)
      if (reply.opt !== undefined) expect((reply.opt.ttl & 0x8000) !== 0).toBe(query.dnssec)
      expectReply(reply, expectation, query.dnssec)
    })
  }
}
