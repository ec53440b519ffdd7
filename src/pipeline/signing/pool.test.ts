import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEFAULT_POLICY } from '../../dnssec/keys/index.ts'
import { FileKeyStore } from '../../dnssec/keystore/index.ts'
import { partKeys, SignatureSchedule } from '../../dnssec/sign/index.ts'
import { RrsigVerifier } from '../../dnssec/verify/index.ts'
import { DnssecAlgorithm, RRType } from '../../iana/index.ts'
import { nameFromText, nameToText } from '../../wire/index.ts'
import type { ZoneNode } from '../../zone/index.ts'
import {
  NodePacker,
  packedLength,
  SignatureRefusal,
  SignedForm,
  SigningPool,
  SigningThreadError,
  unpackNode,
} from './index.ts'
import { NodeSigner } from './node-signer.ts'

const NOW = 1_790_000_000
const ZZ = nameFromText('zz.')
let folder: string
let store: FileKeyStore

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zonecut-pool-test-'))
  store = new FileKeyStore(folder)
  store.generate({ origin: ZZ, algorithm: DnssecAlgorithm.ECDSAP256SHA256, isSep: true })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function poolOf(threads: number, forms: readonly number[], visit: (form: number, octets: Uint8Array) => void) {
  const keys = partKeys(store.list(ZZ).map(({ id }) => store.open(id)))
  const schedule = new SignatureSchedule(DEFAULT_POLICY)
  return new SigningPool({ store: { kind: 'files', folder }, keys, schedule, now: NOW, forms, threads }, visit)
}

const textOf = (i: number): ZoneNode => ({
  owner: nameFromText(`n${i}.zz.`),
  // Most are small; some fill a slot, and two are larger than one.
  rrsets: [
    {
      type: RRType.TXT,
      ttl: i,
      rdatas:
        i % 500 === 7
          ? Array.from({ length: 600 }, (_, k) => Uint8Array.of(255, k >> 8, k, ...new Array(253).fill(97)))
          : [Uint8Array.of(1, 97)],
      signatures: [],
    },
    { type: RRType.AAAA, ttl: i, rdatas: [new Uint8Array(16)], signatures: [] },
  ],
})

function packed(count: number): NodePacker {
  const packer = new NodePacker()
  for (let i = 0; i < count; i++) packer.node(new Uint8Array(0), textOf(i), (type) => type === RRType.TXT)
  return packer
}

test.each([0, 1, 3])('signs nodes in their order, on %i threads', async (threads) => {
  const nodes = packed(2000)
  const found: ZoneNode[] = []
  const verifier = new RrsigVerifier()
  const { dnskey } = store.list(ZZ)[0]!
  const pool = poolOf(threads, [SignedForm.NODES], (_, octets) => {
    const copy = octets.slice()
    for (let at = 0; at < copy.length; at += packedLength(copy, at)) found.push(unpackNode(copy, at))
  })
  try {
    pool.add(nodes.buf, 0, nodes.length)
    pool.flush()
  } finally {
    await pool.close()
  }
  expect(found.map(({ owner }) => nameToText(owner))).toEqual(Array.from({ length: 2000 }, (_, i) => `n${i}.zz.`))
  for (const { owner, rrsets } of found) {
    const [txt, aaaa] = rrsets
    expect(aaaa!.signatures).toEqual([])
    expect(verifier.verify(owner, RRType.TXT, txt!.rdatas, txt!.signatures[0]!, dnskey)).toBe('valid')
  }
})

test('gives each form by itself, the same on threads as without', async () => {
  const nodes = packed(1200)
  const results = []
  for (const threads of [0, 2]) {
    const gathered = new Map<number, Buffer[]>()
    const forms = [SignedForm.TEXT, SignedForm.DIGESTED]
    const pool = poolOf(threads, forms, (form, octets) => {
      gathered.set(form, [...(gathered.get(form) ?? []), Buffer.from(octets)])
    })
    try {
      pool.add(nodes.buf, 0, nodes.length)
      pool.flush()
    } finally {
      await pool.close()
    }
    // Signatures of ECDSA are never the same twice.
    const text = Buffer.concat(gathered.get(SignedForm.TEXT)!)
      .toString()
      .replaceAll(/zz\. \S+==\n/g, '')
    results.push([text, Buffer.concat(gathered.get(SignedForm.DIGESTED)!).length])
  }
  expect(results[1]).toEqual(results[0])
})

