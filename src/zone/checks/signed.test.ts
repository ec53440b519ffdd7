import { afterAll, describe, expect, it } from 'vitest'
import { describeWithTools } from '../../../test/peers/suite.ts'
import { formatFinding } from './finding.ts'
import { accepts, DENIALS, type DenialMethod, sign, TestFolder, TLD, verifier } from './signed-zone.fixture.ts'
import { check } from './zone-text.fixture.ts'

const SIGNER = ['dnssec-keygen', 'dnssec-signzone']
const ALGORITHMS = ['RSASHA256', 'ECDSAP256SHA256', 'ED25519']
const DAY = 86_400

const now = () => Math.floor(Date.now() / 1000)

/** A change of a signed zone, whose text has one record a line: owner, TTL, class, type, data. */
interface Change {
  readonly name: string
  readonly denial: DenialMethod
  readonly change: (lines: string[]) => string[]
  /** Checks that find fault with it, cryptography left out. */
  readonly finds: readonly string[]
  /** Programs that find fault with it too. */
  readonly peers: readonly string[]
}

/** Programs that verify a signed zone. */
const ALL = ['ldns-verify-zone', 'dnssec-verify', 'kzonecheck'] as const

const is = (owner: string, type: string) => (line: string) => {
  const fields = line.split(/\s+/)
  return fields[0] === owner && fields[3] === type
}
const isSignature = (owner: string, type: string) => (line: string) => {
  const fields = line.split(/\s+/)
  return fields[0] === owner && fields[3] === 'RRSIG' && fields[4] === type
}
const isOfType = (type: string) => (line: string) => {
  const fields = line.split(/\s+/)
  return fields[3] === type || (fields[3] === 'RRSIG' && fields[4] === type)
}
type Match = (line: string) => boolean
const drop =
  (...matches: Match[]) =>
  (lines: string[]) => {
    const kept = lines.filter((line) => !matches.some((match) => match(line)))
    if (kept.length === lines.length) throw new Error('nothing to drop')
    return kept
  }
const edit = (match: Match, from: string | RegExp, to: string) => (lines: string[]) => {
  const edited = lines.map((line) => (match(line) ? line.replace(from, to) : line))
  if (edited.every((line, i) => line === lines[i])) throw new Error('nothing to edit')
  return edited
}
const add =
  (...more: string[]) =>
  (lines: string[]) => [...lines, ...more]

/** Drops the NSEC3 record whose type bitmap is this, with its signature. */
const dropNsec3 = (bitmap: string) => (lines: string[]) => {
  const record = lines.find((line) => line.split(/\s+/)[3] === 'NSEC3' && line.endsWith(bitmap))!
  const owner = record.split(/\s+/)[0]!
  return lines.filter((line) => line.split(/\s+/)[0] !== owner)
}
const flagsOff = (lines: string[]) => lines.map((line) => line.replace(/NSEC3\s+1 1 0 -/, 'NSEC3 1 0 0 -'))

