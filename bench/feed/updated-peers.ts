import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bind, knot, type PeerKind } from '../../test/peers/index.ts'

/** A server of others that takes dynamic updates. */
export interface UpdatedPeer {
  readonly name: string
  /** What of its settings counts here. */
  readonly settings: string
  readonly kind: PeerKind
}

/** Changes lines of the file that a peer's usual configuration is in. */
function configured(kind: PeerKind, file: string, edit: (text: string) => string): PeerKind {
  return {
    ...kind,
    prepare(folder, port, zones) {
      const command = kind.prepare(folder, port, zones)
      const path = join(folder, file)
      writeFileSync(path, edit(readFileSync(path, 'utf8')))
      return command
    },
  }
}

function replaced(text: string, before: string, after: string): string {
  if (!text.includes(before)) throw new Error(`the configuration has no line '${before}'`)
  return text.replace(before, after)
}

const BIND_POLICY = `dnssec-policy tld {
  keys { ksk lifetime unlimited algorithm ecdsap256sha256; zsk lifetime unlimited algorithm ecdsap256sha256; };
  nsec3param iterations 0 optout yes salt-length 0;
  max-zone-ttl 604800;
};
`

function updatedBind(signed: boolean): PeerKind {
  return configured(bind, 'named.conf', (text) => {
    // For the first signing at the start, which else takes a hundred names at a time.
    const policy = signed ? ' dnssec-policy tld; sig-signing-nodes 1000000; sig-signing-signatures 1000000;' : ''
    const zone = replaced(
      text,
      'masterfile-format text;',
      `masterfile-format text; allow-update { 127.0.0.1; };${policy}`,
    )
    return signed ? `${BIND_POLICY}${zone}` : zone
  })
}

const KNOT_ACL = `acl:
  - id: update
    address: 127.0.0.1
    action: update
`
const KNOT_POLICY = `policy:
  - id: tld
    algorithm: ecdsap256sha256
    nsec3: on
    nsec3-opt-out: on
    nsec3-iterations: 0
    nsec3-salt-length: 0
`

/** @param sync seconds after which the zone file is written anew: 0, at once, is the default of Knot DNS 3.2 */
function updatedKnot(signed: boolean, sync: number): PeerKind {
  return configured(knot, 'knot.conf', (text) => {
    const signing = signed ? '    dnssec-signing: on\n    dnssec-policy: tld\n' : ''
    let edited = replaced(
      text,
      '    journal-content: none\n',
      `    journal-content: changes\n    acl: update\n${signing}`,
    )
    edited = replaced(edited, '    zonefile-sync: -1\n', `    zonefile-sync: ${sync}\n`)
    return replaced(edited, 'template:\n', `${KNOT_ACL}${signed ? KNOT_POLICY : ''}template:\n`)
  })
}

export function updatedPeers(signed: boolean): UpdatedPeer[] {
  return [
    {
      name: 'BIND',
      settings: 'as it comes: each update flushed to the journal, the zone file written after 15 minutes',
      kind: updatedBind(signed),
    },
    {
      name: 'Knot DNS',
      settings: 'as it comes: updates flushed to the journal, the zone file written after each (zonefile-sync: 0)',
      kind: updatedKnot(signed, 0),
    },
    {
      name: 'Knot DNS (zonefile-sync: -1)',
      settings: 'updates flushed to the journal, the zone file never written',
      kind: updatedKnot(signed, -1),
    },
  ]
}
