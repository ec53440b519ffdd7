import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'

/** A folder of one test's own, with the files named; it is removed after the test. */
export function testFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'zonecut-commands-'))
  folders.push(folder)
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return folder
}

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A small zone: its TXT record at the apex holds the serial too, so that an answer tells its version. */
export function zoneText(origin: string, serial: number, more = ''): string {
  return [
    `$ORIGIN ${origin}`,
    '$TTL 3600',
    `@ SOA ns1 hostmaster ${serial} 1800 900 604800 900`,
    '@ NS ns1',
    'ns1 A 192.0.2.1',
    `@ TXT "version ${serial}"`,
    'example NS ns1.example',
    'ns1.example A 192.0.2.2',
    more,
    '',
  ].join('\n')
}
