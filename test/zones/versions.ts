import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DecodedMessage, decodeMessage, TYPE } from '../interop/message.ts'
import { wireName } from '../interop/name.ts'
import { buildQuery } from '../interop/query.ts'
import { type Peer, runSuccessfully, startPeer, temporaryFolder, zonecutWith } from '../peers/index.ts'

/** Zones of which every record says which version it is of, and a server that is given one version after the other. */

/** Every version that some part of an answer shows. */
export function versionsIn(message: DecodedMessage): Set<number> {
  const versions = new Set<number>()
  for (const record of [...message.answer, ...message.authority, ...message.additional]) {
    const labelled = /-v(\d+)\./.exec(`${record.owner} ${record.type === TYPE.NS ? record.rdata : ''}`)
    if (labelled !== null) versions.add(Number(labelled[1]))
    if (record.type === TYPE.A) {
      const [, high, low] = record.rdata.split('.').map(Number)
      versions.add(high! * 256 + low!)
    }
    if (record.type === TYPE.SOA) versions.add(Number.parseInt(record.rdata.split(' ')[2]!.slice(0, 8), 16))
    if (record.type === TYPE.TXT) versions.add(Number(Buffer.from(record.rdata, 'hex').toString().match(/\d+/)![0]))
  }
  return versions
}

/** The serial that the server answers with, which is the version. */
export async function servedSerial(peer: Peer, origin: string): Promise<number> {
  const reply = await peer.udp.ask(buildQuery({ name: wireName(origin), type: TYPE.SOA }), 2000)
  return [...versionsIn(decodeMessage(reply!))][0]!
}

export interface VersionedServer {
  readonly peer: Peer
  readonly folder: string
  /** The data folder, into which later versions go. */
  readonly data: string
}

/** Loads the first version, which stands in `1.zone` of the folder, and serves it. */
export async function startVersioned(origin: string, text: string, workers: number): Promise<VersionedServer> {
  const folder = temporaryFolder('versions')
  const data = join(folder, 'data')
  const file = join(folder, '1.zone')
  writeFileSync(file, text)
  await runSuccessfully('load', file, '--zone', origin, '--data', data)
  return { peer: await startPeer(zonecutWith({ workers, data }), [{ origin, file }]), folder, data }
}
