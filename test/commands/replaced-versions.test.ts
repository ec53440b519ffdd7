import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runSuccessfully } from '../peers/index.ts'
import { testFolder, zoneText } from './folder.ts'
import { ask, startReady, testPort, until } from './server.ts'

/** Files of removed versions that a process still has open or mapped: their room on the disk is not free. */
function removedButHeld(pid: number): string[] {
  const open = readdirSync(`/proc/${pid}/fd`).map((name) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${name}`)
    } catch {
      return ''
    }
  })
  const mapped = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')
  return [...open, ...mapped].filter((line) => line.includes('.mdb') && line.includes('(deleted)'))
}

test.skipIf(!existsSync('/proc/self/maps'))('the server lets go of every version that was replaced', async () => {
  const folder = testFolder()
  const port = testPort()
  const load = async (serial: number) => {
    writeFileSync(join(folder, 'zz.zone'), zoneText('zz.', serial))
    await runSuccessfully('load', join(folder, 'zz.zone'), '--zone', 'zz', '--data', join(folder, 'data'))
  }
  await load(1)
  const server = await startReady(folder, '--data', 'data', '--workers', '2', '--listen', `127.0.0.1@${port}`)
  for (let serial = 2; serial <= 4; serial++) {
    await load(serial)
    await until(async () => (await ask(port, 'zz.', 'SOA')).answers[0]?.data.includes(` ${serial} `) ?? false)
  }
  await until(() => removedButHeld(server.pid).length === 0)
  expect(removedButHeld(server.pid)).toEqual([])
})
