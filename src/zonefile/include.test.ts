import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { linesOfFile, linesOfText } from './parse-lines.fixture.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zonecut-include-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  return path
}

function parse(path: string, options: Parameters<typeof linesOfFile>[1] = {}) {
  const { records, problems, result } = linesOfFile(path, { file: path, ...options })
  return { records, problems: problems.map((line) => line.replaceAll(`${folder}/`, '')), result }
}

describe('$INCLUDE', () => {
  test('reads a file in place, and restores origin and owner (RFC 1035 5.1), not $TTL', () => {
    write('part.zone', 'i1 A 192.0.2.2\n$TTL 77\n$ORIGIN other\ni2 A 192.0.2.3')
    const main = write(
      'zz.zone',
      '$TTL 300\na A 192.0.2.1\n$INCLUDE part.zone ; a comment\n A 192.0.2.4\nb A 192.0.2.5\n',
    )
    expect(parse(main)).toMatchObject({
      problems: [],
      records: [
        'a.zz. 300 in a 192.0.2.1',
        'i1.zz. 300 in a 192.0.2.2',
        'i2.other.zz. 77 in a 192.0.2.3',
        'a.zz. 77 in a 192.0.2.4',
        'b.zz. 77 in a 192.0.2.5',
      ],
      result: { records: 5, bytes: 132 },
    })
  })

  test('takes an origin, relative to the including file', () => {
    write('part.zone', '@ 1 A 192.0.2.1\n')
    const main = write('zz.zone', '$INCLUDE part.zone nic\n$INCLUDE part.zone yy.\n$ORIGIN sub\n$INCLUDE "part.zone"\n')
    expect(parse(main).records).toEqual([
      'nic.zz. 1 in a 192.0.2.1',
      'yy. 1 in a 192.0.2.1',
      'sub.zz. 1 in a 192.0.2.1',
    ])
  })

  test('paths are relative to the including file; the same file may be included again', () => {
    write('parts/leaf.zone', 'leaf 1 A 192.0.2.1\n')
    write('parts/branch zone', '$INCLUDE leaf.zone\n$INCLUDE ./leaf.zone\n')
    const main = write('zz.zone', `$INCLUDE parts/branch\\032zone\n$INCLUDE ${join(folder, 'parts/leaf.zone')}\n`)
    expect(parse(main)).toMatchObject({ problems: [], records: Array(3).fill('leaf.zz. 1 in a 192.0.2.1') })
  })

  test('an included file may be compressed', () => {
    write('part.zone.gz', gzipSync('i 1 A 192.0.2.1\n'))
    expect(parse(write('zz.zone', '$INCLUDE part.zone.gz\nz 1 A 192.0.2.2\n')).records).toEqual([
      'i.zz. 1 in a 192.0.2.1',
      'z.zz. 1 in a 192.0.2.2',
    ])
  })

  test('problems and records name the included file', () => {
    write('part.zone', '\nx 1 A 1.2.3\ny 1 A 192.0.2.1\n')
    const main = write('zz.zone', '$INCLUDE part.zone\nz 1 A 4.5\n')
    const files: string[] = []
    const { problems } = parse(main, { onRecord: ({ file, line }) => files.push(`${file}:${line}`) })
    expect(problems).toEqual([
      "part.zone:2:7: expected address (an IPv4 address), found '1.2.3'",
      "zz.zone:2:7: expected address (an IPv4 address), found '4.5'",
    ])
    expect(files).toEqual([join(folder, 'part.zone:3')])
  })

  test('an included file starts without an owner', () => {
    write('part.zone', ' 1 A 192.0.2.1\n')
    expect(parse(write('zz.zone', 'a 1 A 192.0.2.1\n$INCLUDE part.zone\n')).problems).toEqual([
      expect.stringMatching(/^part\.zone:1:2: expected an owner name in the first column/),
    ])
  })

  test('loops are refused, also through links', () => {
    const main = write('zz.zone', '$INCLUDE zz.zone\n$INCLUDE a.zone\nz 1 A 192.0.2.1\n')
    write('a.zone', '$INCLUDE link.zone\na 1 A 192.0.2.1\n')
    symlinkSync('zz.zone', join(folder, 'link.zone'))
    expect(parse(main)).toMatchObject({
      problems: [
        "zz.zone:1:17: $INCLUDE of 'zz.zone', which is being read already, has no end",
        "a.zone:1:19: $INCLUDE of 'link.zone', which is being read already, has no end",
      ],
      records: ['a.zz. 1 in a 192.0.2.1', 'z.zz. 1 in a 192.0.2.1'],
    })
  })

  test('ten files deep, and no deeper', () => {
    for (let depth = 1; depth <= 11; depth++)
      write(`${depth}.zone`, `$INCLUDE ${depth + 1}.zone\nx${depth} 1 A 192.0.2.1\n`)
    const { problems, records } = parse(write('zz.zone', '$INCLUDE 1.zone\n'))
    expect(problems).toEqual(['10.zone:1:17: $INCLUDE nests deeper than 10 files'])
    expect(records).toHaveLength(10)
  })

  test('an absent file, a folder, a device', () => {
    mkdirSync(join(folder, 'sub'))
    const main = write('zz.zone', '$INCLUDE gone.zone\n$INCLUDE sub\n$INCLUDE /dev/zero\n$INCLUDE ""\n')
    expect(parse(main).problems).toEqual([
      expect.stringMatching(/^zz\.zone:1:19: cannot include 'gone\.zone': ENOENT/),
      "zz.zone:2:13: 'sub' is no regular file",
      "zz.zone:3:19: '/dev/zero' is no regular file",
      'zz.zone:4:10: expected the path of a file, found \'""\'',
    ])
  })

  test('is refused on request, and in text unless allowed', () => {
    write('part.zone', 'i 1 A 192.0.2.1\n')
    const main = write('zz.zone', '$INCLUDE part.zone\n')
    expect(parse(main, { include: false }).problems).toEqual(['zz.zone:1:19: $INCLUDE is not allowed here'])
    expect(linesOfText('$INCLUDE part.zone', { file: main, include: true }).records).toEqual(['i.zz. 1 in a 192.0.2.1'])
  })
})