test('text alone, for which nodes are not unpacked, is that which comes beside packed nodes', () => {
  const keyFolder = join(folder, 'ed25519')
  const keys = partKeys([
    new FileKeyStore(keyFolder).generate({ origin: ZZ, algorithm: DnssecAlgorithm.ED25519, isSep: true }),
  ])
  const schedule = new SignatureSchedule(DEFAULT_POLICY)
  const nodes = packed(1200)
  // Signed earlier, and not to be signed now: the signature stays.
  const signature = Uint8Array.of(0, 1, 15, 2, ...new Array(14).fill(1), 0, 1, 2, 3)
  const rrset = { type: RRType.A, ttl: 5, rdatas: [Uint8Array.of(192, 0, 2, 1)], signatures: [signature] }
  nodes.node(new Uint8Array(0), { owner: nameFromText('signed.zz.'), rrsets: [rrset] }, () => false)
  const verifyWith = keys.forKeys.map(({ dnskey }) => dnskey)
  const texts = [[SignedForm.TEXT], [SignedForm.TEXT, SignedForm.NODES]].map((forms) => {
    const text: Buffer[] = []
    const signer = new NodeSigner({ keys, schedule, now: NOW, forms, verifyWith }, (form, octets) => {
      if (form === SignedForm.TEXT) text.push(Buffer.from(octets))
    })
    signer.sign(nodes.buf, 0, nodes.length)
    return Buffer.concat(text).toString()
  })
  expect(texts[0]).toBe(texts[1])
  expect(texts[0]!.match(/\trrsig\tTXT /g)).toHaveLength(1200)
  expect(texts[0]).toMatch(/^signed\.zz\.\t5\tin\trrsig\tA 15 2 /m)
})

test('a thread that cannot open its keys says so', async () => {
  const keys = partKeys(store.list(ZZ).map(({ id }) => store.open(id)))
  const schedule = new SignatureSchedule(DEFAULT_POLICY)
  const elsewhere = { kind: 'files', folder: join(folder, 'nothing') } as const
  const pool = new SigningPool(
    { store: elsewhere, keys, schedule, now: NOW, forms: [SignedForm.TEXT], threads: 1 },
    () => {},
  )
  try {
    const nodes = packed(5)
    pool.add(nodes.buf, 0, nodes.length)
    expect(() => pool.flush()).toThrow(SigningThreadError)
  } finally {
    await pool.close()
  }
})

test.each([0, 2])('a signature that does not verify is refused with its record, on %i threads', async (threads) => {
  const keys = partKeys(store.list(ZZ).map(({ id }) => store.open(id)))
  const schedule = new SignatureSchedule(DEFAULT_POLICY)
  // Two pairs of octets change places: the key tag, a sum of such pairs, stays (RFC 4034 B).
  const published = store.list(ZZ)[0]!.dnskey.slice()
  published.set([published[6]!, published[7]!, published[4]!, published[5]!], 4)
  const nodes = packed(5)
  for (const verifyWith of [[store.list(ZZ)[0]!.dnskey], [published]]) {
    const descriptor = { kind: 'files', folder } as const
    const forms = [SignedForm.NODES]
    const pool = new SigningPool({ store: descriptor, keys, schedule, now: NOW, forms, threads, verifyWith }, () => {})
    const sign = () => {
      pool.add(nodes.buf, 0, nodes.length)
      pool.flush()
    }
    try {
      if (verifyWith[0] !== published) sign()
      else {
        expect(sign).toThrow(SignatureRefusal)
        expect(sign).toThrow(/^n0\.zz\. TXT: /)
      }
    } finally {
      await pool.close()
    }
  }
})