const changes: readonly Change[] = [
  {
    name: 'a signature is lost',
    denial: 'nsec',
    change: drop(isSignature('mail.zz.', 'A')),
    finds: ['signature-missing'],
    peers: ALL,
  },
  {
    name: 'records of a signed RRset are lost',
    denial: 'nsec',
    change: drop(is('mail.zz.', 'A')),
    finds: ['signature-of-nothing', 'nsec-bitmap'],
    peers: ['dnssec-verify', 'kzonecheck'],
  },
  {
    name: 'a TTL is not the one that was signed',
    denial: 'nsec',
    change: (lines) =>
      edit(isSignature('mail.zz.', 'A'), '3600', '300')(edit(is('mail.zz.', 'A'), '3600', '300')(lines)),
    finds: ['signature-original-ttl'],
    peers: ['dnssec-verify', 'kzonecheck'],
  },
  {
    name: 'the signer is another zone',
    denial: 'nsec',
    change: edit(isSignature('mail.zz.', 'A'), /( \d+) zz\. /, '$1 yy. '),
    finds: ['signature-signer', 'signature-missing'],
    peers: ALL,
  },
  {
    name: 'the Labels field is too small',
    denial: 'nsec',
    change: edit(isSignature('mail.zz.', 'A'), 'A 13 2 ', 'A 13 1 '),
    finds: ['signature-labels'],
    peers: ALL,
  },
  {
    name: 'the key tag is of no key',
    denial: 'nsec',
    change: edit(isSignature('mail.zz.', 'A'), / \d+ zz\. /, ' 0 zz. '),
    finds: ['signature-without-key', 'signature-missing'],
    peers: ALL,
  },
  {
    name: 'the key that signed is withdrawn',
    denial: 'nsec',
    change: drop((line) => is('zz.', 'DNSKEY')(line) && /\s256 3 /.test(line)),
    finds: ['signature-without-key', 'signature-missing'],
    peers: ALL,
  },
  {
    name: 'glue is signed',
    denial: 'nsec',
    change: (lines) => {
      const signature = lines.find(isSignature('mail.zz.', 'A'))!
      return [...lines, signature.replace('mail.zz.', 'ns.glued.zz.').replace('A 13 2', 'A 13 3')]
    },
    finds: ['signature-misplaced'],
    peers: ['ldns-verify-zone', 'kzonecheck'],
  },
  {
    name: 'an NSEC record is lost',
    denial: 'nsec',
    change: drop(is('mail.zz.', 'NSEC'), isSignature('mail.zz.', 'NSEC')),
    finds: ['nsec-missing'],
    peers: ALL,
  },
  {
    name: 'an NSEC record skips a name',
    denial: 'nsec',
    change: edit(is('mail.zz.', 'NSEC'), /NSEC\t?\s*\S+/, 'NSEC plain2.zz.'),
    finds: ['nsec-chain'],
    peers: ALL,
  },
  {
    name: 'the last NSEC record does not lead to the apex',
    denial: 'nsec',
    change: (lines) => edit(isOfType('NSEC'), /NSEC(\s+)zz\. /, 'NSEC$1mail.zz. ')(lines),
    finds: ['nsec-chain'],
    peers: ALL,
  },
  {
    name: 'an NSEC record denies a type that is there',
    denial: 'nsec',
    change: edit(is('zz.', 'NSEC'), ' MX ', ' '),
    finds: ['nsec-bitmap'],
    peers: ALL,
  },
  {
    name: 'a name is added without being signed',
    denial: 'nsec',
    change: add('new.zz. 3600 IN A 192.0.2.9'),
    finds: ['nsec-missing', 'signature-missing'],
    peers: ALL,
  },
  {
    name: 'glue has an NSEC record',
    denial: 'nsec',
    change: add('ns.glued.zz. 900 IN NSEC mail.zz. A RRSIG NSEC'),
    finds: ['nsec-extra'],
    peers: ALL,
  },
  {
    name: 'all NSEC records are lost',
    denial: 'nsec',
    change: drop(isOfType('NSEC')),
    finds: ['denial-missing'],
    peers: ALL,
  },
  {
    name: 'an NSEC record outlives the negative TTL',
    denial: 'nsec',
    change: (lines) => {
      const ttl = edit(is('mail.zz.', 'NSEC'), /\s900\s/, '\t901\t')(lines)
      return edit(isSignature('mail.zz.', 'NSEC'), /\s900\s/, '\t901\t')(ttl)
    },
    finds: ['denial-ttl', 'signature-original-ttl'],
    peers: ['dnssec-verify', 'kzonecheck'],
  },
  {
    name: 'an NSEC3 record is lost',
    denial: 'nsec3',
    change: dropNsec3('NS DS RRSIG'),
    finds: ['nsec3-missing', 'nsec3-chain'],
    peers: ALL,
  },
  {
    name: 'the NSEC3 record of an empty non-terminal is lost',
    denial: 'nsec3',
    change: (lines) => dropNsec3(' ')(lines.map((line) => (/NSEC3\s+1 0 0 - \S+$/.test(line) ? `${line} ` : line))),
    finds: ['nsec3-missing', 'nsec3-chain'],
    peers: ALL,
  },
  {
    name: 'an NSEC3 record denies a type that is there',
    denial: 'nsec3',
    change: edit((line) => line.endsWith(' NS DS RRSIG'), ' NS DS RRSIG', ' NS RRSIG'),
    finds: ['nsec3-bitmap'],
    peers: ALL,
  },
  {
    name: 'an NSEC3 record matches no name',
    denial: 'nsec3',
    change: (lines) => {
      const first = lines.find((line) => line.split(/\s+/)[3] === 'NSEC3')!
      return [...lines, first.replace(/^\S{31}/, (hash) => hash.replaceAll(/./g, '0'))]
    },
    finds: ['nsec3-extra', 'nsec3-chain'],
    peers: ['dnssec-verify', 'kzonecheck'],
  },
  {
    name: 'NSEC3PARAM is lost',
    denial: 'nsec3',
    change: drop(is('zz.', 'NSEC3PARAM'), isSignature('zz.', 'NSEC3PARAM')),
    finds: ['denial-missing', 'nsec3-unlisted'],
    peers: ['dnssec-verify', 'kzonecheck'],
  },
  {
    name: 'NSEC3PARAM has other parameters than the chain',
    denial: 'nsec3',
    change: edit(is('zz.', 'NSEC3PARAM'), /1 0 0 -/, '1 0 1 -'),
    finds: ['nsec3-missing', 'nsec3-unlisted'],
    peers: ALL,
  },
  {
    name: 'an unsigned delegation is added where there is no Opt-Out',
    denial: 'nsec3',
    change: add('new.zz. 3600 IN NS ns.example.'),
    finds: ['nsec3-missing'],
    peers: ['ldns-verify-zone', 'kzonecheck'],
  },
  {
    name: 'a delegation becomes signed, and stays without NSEC3 record',
    denial: 'nsec3-opt-out',
    change: add('plain.zz. 3600 IN DS 1 13 2 571242425051c1ccd17f9acae01f5057ca02135e92b1d3f28ede0d7ac3baea9e'),
    finds: ['nsec3-missing', 'signature-missing'],
    peers: ALL,
  },
  {
    name: 'the Opt-Out flags are lost',
    denial: 'nsec3-opt-out',
    change: flagsOff,
    finds: ['nsec3-missing'],
    peers: ALL,
  },
]

