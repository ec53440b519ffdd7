import { Random } from './random.ts'

export interface GeneratedZone {
  /** Presentation form, fully qualified. */
  readonly origin: string
  /** One record a line, fully qualified; octets that some peer does not read as they are, are written \DDD. */
  readonly text: string
}

export interface GenerateOptions {
  readonly origin: string
  readonly seed: number
  readonly delegations: number
  /** Also labels of octets that no hostname has; true unless said. */
  readonly oddLabels?: boolean
}

const LABEL_OCTETS = 'abcdefghijklmnopqrstuvwxyz0123456789'
/** Labels no hostname may have but the DNS carries (RFC 2181 11), \DDD as Knot's parser wants them. */
const ODD_LABELS = [
  '\\033\\033',
  '\\064',
  '\\036\\036\\036',
  '\\000',
  '\\255\\254',
  '\\046dot',
  'under_score',
  '\\032',
  'a\\000b',
  '\\192\\012',
  '\\034quote',
  '\\059semi',
  '\\040paren\\041',
  '\\092slash',
  '-',
  '--',
  '0',
  'xn--bcher-kva',
  'UPPER',
  'MiXeD',
]

/**
 * A TLD zone that holds the shapes of every TLD zone at once: plain delegations, in-domain and sibling glue, glue at the
 * cut itself, DS, several labels under the TLD, empty non-terminals, wildcards, CNAME and DNAME chains and loops,
 * NS sets too large for a datagram, labels of odd octets, and a few records of every kind at plain names.
 */
export function generateZone(options: GenerateOptions): GeneratedZone {
  const random = new Random(options.seed)
  const origin = options.origin
  const lines: string[] = []
  const owners = new Set<string>()
  const add = (owner: string, ttl: number, type: string, rdata: string) => {
    lines.push(`${owner === '' ? origin : `${owner}.${origin}`} ${ttl} IN ${type} ${rdata}`)
    owners.add(owner.toLowerCase())
  }
  const under = (relative: string) => `${relative}.${origin}`
  const v4 = () => `198.51.${random.below(256)}.${random.below(256)}`
  const v6 = () => `2001:db8:${random.below(65536).toString(16)}::${(1 + random.below(65535)).toString(16)}`
  const freshLabel = (): string => {
    for (;;) {
      const length = random.pick([3, 5, 8, 8, 11, 11, 14, 20, 63])
      const label = Array.from({ length }, () => random.pick([...LABEL_OCTETS])).join('')
      if (!owners.has(label)) return label
    }
  }

  addApex(add, under)
  addAuthoritative(add, under)
  addAliases(add, under)

  const glued: string[] = []
  const delegate = (owner: string) => {
    const kind = random.fraction()
    const ttl = random.pick([3600, 86400, 172800])
    if (kind < 0.25) {
      for (const k of [1, 2]) {
        add(owner, ttl, 'NS', under(`ns${k}.${owner}`))
        add(`ns${k}.${owner}`, 7200, 'A', v4())
        if (random.chance(0.5)) add(`ns${k}.${owner}`, 7200, 'AAAA', v6())
      }
      glued.push(owner)
    } else if (kind < 0.3) {
      add(owner, ttl, 'NS', under(owner)) // the cut is its own nameserver
      add(owner, 7200, 'A', v4())
      add(owner, ttl, 'NS', `ns.${freshLabel()}.net.`)
    } else if (kind < 0.4 && glued.length > 0) {
      for (const k of [1, 2]) add(owner, ttl, 'NS', under(`ns${k}.${random.pick(glued)}`))
    } else if (kind < 0.45) {
      add(owner, ttl, 'NS', under('a.nic'))
      add(owner, ttl, 'NS', `ns.${freshLabel()}.org.`)
    } else {
      const hoster = `hoster${random.below(40)}.net.`
      for (let k = 1; k <= random.pick([1, 2, 2, 2, 3, 4]); k++) add(owner, ttl, 'NS', `ns${k}.${hoster}`)
    }
    if (random.chance(0.3)) {
      for (let k = random.pick([1, 1, 2]); k > 0; k--) {
        add(owner, ttl, 'DS', `${random.below(65536)} 13 2 ${random.hex(32)}`)
      }
    }
  }

  if (options.oddLabels !== false) for (const label of ODD_LABELS) delegate(label)
  for (let i = 0; i < options.delegations; i++) delegate(freshLabel())
  for (const parent of ['co', 'com.co', 'gov', 'a.b.c.d', 'MiXeD-case']) {
    for (let i = 0; i < 5; i++) delegate(`${freshLabel()}.${parent}`)
  }

  // NS sets that fill a datagram: with glue for all, for some, and without any
  const large = (owner: string, count: number, addresses: (k: number) => void) => {
    for (let k = 1; k <= count; k++) {
      add(owner, 3600, 'NS', under(`nameserver-${k}.${owner}`))
      addresses(k)
    }
    add(owner, 3600, 'DS', `4711 13 2 ${random.hex(32)}`)
  }
  for (const count of [4, 6, 8, 10, 13, 16, 20, 24, 30]) {
    const owner = `large${count}`
    large(owner, count, (k) => {
      add(`nameserver-${k}.${owner}`, 3600, 'A', v4())
      add(`nameserver-${k}.${owner}`, 3600, 'AAAA', v6())
    })
  }
  for (let k = 1; k <= 26; k++) add('many-far', 3600, 'NS', `nameserver-${k}.${freshLabel()}.net.`)
  for (let k = 1; k <= 12; k++) add('many-siblings', 3600, 'NS', under(`nameserver-${k}.large13`))
  for (let k = 1; k <= 12; k++) add('large-mixed', 3600, 'NS', under(`nameserver-${k}.large16`))
  for (let k = 1; k <= 3; k++) {
    add('large-mixed', 3600, 'NS', under(`ns${k}.large-mixed`))
    add(`ns${k}.large-mixed`, 3600, 'A', v4())
    add(`ns${k}.large-mixed`, 3600, 'AAAA', v6())
  }
  return { origin, text: `${[...new Set(lines)].join('\n')}\n` }
}

