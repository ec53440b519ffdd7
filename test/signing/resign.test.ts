import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DEFAULT_POLICY, KeySetFile, requestGoal, type SigningPolicy } from '../../src/dnssec/keys/index.ts'
import { RrsigVerifier } from '../../src/dnssec/verify/index.ts'
import { RRType } from '../../src/iana/index.ts'
import { fetchStatus, requestChange, requestReload, requestResign } from '../../src/ops/index.ts'
import { lowerName, nameFromText, nameToText } from '../../src/wire/index.ts'
import { Rrsig } from '../../src/zone/index.ts'
import { parseZoneText } from '../../src/zonefile/index.ts'
import { ask, type JsonReply, startReady, testPort, until } from '../commands/server.ts'
import { temporaryFolder, ZONECUT } from '../peers/index.ts'
import { describeWithTools } from '../peers/suite.ts'

const ORIGIN = nameFromText('zz.')

function zoneText(delegations: number): string {
  const lines = ['$TTL 3600', '@ SOA ns.zz. host.zz. 7 7200 3600 1209600 600', '@ NS ns', 'ns A 192.0.2.1']
  for (let i = 0; i < delegations; i++) {
    lines.push(`d${i} NS ns${i % 3}.example.`)
    if (i % 4 === 0) lines.push(`d${i} DS 1 13 2 ${'ab'.repeat(32)}`)
  }
  return `${lines.join('\n')}\n`
}

/** A server whose configuration the test changes. */
class Served {
  readonly folder = temporaryFolder('resign')
  readonly port = testPort()
  readonly control = join(this.folder, 'data', 'control.sock')
  server!: Awaited<ReturnType<typeof startReady>>

  static async begin(policy: Partial<SigningPolicy>, delegations = 200, gate?: string): Promise<Served> {
    const served = new Served()
    writeFileSync(join(served.folder, 'zz.zone'), zoneText(delegations))
    served.configure(policy, gate)
    await served.start()
    return served
  }

  async start(): Promise<void> {
    this.server = await startReady(this.folder, '--config', 'zonecut.yaml')
  }

  configure(policy: Partial<SigningPolicy>, gate?: string): void {
    const sign = { policy, ...(gate === undefined ? {} : { gate: { command: [gate] } }) }
    const zones = [{ origin: 'zz', file: 'zz.zone', sign }]
    // JSON is YAML.
    const settings = { listen: [`127.0.0.1@${this.port}`], workers: 1, zones }
    writeFileSync(join(this.folder, 'zonecut.yaml'), JSON.stringify(settings))
  }

  async reload(policy: Partial<SigningPolicy>, gate?: string): Promise<void> {
    this.configure(policy, gate)
    const zones = [{ outcome: 'unchanged', problem: null }]
    expect(await requestReload(this.control)).toMatchObject({ ok: true, zones })
  }

  async status() {
    return (await fetchStatus(this.control)).zones[0]!
  }

  async change(text: string): Promise<number> {
    const { serial, problem } = await requestChange(this.control, 'zz.', text)
    expect(problem).toBeNull()
    return serial!
  }

  /** What is served as text, which BIND and ldns have found valid, or not signed. */
  exported(isSigned = true): string {
    const file = join(this.folder, 'exported')
    execFileSync(process.execPath, [ZONECUT, 'export', '--zone', 'zz', '--data', 'data', '--output', file], {
      cwd: this.folder,
    })
    if (isSigned) {
      execFileSync('ldns-verify-zone', [file], { stdio: 'pipe' })
      execFileSync('dnssec-verify', ['-o', 'zz', file], { stdio: 'pipe' })
    }
    return readFileSync(file, 'latin1')
  }

  get signingProcess(): number | undefined {
    const { pid } = this.server
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
    return children
      .map(Number)
      .find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('keeper-process'))
  }
}

interface Answered {
  readonly owner: string
  readonly type: number
  readonly rdata: Uint8Array
}

