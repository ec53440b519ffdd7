import { join, resolve } from 'node:path'
import type { PeerKind } from './peer.ts'

/** The program as users run it; `npm test` builds it first. */
export const ZONECUT = resolve(import.meta.dirname, '../../bin/zonecut')

/** zonecut, one UDP worker, its stores in the peer's folder. */
export const zonecut: PeerKind = {
  name: 'zonecut',
  tool: 'node',
  prepare(folder, port, zones) {
    const args = [ZONECUT, 'serve', '--data', join(folder, 'data'), '--listen', `127.0.0.1@${port}`, '--workers', '1']
    for (const { origin, file } of zones) args.push('--zone', `${origin}=${file}`)
    return { command: process.execPath, args }
  },
}
