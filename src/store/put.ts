import type { Database } from 'lmdb'
import { IN_HEAP } from '../wire/index.ts'

const scratch = Buffer.allocUnsafeSlow(IN_HEAP)

/**
 * Puts an entry within a write transaction; it is written when this returns. lmdb-js takes the address of a value's memory
 * and keeps it with the memory: cheap where many values share one, and where short ones come by way of a buffer that is there.
 */
export function putOctets(table: Database<Uint8Array, Uint8Array>, key: Uint8Array, value: Uint8Array): void {
  if (value.length > IN_HEAP) table.putSync(key, value)
  else {
    scratch.set(value)
    table.putSync(key, scratch.subarray(0, value.length))
  }
}
