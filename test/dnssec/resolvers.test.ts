import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SigningPolicy } from '../../src/dnssec/keys/index.ts'
import { FileKeyStore, type SigningKey } from '../../src/dnssec/keystore/index.ts'
import { dsOfKey } from '../../src/dnssec/verify/index.ts'
import { DigestType, DnssecAlgorithm, RRType } from '../../src/iana/index.ts'
import { loadZone, ZoneUpdater } from '../../src/pipeline/index.ts'
import { nameFromText, rdataToText } from '../../src/wire/index.ts'
import { decodeMessage } from '../interop/message.ts'
import { wireName } from '../interop/name.ts'
import { buildQuery } from '../interop/query.ts'
import { type Peer, startPeer, toolPath, unboundWith, zonecutWith } from '../peers/index.ts'
import { describeWithTools } from '../peers/suite.ts'
import { loadSigning } from './load-signing.ts'

const MINUTE = 60_000
const RD = 0x100
const AD = 2

const folder = mkdtempSync(join(tmpdir(), 'zonecut-resolvers-'))
const dataDir = join(folder, 'data')
const keys = new FileKeyStore(join(folder, 'keys'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A parent zone for each kind of denial; below each the same names. */
const PARENTS = { nsec: 'aa.', nsec3: 'bb.', 'nsec3-opt-out': 'cc.' } as const
const DENIALS = Object.keys(PARENTS) as (keyof typeof PARENTS)[]
const CHILDREN = ['signed', 'misfit', 'plain'] as const

const head = (origin: string) => `$ORIGIN ${origin}
$TTL 300
@ SOA ns hostmaster 1 3600 900 604800 300
@ NS ns
ns A 127.0.0.1
www A 192.0.2.1
`

const dsText = (key: SigningKey) => rdataToText(RRType.DS, dsOfKey(key.origin, key.dnskey, DigestType.SHA256)!)

function makeKey(origin: string, algorithm: number = DnssecAlgorithm.ECDSAP256SHA256): SigningKey {
  return keys.generate({ origin: nameFromText(origin), algorithm, isSep: true })
}

async function load(origin: string, text: string, policy?: Partial<SigningPolicy>): Promise<void> {
  const name = nameFromText(origin)
  const file = join(folder, 'zone')
  writeFileSync(file, text)
  const signing = policy === undefined ? {} : { signing: loadSigning(name, keys, policy) }
  const { ok, problems, findings } = await loadZone({ dataDir, origin: name, file, ...signing })
  expect({ origin, ok, problems, findings: findings.findings }).toMatchObject({ origin, ok: true, problems: [] })
}

/** Changes an octet of the signature that covers an RRset of a loaded zone; nobody but an attacker or a fault would. */
async function spoil(origin: string, owner: string, type: number): Promise<void> {
  const updater = ZoneUpdater.open(dataDir, nameFromText(origin))
  try {
    const name = nameFromText(owner)
    const rrset = updater.snapshot.node(name)!.rrsets.find((candidate) => candidate.type === type)!
    const signatures = rrset.signatures.map((signature) => {
      const spoilt = signature.slice()
      spoilt[spoilt.length - 7]! ^= 1
      return spoilt
    })
    updater.apply([{ owner: name, type, rrset: { ...rrset, signatures } }])
  } finally {
    await updater.close()
  }
}

/** Loads a parent and its children; returns the parent's key. */
async function loadFamily(denial: keyof typeof PARENTS): Promise<SigningKey> {
  const origin = PARENTS[denial]
  const key = makeKey(origin)
  const signed = makeKey(`signed.${origin}`, DnssecAlgorithm.ED25519)
  const misfit = makeKey(`misfit.${origin}`)
  await load(`signed.${origin}`, head(`signed.${origin}`), { denial: 'nsec3', zonemd: 'sha384' })
  await load(`misfit.${origin}`, head(`misfit.${origin}`), { denial: 'nsec' })
  await load(`plain.${origin}`, head(`plain.${origin}`))
  const delegations = CHILDREN.map((child) => `${child} NS ns.${child}\nns.${child} A 127.0.0.1\n`).join('')
  // The DS of a key that the child does not have.
  const other = dsText({ ...misfit, dnskey: signed.dnskey })
  await load(
    origin,
    `${head(origin)}${delegations}signed DS ${dsText(signed)}\nmisfit DS ${other}\n` +
      'spoilt TXT x\ndeep.empty TXT x\n*.wild TXT x\n',
    { denial },
  )
  await spoil(origin, `spoilt.${origin}`, RRType.TXT)
  return key
}

describeWithTools('validating resolvers, asked through a signed parent', ['unbound', 'delv'], () => {
  let server: Peer
  let resolver: Peer
  const anchors = new Map<string, SigningKey>()

  beforeAll(async () => {
    for (const denial of DENIALS) anchors.set(PARENTS[denial], await loadFamily(denial))
    const origins = DENIALS.flatMap((denial) => [
      PARENTS[denial],
      ...CHILDREN.map((child) => `${child}.${PARENTS[denial]}`),
    ])
    server = await startPeer(zonecutWith({ workers: 1, data: dataDir }), [])
    await server.ready(origins.map((origin) => ({ origin, file: '' })))
    const lines = [...anchors].map(
      ([origin, { dnskey }]) => `${origin} IN DNSKEY ${rdataToText(RRType.DNSKEY, dnskey)}\n`,
    )
    resolver = await startPeer(
      unboundWith(
        origins.map((origin) => ({ origin, port: server.port })),
        lines.join(''),
      ),
      [],
    )
    while ((await answerOf('ns.aa.', RRType.A)) === undefined) await sleep(100)
  }, MINUTE)

  afterAll(async () => {
    await resolver?.stop()
    await server?.stop()
  })

  async function answerOf(name: string, type: number) {
    const edns = { payload: 1232, dnssecOk: true }
    const reply = await resolver.udp.ask(buildQuery({ name: wireName(name), type, flags: RD, edns }), 5000)
    return reply && decodeMessage(reply)
  }

  /** `secure` and `insecure` with the response code and the records of the answer besides signatures, or `bogus`. */
  async function unbound(name: string, type: number): Promise<string> {
    const message = await answerOf(name, type)
    if (message === undefined) return 'no answer'
    // RFC 4035 5.5: a resolver does not give out what it finds bogus.
    if (message.rcode === 2) return 'bogus'
    const records = message.answer.filter((record) => record.type !== RRType.RRSIG).length
    return `${(message.zAdCd & AD) === 0 ? 'insecure' : 'secure'} ${message.rcode} ${records}`
  }

  /** What delv says of its answer, and of how it came to it. */
  function delv(origin: string, name: string, type: string): string {
    const { dnskey } = anchors.get(origin)!
    const [flags, protocol, algorithm, ...key] = rdataToText(RRType.DNSKEY, dnskey).split(' ')
    const anchorFile = join(folder, 'delv-anchors')
    const anchor = `"${origin}" static-key ${flags} ${protocol} ${algorithm} "${key.join('')}"`
    writeFileSync(anchorFile, `trust-anchors { ${anchor}; };\n`)
    const args = ['@127.0.0.1', '-p', String(server.port), '-a', anchorFile, `+root=${origin}`, '-q', name, '-t', type]
    const { stdout, stderr } = spawnSync(toolPath('delv'), args, { encoding: 'utf8' })
    return `${stdout}${stderr}`
  }

  for (const denial of DENIALS) {
    const origin = PARENTS[denial]
    // RFC 5155 9.2: what an opt-out span covers may be there unsigned, so nothing proves that it is not.
    const covered = denial === 'nsec3-opt-out' ? 'insecure' : 'secure'
    test.each([
      ['data of the parent', 'www', RRType.A, 'secure 0 1'],
      ['its keys', '', RRType.DNSKEY, 'secure 0 1'],
      ['what its parent is asked for', '', RRType.CDS, 'secure 0 1'],
      ['a name made from a wildcard', 'a.b.wild', RRType.TXT, covered === 'secure' ? 'secure 0 1' : 'insecure 0 1'],
      ['a name that is not there', 'nothing', RRType.A, `${covered} 3 0`],
      ['a name below one that is not there', 'x.y.nothing', RRType.A, `${covered} 3 0`],
      ['a type that is not there', 'www', RRType.AAAA, 'secure 0 0'],
      ['an empty non-terminal', 'empty', RRType.A, 'secure 0 0'],
      ['a DS that is there', 'signed', RRType.DS, 'secure 0 1'],
      ['a DS that is not there', 'plain', RRType.DS, `${covered} 0 0`],
      ['data of a signed child', 'www.signed', RRType.A, 'secure 0 1'],
      ['a digest of a signed child', 'signed', RRType.ZONEMD, 'secure 0 1'],
      ['a name that a signed child does not have', 'nothing.signed', RRType.A, 'secure 3 0'],
      ['data of an unsigned child', 'www.plain', RRType.A, 'insecure 0 1'],
      ['a name that an unsigned child does not have', 'nothing.plain', RRType.A, 'insecure 3 0'],
      ['a child whose DS fits none of its keys', 'www.misfit', RRType.A, 'bogus'],
      ['a signature that was changed', 'spoilt', RRType.TXT, 'bogus'],
    ])(`unbound, ${denial}: %s`, async (_, name, type, expected) => {
      expect(await unbound(name === '' ? origin : `${name}.${origin}`, type)).toBe(expected)
    })

    test.each([
      ['data of the parent', 'www', 'A', /^; fully validated/m],
      ['a type that is not there', 'www', 'AAAA', /^; negative response, fully validated/m],
      // delv does not say of an opt-out span that it leaves the name open.
      ['a name that is not there', 'nothing', 'A', /^; negative response, fully validated/m],
      ['data of a signed child', 'www.signed', 'A', /^; fully validated/m],
      ['data of an unsigned child', 'www.plain', 'A', /^; unsigned answer/m],
      ['a child whose DS fits none of its keys', 'www.misfit', 'A', /resolution failed: (broken trust chain|no valid)/],
      ['a signature that was changed', 'spoilt', 'TXT', /resolution failed: RRSIG failed to verify/],
    ])(`delv, ${denial}: %s`, (_, name, type, expected) => {
      expect(delv(origin, `${name}.${origin}`, type)).toMatch(expected)
    })
  }
})