type Add = (owner: string, ttl: number, type: string, rdata: string) => void
type Under = (relative: string) => string

function addApex(add: Add, under: Under): void {
  add('', 900, 'SOA', `${under('a.nic')} ${under('hostmaster.nic')} 2026073101 1800 900 604800 600`)
  for (const label of ['a', 'b', 'c', 'd']) {
    add('', 172800, 'NS', under(`${label}.nic`))
    add(`${label}.nic`, 172800, 'A', `192.0.2.${label.charCodeAt(0)}`)
    add(`${label}.nic`, 172800, 'AAAA', `2001:db8::${label.charCodeAt(0).toString(16)}`)
  }
  add('', 3600, 'MX', `10 ${under('mail.nic')}`)
  add('', 3600, 'MX', `20 ${under('mail2.nic')}`)
  add('', 3600, 'TXT', '"a TLD with records of its own" "and a second string"')
  add('', 3600, 'A', '192.0.2.1')
  add('', 3600, 'CAA', '0 issue "ca.example"')
}

function addAuthoritative(add: Add, under: Under): void {
  add('mail.nic', 3600, 'A', '192.0.2.25')
  add('mail2.nic', 3600, 'A', '192.0.2.26')
  add('mail2.nic', 3600, 'AAAA', '2001:db8::26')
  add('www.nic', 300, 'A', '192.0.2.80')
  add('www.nic', 300, 'AAAA', '2001:db8::80')
  add('www.nic', 300, 'HTTPS', '1 . alpn="h2"')
  add('www.nic', 300, 'TXT', `"${'x'.repeat(200)}" "${'y'.repeat(200)}" "${'z'.repeat(200)}"`)
  add('_sip._tcp.nic', 300, 'SRV', `10 5 5060 ${under('www.nic')}`)
  add('_sip._tcp.nic', 300, 'SRV', `20 5 5060 ${under('mail.nic')}`)
  add('_443._tcp.www.nic', 300, 'TLSA', '3 1 1 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff')
  add('naptr.nic', 300, 'NAPTR', '100 10 "u" "E2U+sip" "!^.*$!sip:info@example.net!" .')
  add('odd.nic', 300, 'TYPE65280', '\\# 5 0102030405')
  add('odd.nic', 300, 'HINFO', '"PDP-11" "UNIX"')
  add('odd.nic', 300, 'LOC', '52 22 23.000 N 4 53 32.000 E -2.00m 1m 10000m 10m')
  add('odd.nic', 300, 'SSHFP', '4 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff')
  add('odd.nic', 300, 'URI', '10 1 "https://nic.example/"')
  add('odd.nic', 300, 'PTR', under('www.nic'))
  for (let i = 0; i < 40; i++) add('wide.nic', 300, 'A', `203.0.113.${i}`)
  for (let i = 0; i < 60; i++) add('huge.nic', 300, 'TXT', `"${i} ${'text '.repeat(12)}"`)
  for (let i = 0; i < 14; i++) add('mx14.nic', 300, 'MX', `${i} ${under(`nameserver-${i + 1}.large16`)}`)
  // names below empty non-terminals
  add('deep.er.than.that', 300, 'TXT', '"below three empty non-terminals"')
  add('also.er.than.that', 300, 'A', '192.0.2.3')
  // wildcards: plain, of several types, below an empty non-terminal, beside names, around a wildcard, in the middle of a name
  add('*.wild', 300, 'A', '192.0.2.99')
  add('*.wild', 300, 'TXT', '"from the wildcard"')
  add('*.wild', 300, 'MX', `10 ${under('mail.nic')}`)
  add('exists.wild', 300, 'AAAA', '2001:db8::99')
  add('below.some.wild', 300, 'A', '192.0.2.98')
  add('*.ent.wild2', 300, 'A', '192.0.2.97')
  add('*.sub.wild', 300, 'AAAA', '2001:db8::97')
  add('middle.*.wild3', 300, 'A', '192.0.2.96')
  add('*.wild4', 300, 'CNAME', under('www.nic'))
  add('*.wild5', 300, 'CNAME', under('any.wild'))
  add('*.wild6', 300, 'CNAME', under('does-not-exist'))
  add('*.*.wild7', 300, 'TXT', '"two stars"')
  add('cut.wild', 3600, 'NS', 'ns.elsewhere.net.')
  add('secure-cut.wild', 3600, 'NS', 'ns.elsewhere.net.')
  add('secure-cut.wild', 3600, 'DS', '1 13 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff')
}

