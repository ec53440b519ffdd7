import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_POLICY, type SigningPolicy } from '../dnssec/keys/index.ts'
import { type KeyStore, type KeyStoreDescriptor, openKeyStore, type StoredKey } from '../dnssec/keystore/index.ts'
import {
  isMadeBySigning,
  NoSigningKeyError,
  nextSerial,
  type PublishedKeys,
  partKeys,
  SignatureSchedule,
  type SigningContext,
  soaSerial,
  zonemdHashes,
} from '../dnssec/sign/index.ts'
import { RRType } from '../iana/index.ts'
import { lowerName, type Name, nameToText } from '../wire/index.ts'
import { ZoneChecker, type ZoneFindings } from '../zone/checks/index.ts'
import { NSEC3_SHA1, type ZoneNode } from '../zone/index.ts'
import { RecordPrinter, type ZoneFileProblem } from '../zonefile/index.ts'
import { printNode, printRRset } from './print-node.ts'
import { type ProgressListener, ProgressReporter } from './progress.ts'
import { parseInto, RecordStage } from './record-stage.ts'
import { SignedForm, WholeZoneSigning } from './signing/index.ts'

/** Octets of text gathered before they are handed over. */
const PIECE = 1 << 20

/** How to sign; what is absent is as in the default policy. */
export type SignPolicy = Partial<
  Pick<
    SigningPolicy,
    'denial' | 'validity' | 'jitter' | 'refresh' | 'inceptionOffset' | 'dnskeyTtl' | 'denialTtl' | 'serial' | 'zonemd'
  >
> & {
  /** Of NSEC3; none when absent (RFC 9276 3.1). */
  readonly salt?: Uint8Array
}

export interface SignOptions {
  readonly origin: Name
  /** Path of the zone file; ends in .gz when compressed. */
  readonly file: string
  readonly keys: KeyStoreDescriptor
  readonly policy?: SignPolicy
  /** Seconds since 1970; the present when absent. */
  readonly now?: number
  /** Threads to sign on; as many as there are processors when absent. */
  readonly threads?: number
  readonly onProgress?: ProgressListener
  /** Takes the text piece by piece; a piece is valid during the call only. */
  write(text: Uint8Array): void
  /** Puts text in the place of some that was written before, of the same length, that begins after `position` octets. */
  rewrite(position: number, text: Uint8Array): void
}

export interface SignResult {
  /** The zone is signed, and all of it was written. */
  readonly ok: boolean
  /** Of the file's syntax; any keeps the zone from being signed. */
  readonly problems: readonly ZoneFileProblem[]
  readonly truncatedProblems: boolean
  /** Of the zone checks, on the unsigned zone; an error keeps it from being signed. */
  readonly findings: ZoneFindings
  /** Serial of the signed zone; undefined when there is none. */
  readonly serial: number | undefined
  /** Data records of the zone, without those that earlier signing made. */
  readonly records: number
  /** Records of earlier signing that were left out. */
  readonly stripped: number
  /** Names of the keys published, and of those of them that signed. */
  readonly published: readonly string[]
  readonly signedWith: readonly string[]
  readonly seconds: number
}

/**
 * Signs a zone file with the keys found in a store: reads and checks the zone, leaves out what earlier signing made, adds
 * keys, chain and signatures, and writes canonical text.
 * @throws NoSigningKeyError, SchedulePeriodError, errors of the key store, HashCollisionError, SigningThreadError; what
 * is wrong with the zone is in the result
 */
