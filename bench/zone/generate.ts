import { closeSync, openSync, writeSync } from 'node:fs'
import { Random } from '../../test/zones/random.ts'

export interface TldZoneOptions {
  /** Presentation form, fully qualified. */
  readonly origin: string
  readonly delegations: number
  /** The same seed gives the same zone. */
  readonly seed: number
}

const FIRST_OCTETS = 'abcdefghijklmnopqrstuvwxyz0123456789'
const INNER_OCTETS = `${FIRST_OCTETS}-`
/** Nameserver hosts outside the zone are shared, as those of hosting providers are. */
const PROVIDERS = 2000
const GLUE_SHARE = 0.12
const DS_SHARE = 0.1
/** Share of the delegations, within those with glue, that have IPv6 glue too. */
const IPV6_SHARE = 1 / 3
const THIRD_SERVER_SHARE = 0.2
const CHUNK = 1 << 20

/** Remembers 53-bit hashes of labels in an open table, since a Set of ten million strings takes a gigabyte. */
class Seen {
  readonly #table: Float64Array
  readonly #mask: number

  constructor(labels: number) {
    const size = 2 ** Math.ceil(Math.log2(2 * labels + 16))
    this.#table = new Float64Array(size)
    this.#mask = size - 1
  }

  /** @returns whether it is new */
  add(label: string): boolean {
    let high = 0x811c9dc5
    let low = 0x9e3779b9
    for (let i = 0; i < label.length; i++) {
      const octet = label.charCodeAt(i)
      high = Math.imul(high ^ octet, 0x01000193)
      low = Math.imul(low ^ octet, 0x85ebca6b)
      low ^= low >>> 13
    }
    const hash = ((high >>> 0) & 0x1fffff) * 2 ** 32 + (low >>> 0) + 1
    for (let at = low & this.#mask; ; at = (at + 1) & this.#mask) {
      if (this.#table[at] === hash) return false
      if (this.#table[at] === 0) {
        this.#table[at] = hash
        return true
      }
    }
  }
}

/** Lengths of registered labels: about eleven octets, seldom below five or above twenty. */
function labelLength(random: Random): number {
  const gauss = Math.sqrt(-2 * Math.log(1 - random.fraction())) * Math.cos(2 * Math.PI * random.fraction())
  return Math.min(63, Math.max(3, Math.round(11 + 4 * gauss)))
}

function octet(random: Random, alphabet: string): string {
  return alphabet[random.below(alphabet.length)]!
}

function freshLabel(random: Random, seen: Seen): string {
  for (;;) {
    const length = labelLength(random)
    let label = octet(random, FIRST_OCTETS)
    while (label.length < length - 1) label += octet(random, INNER_OCTETS)
    label += octet(random, FIRST_OCTETS)
    if (label !== 'nic' && seen.add(label)) return label
  }
}

/**
 * The text of a TLD zone in pieces: its apex, then flat delegations, 12 % with glue of their own, 10 % with a DS record, the
 * others at shared hosts outside the zone.
 */
export function* tldZoneText(options: TldZoneOptions): Generator<string> {
  const random = new Random(options.seed)
  const hex = (bound: number) => random.below(bound).toString(16)
  const seen = new Seen(options.delegations)
  const { origin } = options
  const nic = origin === '.' ? 'nic.' : `nic.${origin}`
  let text = `$ORIGIN ${origin}\n$TTL 86400\n@ 900 IN SOA a.${nic} hostmaster.${nic} 2026112100 1800 900 604800 900\n`
  for (const letter of ['a', 'b', 'c', 'd']) {
    const code = letter.charCodeAt(0)
    text += `@ 172800 IN NS ${letter}.${nic}\n`
    text += `${letter}.${nic} 172800 IN A 192.0.2.${code}\n${letter}.${nic} 172800 IN AAAA 2001:db8::${code.toString(16)}\n`
  }
  for (let i = 0; i < options.delegations; i++) {
    const label = freshLabel(random, seen)
    if (random.chance(GLUE_SHARE)) {
      const ipv6 = random.chance(IPV6_SHARE)
      for (const host of ['ns1', 'ns2']) text += `${label} NS ${host}.${label}\n`
      for (const host of ['ns1', 'ns2']) {
        text += `${host}.${label} A 198.51.${random.below(256)}.${random.below(256)}\n`
        if (ipv6) text += `${host}.${label} AAAA 2001:db8:${hex(65536)}::${hex(65535)}\n`
      }
    } else {
      const provider = `hoster${random.below(PROVIDERS)}.net.`
      const hosts = random.chance(THIRD_SERVER_SHARE) ? ['ns1', 'ns2', 'ns3'] : ['ns1', 'ns2']
      for (const host of hosts) text += `${label} NS ${host}.${provider}\n`
    }
    if (random.chance(DS_SHARE)) text += `${label} DS ${random.below(65536)} 13 2 ${random.hex(32)}\n`
    if (text.length >= CHUNK) {
      yield text
      text = ''
    }
  }
  yield text
}

/** Writes a TLD zone as a master file, without ever holding more than a piece of it. */
export function writeTldZone(path: string, options: TldZoneOptions): void {
  const file = openSync(path, 'w')
  try {
    for (const piece of tldZoneText(options)) writeSync(file, piece)
  } finally {
    closeSync(file)
  }
}
