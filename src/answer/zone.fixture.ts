import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { textRecords } from '../../test/zones/records.ts'
import { type Signing, signZone, writeZone } from '../../test/zones/sign.ts'
import { nameFromText } from '../wire/index.ts'
import type { ZoneRecord } from '../zone/index.ts'

/** The records of a zone written as text; fails on any problem in it. */
export function recordsOf(origin: string, text: string): ZoneRecord[] {
  return textRecords(text, nameFromText(origin))
}

/** The same zone's text, signed by BIND's dnssec-signzone. */
export function signedText(origin: string, text: string, signing: Signing): string {
  const folder = mkdtempSync(join(tmpdir(), 'zonecut-answer-'))
  try {
    return readFileSync(signZone(origin, writeZone(folder, 'zone', text), folder, signing), 'latin1')
  } finally {
    rmSync(folder, { recursive: true })
  }
}
