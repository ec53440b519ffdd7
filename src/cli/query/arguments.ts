import { classFromText, RRClass, RRType, typeFromText } from '../../iana/index.ts'
import { type ListenAddress, parseListenAddress } from '../../net/index.ts'
import { type Name, nameFromText } from '../../wire/index.ts'
import { usageError } from '../exit.ts'

/** One question, and how it is to be asked. */
export interface QueryPlan {
  readonly server: ListenAddress
  readonly name: Name
  readonly type: number
  readonly klass: number
  readonly tcp: boolean
  /** Ask again over TCP when the reply is truncated. */
  readonly retryTruncated: boolean
  readonly recurse: boolean
  readonly checkingDisabled: boolean
  /** Undefined sends no OPT record. */
  readonly edns: EdnsPlan | undefined
  /** Seconds for each try. */
  readonly timeout: number
  /** Over UDP; over TCP one is enough. */
  readonly tries: number
  readonly short: boolean
}

export interface EdnsPlan {
  readonly version: number
  /** Octets. */
  readonly payload: number
  readonly dnssec: boolean
  readonly nsid: boolean
}

const DEFAULT_SERVER = '127.0.0.1'
const DEFAULT_PORT = 53
/** RFC 6891 6.2.5 as DNS Flag Day 2020 has it: fits every path without fragments. */
const DEFAULT_PAYLOAD = 1232

/** Words of the form `+word` or `+word=value`, as dig has them. */
const SWITCHES = [
  '+dnssec',
  '+tcp',
  '+nsid',
  '+rec',
  '+norec',
  '+cd',
  '+noedns',
  '+edns=VERSION',
  '+bufsize=OCTETS',
  '+ignore',
  '+time=SECONDS',
  '+tries=N',
  '+short',
]

/**
 * Reads dig's way of asking: `[@ADDR] NAME [TYPE] [CLASS] [+switch]...`, in any order as far as it is unambiguous.
 * @param portOption the value of -p, which goes before a port after the address
 * @throws CommandError naming the word that is wrong
 */
export function parseQuery(words: readonly string[], portOption: string | undefined): QueryPlan {
  let serverText: string | undefined
  let name: Name | undefined
  let type: number | undefined
  let klass: number | undefined
  const switches: Switches = { ...NO_SWITCHES }
  for (const word of words) {
    if (word.startsWith('@') && word.length > 1) serverText = word.slice(1)
    else if (word.startsWith('+')) applySwitch(word, switches)
    else if (name === undefined) name = readName(word)
    else if (type === undefined && typeFromText(word) !== undefined) type = typeFromText(word)
    else if (klass === undefined && classFromText(word) !== undefined) klass = classFromText(word)
    else
      throw usageError(`'${word}' is no type, class or switch; write zonecut query [@ADDR] NAME TYPE [+dnssec] [+tcp]`)
  }
  if (name === undefined) throw usageError('no name was given; write zonecut query [@ADDR] NAME TYPE')
  const { timeout, tries, tcp, ignore, recurse, cd, short } = switches
  return {
    server: readServer(serverText, portOption),
    name,
    type: type ?? RRType.A,
    klass: klass ?? RRClass.IN,
    tcp,
    retryTruncated: !ignore,
    recurse,
    checkingDisabled: cd,
    edns: switches.edns
      ? { version: switches.ednsVersion, payload: switches.payload, dnssec: switches.dnssec, nsid: switches.nsid }
      : undefined,
    timeout,
    tries,
    short,
  }
}

interface Switches {
  dnssec: boolean
  nsid: boolean
  edns: boolean
  ednsVersion: number
  payload: number
  tcp: boolean
  ignore: boolean
  recurse: boolean
  cd: boolean
  timeout: number
  tries: number
  short: boolean
}

const NO_SWITCHES: Switches = {
  dnssec: false,
  nsid: false,
  edns: true,
  ednsVersion: 0,
  payload: DEFAULT_PAYLOAD,
  tcp: false,
  ignore: false,
  recurse: false,
  cd: false,
  timeout: 3,
  tries: 2,
  short: false,
}

function applySwitch(word: string, switches: Switches): void {
  const [key, value] = word.slice(1).split('=', 2) as [string, string | undefined]
  switch (key.toLowerCase()) {
    case 'dnssec':
    case 'do':
      switches.dnssec = true
      return
    case 'tcp':
    case 'vc':
      switches.tcp = true
      return
    case 'nsid':
      switches.nsid = true
      return
    case 'rec':
    case 'recurse':
      switches.recurse = true
      return
    case 'norec':
    case 'norecurse':
      switches.recurse = false
      return
    case 'cd':
    case 'cdflag':
      switches.cd = true
      return
    case 'noedns':
      switches.edns = false
      return
    case 'edns':
      switches.ednsVersion = readNumber(word, value, 0, 255)
      return
    case 'bufsize':
      switches.payload = readNumber(word, value, 0, 65_535)
      return
    case 'ignore':
      switches.ignore = true
      return
    case 'time':
      switches.timeout = readNumber(word, value, 1, 3600)
      return
    case 'tries':
      switches.tries = readNumber(word, value, 1, 100)
      return
    case 'short':
      switches.short = true
      return
    default:
      throw usageError(`unknown switch '${word}'; known: ${SWITCHES.join(' ')}`)
  }
}

function readNumber(word: string, value: string | undefined, least: number, most: number): number {
  const number = Number(value)
  if (value === undefined || !/^\d+$/.test(value) || number < least || number > most) {
    throw usageError(`'${word}': write a number from ${least} to ${most} after the = sign`)
  }
  return number
}

function readName(word: string): Name {
  try {
    return nameFromText(word)
  } catch (error) {
    throw usageError(`'${word}' is not a domain name: ${(error as Error).message}`)
  }
}

function readServer(text: string | undefined, portOption: string | undefined): ListenAddress {
  if (portOption !== undefined && !(/^\d{1,5}$/.test(portOption) && Number(portOption) <= 65_535)) {
    throw usageError(`-p ${portOption}: write a port from 1 to 65535`)
  }
  try {
    const server = parseListenAddress(text ?? DEFAULT_SERVER, DEFAULT_PORT)
    return portOption === undefined ? server : { ...server, port: Number(portOption) }
  } catch (error) {
    throw usageError(`@${text}: ${(error as Error).message}`)
  }
}
