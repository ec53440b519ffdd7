import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { toolPath } from '../../test/peers/index.ts'
import { describeWithTools } from '../../test/peers/suite.ts'
import { check } from './checks/zone-text.fixture.ts'

// RFC 8976 A.1.
const SIMPLE_EXAMPLE = `
example.      86400  IN  SOA     ns1 admin 2018031900 ( 1800 900 604800 86400 )
              86400  IN  NS      ns1
              86400  IN  NS      ns2
              86400  IN  ZONEMD  2018031900 1 1 (
                                 c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3
                                 a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8e730044c )
ns1           3600   IN  A       203.0.113.63
ns2           3600   IN  AAAA    2001:db8::63
`

describe('the digest of RFC 8976 A.1', () => {
  it('verifies', () => {
    expect(check(SIMPLE_EXAMPLE, 'example.').countsByCheck).toEqual({})
  })

  it.each([
    ['an address is changed', '203.0.113.63', '203.0.113.64'],
    ['a TTL is changed', '3600   IN  AAAA', '3601   IN  AAAA'],
    ['a record is added', '::63', '::63\nns3 3600 AAAA 2001:db8::63'],
    ['the serial is changed', 'admin 2018031900', 'admin 2018031901'],
    ['the digest is changed', 'c68090', 'c68091'],
  ])('does not when %s', (_, from, to) => {
    const { findings, errors } = check(SIMPLE_EXAMPLE.replace(from, to), 'example.')
    expect(errors).toBe(1)
    expect(findings.map((finding) => finding.check)).toEqual(['zonemd-mismatch'])
  })

  it('verifies in whatever letters and order the file is', () => {
    const text = SIMPLE_EXAMPLE.replace('ns1           3600', 'NS1           3600').replace(
      'NS      ns2',
      'NS      Ns2',
    )
    expect(check(text, 'EXAMPLE.').countsByCheck).toEqual({})
  })
})

const ZONE = `$ORIGIN zz.
$TTL 3600
@ SOA a.nic hostmaster 1 1800 900 604800 900
@ NS a.nic
@ TXT "${'x'.repeat(200)}"
a.nic A 192.0.2.1
a.nic AAAA 2001:db8::1
cut NS ns.cut
ns.cut A 192.0.2.3
ns.cut TXT occluded
*.wild MX 10 mail.wild
mail.wild A 192.0.2.2
types TYPE65280 \\# 2 abcd
`

describeWithTools('digests made by ldns-signzone', ['ldns-signzone', 'ldns-keygen', 'ldns-verify-zone'], () => {
  const folder = mkdtempSync(join(tmpdir(), 'zonecut-digest-test-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const run = (program: string, ...args: string[]) =>
    execFileSync(toolPath(program), args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim()

  it.each([
    ['SHA-384', ['-z', '1:1']],
    ['SHA-512', ['-z', '1:2']],
    ['both', ['-z', '1:1', '-z', '1:2']],
    ['SHA-384 in a zone with NSEC3', ['-z', '1:1', '-n', '-p']],
  ])('%s verify', (_, args) => {
    writeFileSync(join(folder, 'zone'), ZONE)
    const key = run('ldns-keygen', '-a', 'ECDSAP256SHA256', 'zz')
    run('ldns-signzone', ...args, '-o', 'zz', '-f', 'signed', 'zone', key)
    const signed = readFileSync(join(folder, 'signed'), 'latin1')
    expect(signed).toContain('ZONEMD')
    expect(Object.keys(check(signed, 'zz.').countsByCheck)).not.toContain('zonemd-mismatch')
    const changed = signed.replace('192.0.2.3', '192.0.2.4')
    expect(check(changed, 'zz.').countsByCheck).toMatchObject({ 'zonemd-mismatch': 1 })
    writeFileSync(join(folder, 'changed'), changed)
    expect(() => run('ldns-verify-zone', '-ZZ', 'changed')).toThrow()
    run('ldns-verify-zone', '-ZZ', 'signed')
  })
})