export async function signZoneFile(options: SignOptions): Promise<SignResult> {
  const origin = lowerName(options.origin)
  const now = options.now ?? Math.floor(Date.now() / 1000)
  const reporter = new ProgressReporter(options.onProgress)
  const policy = { ...DEFAULT_POLICY, ...options.policy }
  const { context, published, publishedIds, signedWith } = signingOf(origin, options.keys, policy, now)
  const folder = mkdtempSync(join(tmpdir(), 'zonecut-sign-'))
  const { threads } = options
  const signing = new WholeZoneSigning({
    context,
    published,
    store: options.keys,
    folder,
    ...(threads === undefined ? {} : { threads }),
  })
  try {
    const checker = new ZoneChecker({ origin, now, temporaryFolder: folder })
    const stage = new RecordStage(origin, checker, join(folder, 'records'))
    let stripped = 0
    const { problems, truncatedProblems } = parseInto(
      stage,
      origin,
      options.file,
      reporter,
      ({ type, ownerLength }) => {
        const isMade = isMadeBySigning(type, ownerLength === origin.length)
        if (isMade) stripped++
        return !isMade
      },
    )
    const { records } = stage
    let serial: number | undefined
    reporter.enter('check', records)
    stage.drain((node, key) => {
      checker.node(node)
      if (key.length === 0) serial = serialAfter(node, context)
      // Without a proper SOA record the checks refuse the zone anyway.
      if (serial !== undefined) signing.add(node, key)
      reporter.step(node, records)
    })
    const findings = checker.finish()
    const ok = problems.length === 0 && findings.errors === 0
    if (ok) {
      reporter.enter('sign', records)
      await writeSigned(signing, options, (done, all) => reporter.report(Math.round((done * records) / all), records))
      reporter.end()
    }
    return {
      ok,
      problems,
      truncatedProblems,
      findings,
      serial: ok ? serial : undefined,
      records,
      stripped,
      published: publishedIds,
      signedWith,
      seconds: reporter.seconds,
    }
  } finally {
    signing.dispose()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Signing {
  readonly context: SigningContext
  readonly published: PublishedKeys
  readonly publishedIds: readonly string[]
  readonly signedWith: readonly string[]
}

function signingOf(
  origin: Name,
  descriptor: KeyStoreDescriptor,
  policy: SigningPolicy & SignPolicy,
  now: number,
): Signing {
  const store: KeyStore = openKeyStore(descriptor)
  const stored = store.list(origin).filter((key) => isPublished(key, now))
  const active = stored.filter((key) => isActive(key, now))
  if (active.length === 0) {
    throw new NoSigningKeyError(`${descriptor.folder} holds no key to sign ${nameToText(origin)} with`)
  }
  const { salt, denialTtl } = policy
  const context: SigningContext = {
    origin,
    keys: partKeys(active.map(({ id }) => store.open(id))),
    schedule: new SignatureSchedule(policy),
    now,
    denial: policy.denial,
    serial: policy.serial,
    zonemd: zonemdHashes(policy.zonemd),
    ...(salt === undefined ? {} : { nsec3: { algorithm: NSEC3_SHA1, iterations: 0, salt } }),
    ...(denialTtl === undefined ? {} : { denialTtl }),
  }
  return {
    context,
    published: { dnskeys: stored.map(({ dnskey }) => dnskey), dnskeyTtl: policy.dnskeyTtl },
    publishedIds: stored.map(({ id }) => id),
    signedWith: active.map(({ id }) => id),
  }
}

/** By the moments in its file; a key without any is used as it is found. */
function isPublished({ timing }: StoredKey, now: number): boolean {
  return (timing.publish ?? now) <= now && (timing.delete ?? Number.POSITIVE_INFINITY) > now
}

function isActive({ timing }: StoredKey, now: number): boolean {
  return (timing.activate ?? now) <= now && (timing.inactive ?? Number.POSITIVE_INFINITY) > now
}

function serialAfter({ rrsets }: ZoneNode, { serial, now }: SigningContext): number | undefined {
  const soa = rrsets.find(({ type }) => type === RRType.SOA)
  return soa?.rdatas.length === 1 ? nextSerial(soaSerial(soa.rdatas[0]!), serial, now) : undefined
}

async function writeSigned(
  signing: WholeZoneSigning,
  { write, rewrite }: SignOptions,
  onProgress: (done: number, all: number) => void,
): Promise<void> {
  const printer = new RecordPrinter()
  let apex: ZoneNode = { owner: new Uint8Array(0), rrsets: [] }
  let zonemdAt = 0
  let zonemdLength = 0
  const piece = new Uint8Array(PIECE)
  let gathered = 0
  const flush = () => {
    write(piece.subarray(0, gathered))
    gathered = 0
  }
  await signing.sign(
    SignedForm.TEXT,
    {
      apex(node) {
        apex = node
        // Lines of digests and signatures have one length whatever they say, so that the true ones come in later.
        const zonemd = node.rrsets.find(({ type }) => type === RRType.ZONEMD)
        if (zonemd !== undefined) {
          printNode(printer, { owner: node.owner, rrsets: node.rrsets.filter(({ type }) => type <= RRType.ZONEMD) })
          const end = printer.length
          printer.clear()
          printRRset(printer, node.owner, zonemd)
          zonemdLength = printer.length
          zonemdAt = end - zonemdLength
          printer.clear()
        }
        printNode(printer, node)
        write(printer.text)
        printer.clear()
      },
      octets(octets) {
        if (gathered + octets.length > PIECE) flush()
        if (octets.length > PIECE) write(octets)
        else {
          piece.set(octets, gathered)
          gathered += octets.length
        }
      },
      zonemd(rrset) {
        flush()
        printRRset(printer, apex.owner, rrset)
        if (printer.length !== zonemdLength) throw new Error('a ZONEMD record has changed its length')
        rewrite(zonemdAt, printer.text)
      },
    },
    onProgress,
  )
  flush()
}