const folder = new TestFolder()
afterAll(() => folder.remove())

const signed = new Map<string, string>()
function zone(denial: DenialMethod, algorithm = 'ECDSAP256SHA256'): string {
  const key = `${algorithm} ${denial}`
  const text = signed.get(key) ?? sign(folder, TLD, algorithm, denial)
  signed.set(key, text)
  return text
}

function changed({ denial, change }: Change): string {
  const lines = zone(denial).split('\n')
  return `${change(lines.filter((line) => line !== '' && !line.startsWith(';'))).join('\n')}\n`
}

describeWithTools('signed zones', SIGNER, () => {
  describe.each(ALGORITHMS)('%s', (algorithm) => {
    it.each(Object.keys(DENIALS) as DenialMethod[])('%s is sound', (denial) => {
      const { countsByCheck } = check(zone(denial, algorithm), 'zz.', { verifier: verifier() })
      expect(countsByCheck).toEqual(denial === 'nsec3-salted' ? { 'nsec3-iterations': 1, 'nsec3-salt': 1 } : {})
    })
  })

  it.each(['RSASHA512', 'ECDSAP384SHA384', 'ED448'])('%s verifies', (algorithm) => {
    expect(check(zone('nsec', algorithm), 'zz.', { verifier: verifier() }).countsByCheck).toEqual({})
  })

  it.each(changes)('$name', (change) => {
    const { countsByCheck } = check(changed(change), 'zz.')
    expect(Object.keys(countsByCheck)).toEqual(expect.arrayContaining([...change.finds]))
  })

  it.each(changes)('$name: found alike when it does not fit into memory', (change) => {
    const sorted = ({ findings }: ReturnType<typeof check>) => findings.map(formatFinding).sort()
    expect(sorted(check(changed(change), 'zz.', { memoryLimit: 100 }))).toEqual(sorted(check(changed(change), 'zz.')))
  })

  it('an unsigned delegation under Opt-Out needs no NSEC3 record, nor an empty non-terminal above it', () => {
    expect(check(withMoreUnderOptOut(), 'zz.', { verifier: verifier() }).countsByCheck).toEqual({})
  })

  it('expired signatures warn, in one finding', () => {
    const { findings, countsByCheck } = check(zone('nsec'), 'zz.', { verifier: verifier(), now: now() + 60 * DAY })
    const signatures = zone('nsec')
      .split('\n')
      .filter((line) => line.split(/\s+/)[3] === 'RRSIG').length
    expect(countsByCheck).toEqual({ 'signature-expired': signatures })
    expect(findings).toHaveLength(1)
    expect(findings[0]!).toMatchObject({ severity: 'warning', owner: 'zz.', type: 'NS' })
    expect(findings[0]!.message).toMatch(/^signature expired at \d{4}-.*Z; and \d+ more like this in the zone$/)
  })

  it('signatures from the future warn, in one finding', () => {
    const { findings, errors } = check(zone('nsec'), 'zz.', { verifier: verifier(), now: now() - DAY })
    expect(findings.map((finding) => finding.check)).toEqual(['signature-not-yet-valid'])
    expect(errors).toBe(0)
  })

  it('a changed address does not verify', () => {
    const text = edit(is('mail.zz.', 'A'), '192.0.2.2', '192.0.2.3')(zone('nsec').split('\n')).join('\n')
    const { countsByCheck } = check(text, 'zz.', { verifier: verifier() })
    expect(countsByCheck).toEqual({ 'signature-invalid': 1 })
  })

  it('a key of an algorithm that signs nothing warns, in one finding', () => {
    const { findings, countsByCheck } = check(withUnusedKey(), 'zz.', { verifier: verifier() })
    expect(Object.keys(countsByCheck)).toEqual(['algorithm-incomplete'])
    expect(findings).toHaveLength(1)
  })

  it('iterations above 150 are not followed', () => {
    const text = edit(is('zz.', 'NSEC3PARAM'), /1 0 0 -/, '1 0 151 -')(zone('nsec3').split('\n')).join('\n')
    const { countsByCheck } = check(text, 'zz.')
    expect(countsByCheck).toEqual({ 'nsec3-iterations': 1, 'nsec3-unchecked': 1 })
  })
})