function recordsOf({ answers, authorities }: JsonReply): Answered[] {
  const found: Answered[] = []
  const lines = [...answers, ...authorities].map(({ name, type, data }) => `${name} 0 IN ${type} ${data}`)
  const { problems } = parseZoneText(lines.join('\n'), {
    origin: nameFromText('.'),
    file: 'answer',
    onRecord({ buf, ownerStart, ownerLength, type, rdataStart, rdataLength }) {
      const owner = nameToText(lowerName(buf.slice(ownerStart, ownerStart + ownerLength)))
      found.push({ owner, type, rdata: buf.slice(rdataStart, rdataStart + rdataLength) })
    },
  })
  expect(problems).toEqual([])
  return found
}

/** What is wrong with an answer of a signed zone: an RRset that is not signed as it should, or denial of two kinds. */
function faultsOf(reply: JsonReply, keys: readonly Uint8Array[]): string[] {
  const records = recordsOf(reply)
  const faults: string[] = []
  const verifier = new RrsigVerifier()
  const sets = new Map<string, Answered[]>()
  for (const record of records) {
    if (record.type === RRType.RRSIG) continue
    const key = `${record.owner} ${record.type}`
    sets.set(key, [...(sets.get(key) ?? []), record])
  }
  for (const [key, set] of sets) {
    const { owner, type } = set[0]!
    // The NS records of a delegation are the child's.
    if (type === RRType.NS && owner !== 'zz.') continue
    const rdatas = set.map(({ rdata }) => rdata).sort(Buffer.compare)
    const signatures = records.filter(
      (record) => record.owner === owner && record.type === RRType.RRSIG && Rrsig.typeCovered(record.rdata) === type,
    )
    const isValid = signatures.some(({ rdata }) =>
      keys.some((dnskey) => verifier.verify(nameFromText(owner), type, rdatas, rdata, dnskey) === 'valid'),
    )
    if (!isValid) faults.push(`${key} has no valid signature`)
  }
  const kinds = new Set(records.map(({ type }) => type).filter((type) => type === RRType.NSEC || type === RRType.NSEC3))
  if (kinds.size > 1) faults.push('denial of two kinds')
  return faults
}

/** Asks all the time until it is told to stop. */
class Asking {
  readonly faults: string[] = []
  readonly kinds = new Set<string>()
  asked = 0
  #stopped = false
  readonly #work: Promise<unknown>

  constructor(port: number, keys: readonly Uint8Array[]) {
    const run = async (first: number) => {
      for (let i = first; !this.#stopped; i += 3) {
        const [name, type, rcode] = (
          [
            ['zz.', 'SOA', 'NOERROR'],
            [`none${i}.zz.`, 'A', 'NXDOMAIN'],
            [`www.d${i % 200}.zz.`, 'A', 'NOERROR'],
            ['updated.zz.', 'DS', 'NOERROR'],
            ['ns.zz.', 'TXT', 'NOERROR'],
          ] as const
        )[i % 5]!
        try {
          const reply = await ask(port, name, type, '+dnssec')
          this.asked++
          if (reply.rcode !== rcode) this.faults.push(`${name} ${type}: ${reply.rcode}`)
          for (const fault of faultsOf(reply, keys)) this.faults.push(`${name} ${type}: ${fault}`)
          for (const { type: kind } of reply.authorities) if (kind.startsWith('NSEC')) this.kinds.add(kind)
          const isDenied = type !== 'SOA' && type !== 'DS' && name !== 'www.d0.zz.'
          const hasProof = [...reply.authorities].some(({ type: kind }) => kind.startsWith('NSEC') || kind === 'DS')
          if (isDenied && !hasProof) this.faults.push(`${name} ${type}: nothing is proved`)
        } catch (error) {
          this.faults.push(`${name} ${type}: ${(error as Error).message}`)
        }
      }
    }
    this.#work = Promise.all([0, 1, 2].map(run))
  }

  async end(): Promise<void> {
    this.#stopped = true
    await this.#work
  }
}

async function keysOf(port: number): Promise<Uint8Array[]> {
  const records = recordsOf(await ask(port, 'zz.', 'DNSKEY', '+dnssec'))
  return records.filter(({ type }) => type === RRType.DNSKEY).map(({ rdata }) => rdata)
}

