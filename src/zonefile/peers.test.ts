import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeWithTools } from '../../test/peers/suite.ts'
import { toolPath } from '../../test/peers/tool.ts'
import { generateZone } from '../../test/zones/generate.ts'
import { Random } from '../../test/zones/random.ts'
import { nameFromText } from '../wire/index.ts'
import { parseZoneFile } from './parser.ts'
import { RecordPrinter } from './printer.ts'
import { formatProblem } from './problem.ts'

const ROOT_ZONE = resolve(import.meta.dirname, '../../../shared/data/root-2026073102.zone.gz')

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zonecut-peers-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** The zone file as our printer writes it. */
function printed(path: string, origin: string): Uint8Array {
  const printer = new RecordPrinter()
  const { problems } = parseZoneFile(path, {
    origin: nameFromText(origin),
    file: path,
    onRecord: ({ buf, ownerStart, ttl, type, rdataStart, rdataLength }) =>
      printer.record(buf, ownerStart, ttl, type, buf, rdataStart, rdataStart + rdataLength),
  })
  expect(problems.map(formatProblem)).toEqual([])
  return printer.text.slice()
}

function run(tool: string, settings: readonly string[]): string[] {
  const options = { stdio: ['ignore', 'pipe', 'ignore'] as const, maxBuffer: 1 << 28, encoding: 'utf8' as const }
  // Peers keep the case of names, and set TTLs apart by runs of blanks.
  const lines = execFileSync(toolPath(tool), [...settings], { ...options, stdio: [...options.stdio] })
  return lines
    .toLowerCase()
    .replaceAll(/[ \t]+/g, ' ')
    .split('\n')
    .sort()
}

const bind = (path: string, origin: string) =>
  run('named-compilezone', ['-i', 'none', '-k', 'ignore', '-o', '-', origin, path])
const ldns = (path: string) => run('ldns-read-zone', ['-z', path])

/** One way among many to write each of the lines `owner TTL IN type rdata`, which are all at or below `origin`. */
function messy(text: string, origin: string, random: Random): string {
  const newline = random.pick(['\n', '\r\n'])
  const within = (name: string, current: string) => {
    if (name === current) return random.pick(['@', name])
    return name.endsWith(`.${current}`) && random.chance(0.7) ? name.slice(0, -current.length - 1) : name
  }
  const seconds = (ttl: number) => {
    if (ttl % 3600 === 0 && random.chance(0.3)) return `${ttl / 3600}${random.pick(['h', 'H'])}`
    return ttl % 60 === 0 && random.chance(0.2) ? `${Math.floor(ttl / 3600)}h${(ttl % 3600) / 60}M` : `${ttl}`
  }
  const comment = () => random.pick(['', '', '', ' ; comment', ' ;"(', '\t;)'])
  const out = [`; messy${newline}`]
  let current = origin
  let defaultTtl = -1
  let owner = ''
  for (const line of text.trimEnd().split('\n')) {
    const [full, ttl, , type, ...rest] = line.match(/"(?:\\.|[^"\\])*"|(?:="[^"]*"|\\.|[^\s"\\])+/g)!
    if (random.chance(0.05)) {
      current = current === origin ? `nic.${origin}` : origin
      out.push(`$ORIGIN ${current}${comment()}${newline}`)
    }
    if (random.chance(0.1)) {
      defaultTtl = Number(ttl)
      out.push(`$TTL ${seconds(defaultTtl)}${comment()}${newline}`)
    }
    if (random.chance(0.05)) out.push(random.pick(['', ' ', '\t;', ';', ' ; (']) + newline)
    const ttlText = Number(ttl) === defaultTtl && random.chance(0.7) ? [] : [seconds(Number(ttl))]
    const classText = random.pick([[], ['IN'], ['in']])
    const head = random.chance(0.5) ? [...ttlText, ...classText] : [...classText, ...ttlText]
    const rdata = rest.map((word) => (/^[^"]*\.$/.test(word) && word !== '.' ? within(word, current) : word))
    const words = [...head, random.pick([type!, type!.toLowerCase()]), ...rdata]
    const ownerText = full === owner && random.chance(0.5) ? '' : within(full!, current)
    owner = full!
    const open = random.chance(0.2) ? random.below(words.length) : -1
    let record = ownerText
    for (const [i, word] of words.entries()) {
      const gap =
        open >= 0 && i > open
          ? random.pick([' ', `${comment()}${newline}`, `${newline} `])
          : random.pick([' ', '\t', '  '])
      record += `${i === open ? ' (' : ''}${gap}${word}`
    }
    out.push(`${record}${open >= 0 ? random.pick([' )', `${newline})`, ')']) : ''}${comment()}${newline}`)
  }
  return out.join('').slice(0, random.chance(0.5) ? undefined : -newline.length)
}

describeWithTools('zones as peers read them', ['named-compilezone', 'ldns-read-zone'], () => {
  test.each([1, 2, 3])('generated, one record a line (seed %d)', (seed) => {
    const { origin, text } = generateZone({ origin: 'zz.', seed, delegations: 500 })
    const path = write('plain.zone', text)
    const ours = write('ours.zone', printed(path, origin))
    expect(bind(ours, origin)).toEqual(bind(path, origin))
    expect(ldns(ours)).toEqual(ldns(path))
  })

  test.each(Array.from({ length: 10 }, (_, seed) => seed))('generated, written in every manner (seed %d)', (seed) => {
    const { origin, text } = generateZone({ origin: 'zz.', seed, delegations: 200 })
    const path = write('messy.zone', messy(text, origin, new Random(seed)))
    const plain = write('plain.zone', text)
    expect(Buffer.from(printed(path, origin)).toString()).toBe(Buffer.from(printed(plain, origin)).toString())
    expect(bind(path, origin)).toEqual(bind(plain, origin))
  })
})

describe.skipIf(!existsSync(ROOT_ZONE))(
  `the root zone${existsSync(ROOT_ZONE) ? '' : ' (skipped: its file is not here)'}`,
  () => {
    describeWithTools('as peers read it', ['named-compilezone', 'ldns-read-zone'], () => {
      test('compressed and plain, printed, is the same zone', () => {
        const path = write('root.zone', gunzipSync(readFileSync(ROOT_ZONE)))
        const text = printed(ROOT_ZONE, '.')
        expect(Buffer.compare(text, printed(path, '.'))).toBe(0)
        const ours = write('ours.zone', text)
        expect(Buffer.compare(text, printed(ours, '.'))).toBe(0)
        expect(bind(ours, '.')).toEqual(bind(path, '.'))
        expect(ldns(ours)).toEqual(ldns(path))
      })
    })
  },
)
