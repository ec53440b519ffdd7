import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { RRType } from '../iana/index.ts'
import { compareNames, lowerName, type Name, nameFromText, nameLength } from '../wire/index.ts'
import { type Reply, type ReplyRecord, recordLine, statusLine } from './reply-text.fixture.ts'

const SECTIONS = ['ANSWER', 'AUTHORITY', 'ADDITIONAL'] as const
type SectionName = (typeof SECTIONS)[number]

const PROOF = /^(NSEC3?) (opt-out )?(matches|covers) (\S+)$/

/** True for records that an expectation writes by what they prove. */
function isDenial({ type, rdata }: ReplyRecord): boolean {
  const covered = type === RRType.RRSIG ? (rdata[0]! << 8) | rdata[1]! : type
  return covered === RRType.NSEC || covered === RRType.NSEC3
}

/** Fails unless the reply is what the expectation says; see {@link AnswerCase}. */
export function expectReply(reply: Reply, expectation: string, dnssec: boolean): void {
  const [status, ...lines] = expectation.split('\n').map((line) => line.trim())
  const expected: Record<SectionName, string[]> = { ANSWER: [], AUTHORITY: [], ADDITIONAL: [] }
  let section: SectionName = 'ANSWER'
  for (const line of lines.filter((line) => line !== '')) {
    const title = SECTIONS.find((name) => name === line)
    if (title !== undefined) section = title
    else expected[section].push(line)
  }
  const got = { ANSWER: reply.answer, AUTHORITY: reply.authority, ADDITIONAL: reply.additional }
  const without = (records: readonly ReplyRecord[]) => records.filter((record) => !isDenial(record)).map(recordLine)
  // One comparison, so that a failure shows the whole reply.
  expect([statusLine(reply), ...SECTIONS.flatMap((name) => [name, ...without(got[name]).sort()])]).toEqual([
    status,
    ...SECTIONS.flatMap((name) => [name, ...expected[name].filter((line) => !PROOF.test(line)).sort()]),
  ])
  for (const name of SECTIONS)
    expectProofs(
      got[name],
      expected[name].filter((line) => PROOF.test(line)),
      dnssec,
    )
  expectNothingTwice(reply)
}

function expectProofs(records: readonly ReplyRecord[], proofs: readonly string[], dnssec: boolean): void {
  const denials = records.filter((record) => record.type === RRType.NSEC || record.type === RRType.NSEC3)
  const unproved = proofs.filter((proof) => !denials.some((record) => proves(record, proof)))
  const needless = denials.filter((record) => !proofs.some((proof) => proves(record, proof))).map(recordLine)
  expect({ unproved, needless }).toEqual({ unproved: [], needless: [] })
  const signatures = records.filter((record) => record.type === RRType.RRSIG && isDenial(record))
  expect(signatures.length, 'signatures of the denial').toBe(dnssec ? denials.length : 0)
}

function proves({ owner, type, rdata }: ReplyRecord, proof: string): boolean {
  const [, kind, optOut, relation, text] = PROOF.exec(proof)!
  const name = lowerName(nameFromText(text!))
  if ((kind === 'NSEC') !== (type === RRType.NSEC)) return false
  if (type === RRType.NSEC) {
    const next = rdata.subarray(0, nameLength(rdata, 0))
    return relation === 'matches'
      ? compareNames(owner, name) === 0
      : isBetween(compareNames(owner, name), compareNames(name, next), compareNames(owner, next))
  }
  if (optOut !== undefined && (rdata[1]! & 1) === 0) return false
  const saltEnd = 5 + rdata[4]!
  const hash = hashText(name, rdata.subarray(5, saltEnd), (rdata[2]! << 8) | rdata[3]!)
  const own = Buffer.from(owner.subarray(1, 33)).toString('latin1').toLowerCase()
  const next = base32hex(rdata.subarray(saltEnd + 1, saltEnd + 21))
  if (relation === 'matches') return own === hash
  return isBetween(own < hash ? -1 : 1, hash < next ? -1 : 1, own < next ? -1 : 1)
}

/** Whether a name lies between an owner and the next one, which comes before it at the end of the chain. */
function isBetween(ownerToName: number, nameToNext: number, ownerToNext: number): boolean {
  return ownerToNext < 0 ? ownerToName < 0 && nameToNext < 0 : ownerToName < 0 || nameToNext < 0
}

/** RFC 5155 5, written here anew so that the code under test does not vouch for itself. */
function hashText(name: Name, salt: Uint8Array, iterations: number): string {
  let hash = createHash('sha1').update(name).update(salt).digest()
  for (let i = 0; i < iterations; i++) hash = createHash('sha1').update(hash).update(salt).digest()
  return base32hex(hash)
}

function base32hex(octets: Uint8Array): string {
  const bits = [...octets].map((octet) => octet.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{5}/g) ?? []).map((group) => Number.parseInt(group, 2).toString(32)).join('')
}

function expectNothingTwice(reply: Reply): void {
  const text = ({ owner, type, rdata }: ReplyRecord) =>
    `${Buffer.from(lowerName(owner)).toString('hex')} ${type} ${Buffer.from(rdata).toString('hex')}`
  const all = [...reply.answer, ...reply.authority, ...reply.additional].map(text)
  expect(all.filter((record, i) => all.indexOf(record) !== i)).toEqual([])
}