describeWithTools('a zone that is signed anew as a whole', ['ldns-verify-zone', 'dnssec-verify'], () => {
  test('takes another kind of denial at a reload; no answer is lost or wrong, and updates stay', async () => {
    const zone = await Served.begin({ denial: 'nsec' })
    await zone.change(`add updated.zz. 3600 NS ns.example.\nadd updated.zz. 3600 DS 4711 13 2 ${'cd'.repeat(32)}`)
    const keys = await keysOf(zone.port)
    const asking = new Asking(zone.port, keys)
    let { serial } = (await zone.status()).version!
    let n = 0
    for (const [denial, kind, flag] of [
      ['nsec3', 'nsec3', 0],
      ['nsec3-opt-out', 'nsec3', 1],
      ['nsec', 'nsec', undefined],
    ] as const) {
      await zone.reload({ denial })
      // Asked for at once: it waits for the new version.
      const changed = await zone.change(`add during${++n}.zz. 3600 NS ns.example.`)
      expect(changed).toBeGreaterThan(serial)
      await until(async () => (await zone.status()).signing?.state === 'signing')
      const { version } = await zone.status()
      expect(version).toMatchObject({ denial: kind, serial: changed })
      serial = changed
      const text = zone.exported()
      expect(text).toMatch(/^updated\.zz\.\t3600\tin\tds\t4711 /im)
      for (let i = 1; i <= n; i++) expect(text).toMatch(new RegExp(`^during${i}\\.zz\\.\t`, 'm'))
      const flags = new Set([...text.matchAll(/\tnsec3\t1 (\d) /gi)].map(([, found]) => Number(found)))
      expect([...flags]).toEqual(flag === undefined ? [] : [flag])
    }
    // The version holds what was loaded from the file, and more: the file is the same.
    expect(await requestReload(zone.control)).toMatchObject({ zones: [{ outcome: 'unchanged', serial }] })
    await asking.end()
    expect(asking.faults.slice(0, 10)).toEqual([])
    expect(asking.asked).toBeGreaterThan(100)
    expect(asking.kinds).toEqual(new Set(['NSEC', 'NSEC3']))

    // A restart does not load it either; another file does, and replaces what came by updates.
    await zone.server.stop()
    await zone.start()
    expect((await zone.status()).version?.serial).toBe(serial)
    writeFileSync(join(zone.folder, 'zz.zone'), zoneText(201))
    expect(await requestReload(zone.control)).toMatchObject({ zones: [{ outcome: 'loaded' }] })
    expect(zone.exported()).not.toMatch(/^updated\.zz\./m)
  }, 120_000)

  test('goes on where it was killed in the middle', async () => {
    const zone = await Served.begin({ denial: 'nsec' }, 20_000)
    await zone.change('add kept.zz. 3600 NS ns.example.')
    await zone.reload({ denial: 'nsec3' })
    await until(async () => (await zone.status()).signing?.whole != null)
    const { whole } = (await zone.status()).signing!
    expect(whole?.reason).toMatch(/signed with nsec, where nsec3 is asked for/)
    await until(() => readdirSync(join(zone.folder, 'data', 'zz')).some((name) => name.endsWith('-signing')))
    process.kill(zone.signingProcess!, 'SIGKILL')
    expect((await zone.status()).version?.denial).toBe('nsec')
    expect((await ask(zone.port, 'none.zz.', 'A', '+dnssec')).authorities.map(({ type }) => type)).toContain('NSEC')
    await until(async () => (await zone.status()).version?.denial === 'nsec3', 60)
    await until(async () => (await zone.change('add after.zz. 3600 NS ns.example.')) > 0)
    const text = zone.exported()
    expect(text).toMatch(/^kept\.zz\.\t/m)
    expect(text).toMatch(/^after\.zz\.\t/m)
  }, 120_000)

  test('becomes insecure when no key signs it, takes changes meanwhile, and is signed again when asked', async () => {
    const policy = { denial: 'nsec3' } as const
    const zone = await Served.begin(policy)
    await zone.change('add updated.zz. 3600 NS ns.example.')
    const keys = new KeySetFile(join(zone.folder, 'data', 'keys'), ORIGIN)
    // Without a DS at the parent nobody expects signatures.
    keys.update((state) => requestGoal(state, 'insecure'))
    await zone.reload({ ...policy, safetyMargin: 7200 })
    await until(async () => (await zone.status()).signing?.state === 'insecure')
    const { version } = await zone.status()
    expect(version).toMatchObject({ signed: false, denial: 'none' })
    const unsigned = zone.exported(false)
    expect(unsigned).not.toMatch(/\t(rrsig|nsec3?|nsec3param|dnskey|cds|cdnskey)\t/i)
    expect(unsigned).toMatch(/^updated\.zz\.\t/m)
    const text = execFileSync(process.execPath, [ZONECUT, 'status', '--data', 'data'], { cwd: zone.folder })
    expect(String(text)).toContain('signing: by no key, the zone is to be insecure')

    const serial = await zone.change('add insecure.zz. 3600 NS ns.example.\ndelete d1.zz.')
    expect(serial).toBeGreaterThan(version!.serial)
    expect((await ask(zone.port, 'www.insecure.zz.', 'A')).authorities.map(({ name }) => name)).toEqual([
      'insecure.zz.',
    ])
    expect(await requestChange(zone.control, 'zz.', 'add zz. 60 DNSKEY 257 3 13 AAAA')).toMatchObject({ serial: null })
    // Neither a reload nor a restart loads the file, which has not changed.
    expect(await requestReload(zone.control)).toMatchObject({ zones: [{ outcome: 'unchanged', serial }] })
    await zone.server.stop()
    await zone.start()
    expect((await zone.status()).version).toMatchObject({ serial, signed: false })

    keys.update((state) => requestGoal(state, 'secure'))
    await zone.reload(policy)
    await until(async () => (await zone.status()).version?.signed === true)
    const signed = zone.exported()
    expect(signed).toMatch(/^insecure\.zz\.\t/m)
    expect(signed).not.toMatch(/^d1\.zz\.\t/m)
  }, 120_000)

  test('a zone that was served unsigned is signed of what the store holds', async () => {
    const zone = new Served()
    writeFileSync(join(zone.folder, 'zz.zone'), zoneText(10))
    const settings = { listen: [`127.0.0.1@${zone.port}`], workers: 1, zones: [{ origin: 'zz', file: 'zz.zone' }] }
    writeFileSync(join(zone.folder, 'zonecut.yaml'), JSON.stringify(settings))
    await zone.start()
    expect((await zone.status()).version?.signed).toBe(false)
    await zone.reload({})
    await until(async () => (await zone.status()).version?.signed === true)
    zone.exported()
  })

  test('what the operator’s command refuses is not served, is told, and is tried again', async () => {
    const zone = await Served.begin({ denial: 'nsec' })
    const script = join(zone.folder, 'ask.sh')
    const refusing = (pattern: string) =>
      writeFileSync(script, `#!/bin/sh\nif grep -qi "${pattern}"; then echo "not this"; exit 3; fi\n`, { mode: 0o755 })
    refusing('nsec3param')
    const { serial } = (await zone.status()).version!
    await zone.reload({ denial: 'nsec3' }, script)
    await until(async () => (await zone.status()).signing?.state === 'refused')
    expect((await zone.status()).signing?.problem).toMatch(/not this/)
    expect((await zone.status()).version).toMatchObject({ denial: 'nsec', serial })
    zone.exported()
    refusing('no such thing')
    await until(async () => (await zone.status()).version?.denial === 'nsec3')
    await until(async () => (await zone.status()).signing?.state === 'signing')
  }, 60_000)

  test('is signed anew when an operator asks: zonecut resign', async () => {
    const zone = await Served.begin({})
    const { serial } = (await zone.status()).version!
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [ZONECUT, 'resign', '--zone', 'zz', '--data', 'data', ...args], {
        cwd: zone.folder,
        encoding: 'utf8',
      })
    expect(run()).toMatchObject({ status: 0, stdout: `zz. serial ${serial + 1}\n` })
    zone.exported()
    expect(await requestResign(zone.control, 'yy.', false)).toMatchObject({ serial: null })
    expect(DEFAULT_POLICY.denial).toBe('nsec3-opt-out')
    expect((await zone.status()).signing).toMatchObject({ state: 'signing', whole: null })
  })
})
