import { lowerName, type Name, nameToText, parentOf } from '../../wire/index.ts'
import type { ParentFacts } from '../keys/index.ts'
import { exchange, type ParentServer } from './exchange.ts'
import { type DsAnswer, decodeDsReply, encodeDsQuery } from './message.ts'

/** Some of the parent's servers could not be asked, or gave no usable reply: nothing is known of the DS RRset. */
export class ParentCheckError extends Error {
  override readonly name = 'ParentCheckError'
  readonly zone: string
  /** The servers that failed, with the reason of each. */
  readonly failures: readonly { readonly server: ParentServer; readonly reason: string }[]

  constructor(zone: string, failures: ParentCheckError['failures']) {
    const told = failures.map(({ server: { address, port }, reason }) => `${address}@${port}: ${reason}`)
    super(
      `the DS of ${zone} can't be checked: ${told.length === 0 ? 'no server of the parent is given' : told.join('; ')}`,
    )
    this.zone = zone
    this.failures = failures
  }
}

export interface ParentCheckOptions {
  /** Milliseconds for each try; 3000 when absent. */
  readonly timeout?: number
  /** Tries over UDP for each server; 3 when absent. */
  readonly tries?: number
}

/**
 * Asks servers of the parent zone for the zone's DS RRset, all at once. What counts as there is what all of them show.
 * @param servers of the parent zone, with authority for it; every one has to answer
 * @throws ParentCheckError
 */
export async function parentDs(
  servers: readonly ParentServer[],
  origin: Name,
  { timeout = 3000, tries = 3 }: ParentCheckOptions = {},
): Promise<ParentFacts> {
  const zone = lowerName(origin)
  const name = nameToText(zone)
  if (parentOf(zone) === undefined) {
    throw new ParentCheckError(
      name,
      servers.map((server) => ({ server, reason: 'the root has no parent' })),
    )
  }
  const answers = await Promise.all(
    servers.map(async (server): Promise<DsAnswer | string> => {
      try {
        return decodeDsReply(await exchange(server, encodeDsQuery(zone), timeout, tries), zone)
      } catch (error) {
        return (error as Error).message
      }
    }),
  )
  const failures = answers.flatMap((reason, i) => (typeof reason === 'string' ? { server: servers[i]!, reason } : []))
  const given = answers.filter((answer) => typeof answer !== 'string')
  if (failures.length > 0 || given.length === 0) throw new ParentCheckError(name, failures)
  const sets = given.map(({ ds }) => new Set(ds.map((rdata) => Buffer.from(rdata).toString('base64'))))
  const anywhere = [...new Set(sets.flatMap((set) => [...set]))]
  return {
    // When the last reply was in: the waits that begin with it must not begin too early.
    at: Math.ceil(Date.now() / 1000),
    ttl: given.reduce((ttl, answer) => Math.max(ttl, answer.ttl), 0),
    everywhere: anywhere.filter((ds) => sets.every((set) => set.has(ds))),
    anywhere,
  }
}
