import { test } from 'vitest'
import { killKeeper } from './killed-keeper.ts'

test('of a signed zone no event is lost or applied twice, however often its writer is killed', async () => {
  await killKeeper(true, 32, 60)
}, 480_000)