describeWithTools('signed zones, as the verifiers of others see them', [...SIGNER, ...ALL], () => {
  const judge: Readonly<Record<(typeof ALL)[number], (file: string) => { ok: boolean; output: string }>> = {
    'ldns-verify-zone': (file) => accepts('ldns-verify-zone', [file]),
    'dnssec-verify': (file) => accepts('dnssec-verify', ['-o', 'zz', file]),
    kzonecheck: (file) => accepts('kzonecheck', ['-o', 'zz', '-d', 'on', file]),
  }
  const refusing = (text: string) => {
    const file = folder.write('judged', text)
    return ALL.filter((program) => !judge[program](file).ok)
  }

  it.each(['nsec', 'nsec3', 'nsec3-opt-out'] as const)('%s is sound', (denial) => {
    expect(refusing(zone(denial))).toEqual([])
  })

  it.each(changes)('$name: found by $peers', (change) => {
    expect(refusing(changed(change))).toEqual(change.peers)
  })

  it('more unsigned delegations under Opt-Out are accepted by dnssec-verify', () => {
    expect(judge['dnssec-verify'](folder.write('judged', withMoreUnderOptOut()))).toMatchObject({ ok: true })
  })

  it('a key of an algorithm that signs nothing is accepted by all', () => {
    expect(refusing(withUnusedKey())).toEqual([])
  })
})

function withMoreUnderOptOut(): string {
  return `${zone('nsec3-opt-out')}\nnew.zz. 3600 IN NS ns.example.\nx.y.z.zz. 3600 IN NS ns.example.\n`
}

function withUnusedKey(): string {
  return sign(folder, TLD, 'ECDSAP256SHA256', 'nsec', 'ED25519')
}
