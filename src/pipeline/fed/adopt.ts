import { entriesOf, entriesOfApex, objectsOfZone } from '../../feed/index.ts'
import type { StatePut } from '../../store/index.ts'
import type { ZoneNode } from '../../zone/index.ts'
import type { ChangeableZone } from './changeable.ts'
import { FIRST_CURSOR, putCursor, readCursor } from './cursor.ts'

/** Entries of one commit: enough that its flush to disk is not felt, and few enough that queries' data are not pushed out. */
const PIECE = 20_000

/**
 * Makes a zone's records the snapshot at seq 0 of its feed, once: each delegation and host becomes an object. What is
 * interrupted is begun again. Nothing of the zone's records changes.
 * @param onProgress told of the objects made so far
 * @returns false when the zone follows a feed already
 */
export async function adoptZone(
  zone: ChangeableZone,
  now: number,
  onProgress?: (objects: number) => void,
): Promise<boolean> {
  const { updater } = zone
  if (readCursor(updater.snapshot) !== undefined) return false
  const { origin } = updater.snapshot
  const seconds = Math.floor(now / 1000)
  const apex = updater.snapshot.node(origin)!
  let piece: StatePut[] = [...entriesOfApex(apex, origin)]
  let objects = 0
  const nodes = new RenewedNodes(zone)
  for (const object of objectsOfZone(nodes.all(), origin)) {
    objects++
    piece.push(...entriesOf(object, origin))
    if (piece.length < PIECE) continue
    await zone.change([], seconds, { state: piece })
    nodes.renew()
    piece = []
    onProgress?.(objects)
  }
  // With the cursor it counts.
  await zone.change([], seconds, { state: [...piece, putCursor({ ...FIRST_CURSOR, at: now })] })
  onProgress?.(objects)
  return true
}

/** All nodes of a zone, while commits go on that change none of them: a snapshot ends with the next commit. */
class RenewedNodes {
  readonly #zone: ChangeableZone
  #isStale = false

  constructor(zone: ChangeableZone) {
    this.#zone = zone
  }

  renew(): void {
    this.#isStale = true
  }

  *all(): Generator<ZoneNode> {
    let after: Uint8Array | undefined
    do {
      this.#isStale = false
      for (const { node, key } of this.#zone.updater.snapshot.nodes(after)) {
        after = key
        yield node
        if (this.#isStale) break
      }
    } while (this.#isStale)
  }
}
