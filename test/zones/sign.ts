import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toolPath } from '../peers/index.ts'

export type Signing = 'nsec' | 'nsec3' | 'nsec3-opt-out'

const FLAGS: Readonly<Record<Signing, readonly string[]>> = {
  nsec: [],
  nsec3: ['-3', '-', '-H', '0'],
  'nsec3-opt-out': ['-3', '-', '-A', '-H', '0'],
}

/**
 * Signs a master file with BIND's dnssec-signzone under new ECDSA P-256 keys (a KSK and a ZSK).
 * @returns the signed file's path, beside the unsigned one
 */
export function signZone(origin: string, file: string, folder: string, signing: Signing): string {
  const keygen = toolPath('dnssec-keygen')
  for (const flags of [[], ['-f', 'KSK']]) {
    execFileSync(keygen, ['-q', '-K', folder, '-a', 'ECDSAP256SHA256', '-n', 'ZONE', ...flags, origin], {
      stdio: 'pipe',
    })
  }
  const signed = `${file}.${signing}.signed`
  const args = [
    '-S',
    '-P',
    '-K',
    folder,
    '-d',
    folder,
    '-o',
    origin,
    '-f',
    signed,
    '-N',
    'keep',
    '-O',
    'full',
    ...FLAGS[signing],
    file,
  ]
  execFileSync(toolPath('dnssec-signzone'), args, { stdio: 'pipe', cwd: folder })
  // the signer writes ! in names as it is, which Knot reads only as \033; quoted text keeps its own
  const lines = readFileSync(signed, 'latin1').split('\n')
  writeFileSync(
    signed,
    lines.map((line) => (/(?<!\\)"/.test(line) ? line : line.replaceAll('!', '\\033'))).join('\n'),
    'latin1',
  )
  for (const entry of readdirSync(folder)) if (/^K.*\.(key|private)$/.test(entry)) rmSync(join(folder, entry))
  return signed
}

/** Writes a zone's text into a folder. */
export function writeZone(folder: string, name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}
