import { test } from 'vitest'
import { killKeeper } from './killed-keeper.ts'

test('of an unsigned zone no event is lost or applied twice, however often its writer is killed', async () => {
  await killKeeper(false, 31, 110)
}, 480_000)
