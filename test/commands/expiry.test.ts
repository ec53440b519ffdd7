import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadZone } from '../../src/pipeline/index.ts'
import { nameFromText } from '../../src/wire/index.ts'
import { temporaryFolder } from '../peers/index.ts'
import { ask, startReady, testPort, until } from './server.ts'

const ZONE = '@ 60 SOA ns.example. host.example. 1 2 3 4 5\n@ 60 NS ns.example.\nexample 60 NS ns.example.\n'

test('an expired zone is answered SERVFAIL, never NXDOMAIN, until a new version is loaded', async () => {
  const folder = temporaryFolder('expiry')
  const file = join(folder, 'zz.zone')
  writeFileSync(file, ZONE)
  const job = { dataDir: join(folder, 'data'), origin: nameFromText('zz.'), file }
  const expiresAt = Math.floor(Date.now() / 1000) + 4
  expect((await loadZone({ ...job, expiresAt })).ok).toBe(true)
  const port = testPort()
  await startReady(folder, '--data', 'data', '--workers', '1', '--listen', `127.0.0.1@${port}`)
  const rcode = async (name: string) => (await ask(port, name, 'A')).rcode
  if (Date.now() / 1000 < expiresAt - 1) {
    expect(await rcode('example.zz.')).toBe('NOERROR')
    expect(await rcode('none.zz.')).toBe('NXDOMAIN')
  }
  await until(async () => (await rcode('none.zz.')) === 'SERVFAIL')
  expect(Date.now() / 1000).toBeGreaterThanOrEqual(expiresAt)
  expect(await rcode('example.zz.')).toBe('SERVFAIL')
  expect((await loadZone(job)).ok).toBe(true)
  await until(async () => (await rcode('none.zz.')) === 'NXDOMAIN')
})
