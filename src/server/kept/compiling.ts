import { setFlagsFromString } from 'node:v8'

/**
 * The engine optimises a function when it has run so many octets of its bytecode. It does so after 66 KiB, and a feed of a hundred
 * changes a second then spends more on compiling than on its changes for most of a minute. Where thousands of changes, or a
 * whole zone, wait to be done, waiting for the faster code costs more: a fifth of the first twenty thousand changes.
 */
const AT_LEISURE = 2_000_000
const IN_HASTE = 66 << 10

const hasty = new Set<object>()

/** Has functions of this process optimised late, until somebody is in haste. */
export function compileLate(): void {
  setBudget(AT_LEISURE)
}

/** Somebody has much to do, or has no more: while there is one, functions are optimised as soon as the engine does by itself. */
export function makeHaste(who: object, isInHaste: boolean): void {
  const before = hasty.size
  if (isInHaste) hasty.add(who)
  else hasty.delete(who)
  if (before > 0 !== hasty.size > 0) setBudget(hasty.size > 0 ? IN_HASTE : AT_LEISURE)
}

/** Does much at once: a load, a zone signed anew. */
export async function inHaste<T>(work: () => Promise<T>): Promise<T> {
  const who = {}
  makeHaste(who, true)
  try {
    return await work()
  } finally {
    makeHaste(who, false)
  }
}

function setBudget(octets: number): void {
  setFlagsFromString(`--interrupt-budget=${octets}`)
}
