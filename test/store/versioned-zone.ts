import { recordsOf } from '../../src/answer/zone.fixture.ts'
import { nameFromText } from '../../src/wire/index.ts'
import { diffZones, MemoryZone, type RRsetChange } from '../../src/zone/index.ts'

export const SWAP = 'swap.'
export const DELEGATIONS = 200

/** Version `n`: every record of the zone says which version it is of; a third of the names come and go. */
export function versionText(n: number): string {
  const address = `10.${n >> 8}.${n & 255}`
  const lines = [
    `${SWAP} 60 IN SOA a.nic.${SWAP} hostmaster.nic.${SWAP} ${n} 1800 900 604800 60`,
    `${SWAP} 60 IN NS a.nic.${SWAP}`,
    `a.nic.${SWAP} 60 IN A ${address}.1`,
    `${SWAP} 60 IN TXT "version ${n}"`,
  ]
  for (const host of ['m1', 'm2', 'm3']) {
    lines.push(`mail.${SWAP} 60 IN MX 10 ${host}.nic.${SWAP}`, `${host}.nic.${SWAP} 60 IN A ${address}.2`)
  }
  for (let i = 0; i < DELEGATIONS; i++) {
    if (i % 3 === n % 3) continue
    for (const k of [1, 2]) {
      lines.push(`d${i}.${SWAP} 60 IN NS ns${k}-v${n}.d${i}.${SWAP}`)
      lines.push(`ns${k}-v${n}.d${i}.${SWAP} 60 IN A ${address}.${(i % 250) + 1}`)
    }
  }
  return `${lines.join('\n')}\n`
}

export function versionOf(n: number): MemoryZone {
  return new MemoryZone(nameFromText(SWAP), recordsOf(SWAP, versionText(n)))
}

/** The changes from one version to another. */
export function changesBetween(from: number, to: number): RRsetChange[] {
  return [...diffZones(versionOf(from).nodes, versionOf(to).nodes)]
}