describe('files', () => {
  test('one that is absent or a folder is a problem of the whole', () => {
    expect(parse(join(folder, 'gone.zone')).problems).toEqual([
      expect.stringMatching(/^gone\.zone: cannot be read: ENOENT/),
    ])
    mkdirSync(join(folder, 'sub'))
    expect(parse(join(folder, 'sub')).problems).toEqual([expect.stringMatching(/^sub: cannot be read: EISDIR/)])
  })

  test('empty ones and those of one octet', () => {
    expect(parse(write('empty.zone', ''))).toMatchObject({ problems: [], records: [], result: { bytes: 0 } })
    expect(parse(write('one.zone', '\n'))).toMatchObject({ problems: [], records: [], result: { bytes: 1 } })
  })

  test('a pipe, which gives its text piece by piece', () => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    const lines = "for i in 1 2 3 4 5; do printf 'x%d 1 A ' $i; sleep 0.05; echo 192.0.2.$i; done"
    const writer = spawn('sh', ['-c', `( ${lines} ) > "$1"`, 'sh', pipe])
    expect(parse(pipe)).toMatchObject({
      problems: [],
      records: Array.from({ length: 5 }, (_, i) => `x${i + 1}.zz. 1 in a 192.0.2.${i + 1}`),
    })
    writer.kill()
  })

  test('a compressed pipe is refused', () => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    const writer = spawn('sh', ['-c', 'echo "x 1 A 192.0.2.1" | gzip > "$1"', 'sh', pipe])
    expect(parse(pipe).problems).toEqual([
      'pipe: cannot be read: a compressed file cannot be read from a pipe: uncompress it before',
    ])
    writer.kill()
  })
})
