import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toolPath } from '../../../test/peers/index.ts'
import { RrsigVerifier } from '../../dnssec/verify/index.ts'

/** dnssec-signzone's arguments for each way to deny existence. */
export const DENIALS = {
  nsec: [],
  nsec3: ['-3', '-', '-H', '0'],
  'nsec3-opt-out': ['-3', '-', '-A', '-H', '0'],
  'nsec3-salted': ['-3', 'abcd', '-H', '5'],
} as const
export type DenialMethod = keyof typeof DENIALS

/** A TLD with something of everything that signers treat in their own way. */
export const TLD = `
$TTL 3600
@ SOA a.nic hostmaster 1 1800 900 604800 900
@ NS a.nic
@ NS b.nic
@ MX 10 mail
@ TXT "a" "b"
a.nic A 192.0.2.1
b.nic AAAA 2001:db8::1
mail A 192.0.2.2
*.wild TXT wildcard
alias CNAME mail
redirect DNAME example.org.
; delegations: unsigned, with glue, signed, signed with glue
plain NS ns.example.
glued NS ns.glued
ns.glued A 192.0.2.3
plain2 NS ns.glued
secure NS ns.example.
secure DS 1 13 2 571242425051c1ccd17f9acae01f5057ca02135e92b1d3f28ede0d7ac3baea9e
secureglue NS ns.secureglue
secureglue DS 2 13 2 671242425051c1ccd17f9acae01f5057ca02135e92b1d3f28ede0d7ac3baea9e
ns.secureglue A 192.0.2.4
; empty non-terminals: above unsigned delegations only, above a signed one, above data, several deep
one.co NS ns.example.
two.co NS ns.example.
one.gov NS ns.example.
two.gov NS ns.example.
two.gov DS 3 13 2 771242425051c1ccd17f9acae01f5057ca02135e92b1d3f28ede0d7ac3baea9e
a.b.c.deep TXT x
a.b.x.shallow NS ns.example.
odd\\.\\000label TXT x
UPPER TXT x
types TYPE65280 \\# 2 abcd
types CAA 0 issue "ca.example"
`

/** Files of a test, taken away at its end. */
export class TestFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'zonecut-checks-test-'))

  write(name: string, text: string): string {
    const file = join(this.path, name)
    writeFileSync(file, text, 'latin1')
    return file
  }

  remove(): void {
    rmSync(this.path, { recursive: true })
  }
}

function makeKey(folder: TestFolder, algorithm: string, role: readonly string[]): string {
  const bits = algorithm.startsWith('RSA') ? ['-b', '1024'] : []
  const options = { cwd: folder.path, encoding: 'utf8' } as const
  return execFileSync(toolPath('dnssec-keygen'), ['-q', '-a', algorithm, ...bits, ...role, 'zz'], options).trim()
}

/**
 * Signs a zone with dnssec-signzone under new keys: a KSK that signs the keys, and a ZSK that signs the rest.
 * @param unused algorithm of one more key that is published and signs nothing
 */
export function sign(
  folder: TestFolder,
  text: string,
  algorithm: string,
  denial: DenialMethod,
  unused?: string,
): string {
  const zsk = makeKey(folder, algorithm, [])
  const ksk = makeKey(folder, algorithm, ['-f', 'KSK'])
  const keys = unused === undefined ? [zsk, ksk] : [zsk, ksk, makeKey(folder, unused, [])]
  const included = keys.map((key) => `$INCLUDE ${join(folder.path, key)}.key`).join('\n')
  const file = folder.write('unsigned', `$ORIGIN zz.\n${text}\n${included}\n`)
  execFileSync(
    toolPath('dnssec-signzone'),
    ['-o', 'zz', '-x', '-P', '-O', 'full', '-f', 'signed', ...DENIALS[denial], '-k', ksk, file, zsk],
    { cwd: folder.path, stdio: 'pipe' },
  )
  return readFileSync(join(folder.path, 'signed'), 'latin1')
}

export const verifier = () => new RrsigVerifier()

/** True when the program ends with status 0; its output tells why not. */
export function accepts(program: string, args: readonly string[]): { ok: boolean; output: string } {
  const { status, stdout, stderr } = spawnSync(toolPath(program), args, { encoding: 'utf8' })
  return { ok: status === 0, output: `${stdout}${stderr}` }
}