function addAliases(add: Add, under: Under): void {
  add('alias', 300, 'CNAME', under('www.nic'))
  add('alias-far', 300, 'CNAME', 'www.elsewhere.net.')
  add('alias-nowhere', 300, 'CNAME', under('nowhere.nic'))
  add('alias-cut', 300, 'CNAME', under('www.large4'))
  add('alias-cut-itself', 300, 'CNAME', under('large4'))
  add('alias-wild', 300, 'CNAME', under('host.wild'))
  add('alias-nodata', 300, 'CNAME', under('than.that'))
  add('alias-apex', 300, 'CNAME', under('x').slice(2))
  add('alias-1', 300, 'CNAME', under('alias-2'))
  add('alias-2', 300, 'CNAME', under('alias-3'))
  add('alias-3', 300, 'CNAME', under('wide.nic'))
  add('loop-1', 300, 'CNAME', under('loop-2'))
  add('loop-2', 300, 'CNAME', under('loop-1'))
  add('self', 300, 'CNAME', under('self'))
  add('renamed', 300, 'DNAME', under('nic'))
  add('renamed', 300, 'A', '192.0.2.5')
  add('renamed-far', 300, 'DNAME', 'elsewhere.net.')
  add('renamed-wild', 300, 'DNAME', under('wild'))
  add('renamed-cut', 300, 'DNAME', under('large4'))
  add('renamed-chain', 300, 'DNAME', under('renamed'))
  add('renamed-long', 300, 'DNAME', under(['a', 'b', 'c'].map((octet) => octet.repeat(60)).join('.')))
  add('alias-renamed', 300, 'CNAME', under('www.renamed'))
}
