import type { Random } from '../zones/random.ts'
import { deletion, domain, ds, dsText, type EventFields, host, moment, rrset, rrsetDeletion } from './events.ts'
import type { ModelDomain, ModelEvent, ModelHost, ModelRRset } from './model.ts'

/** An event as the registry sends it, but for its number and time, and as the model takes it. */
export interface RandomEvent {
  readonly fields: EventFields
  readonly model: ModelEvent
}

const DOMAINS = ['a.zz.', 'b.zz.', 'c.zz.', 'd.zz.', 'x.a.zz.', 'y.c.zz.', 'www.zz.', 'x.moved.zz.']
const HOSTS = ['ns1.a.zz.', 'ns2.a.zz.', 'b.zz.', 'ns.x.c.zz.', 'ns.nic.zz.', 'ns.moved.zz.', 'ns.example.net.']
const OWN: readonly (readonly [string, string, readonly string[]])[] = [
  ['zz.', 'TXT', ['"one"', '"two"']],
  ['www.zz.', 'A', ['192.0.2.80', '192.0.2.81']],
  ['www.zz.', 'TXT', ['"www"']],
  ['*.zz.', 'TXT', ['"none"']],
  ['a.zz.', 'MX', ['10 mx.example.net.']],
  ['mail.c.zz.', 'A', ['192.0.2.25']],
  ['ns.nic.zz.', 'A', ['192.0.2.53', '192.0.2.54']],
  ['alias.zz.', 'CNAME', ['www.example.net.', 'other.example.net.']],
  ['alias.zz.', 'A', ['192.0.2.90']],
  ['moved.zz.', 'DNAME', ['elsewhere.net.']],
]
const ADDRESSES = ['192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:db8::2']
const STATUSES = ['ok', 'serverHold', 'clientHold', 'pendingDelete', 'clientTransferProhibited', 'redemptionPeriod']
const REGISTRARS = [null, 'one', 'one', 'two']

/**
 * An event about one of a few names, so that events meet.
 * @param publishAt when it may ask to be seen, milliseconds since 1970; undefined: at once
 */
export function randomEvent(random: Random, publishAt: number | undefined): RandomEvent {
  if (random.chance(0.08)) return faultyEvent(random)
  const kind = random.pick(['domain', 'domain', 'domain', 'host', 'host', 'rrset'] as const)
  return kind === 'rrset' ? ofRRset(random) : ofObject(random, kind, publishAt)
}

function ofObject(random: Random, kind: 'domain' | 'host', at: number | undefined): RandomEvent {
  const object = kind === 'domain' ? someDomain(random) : someHost(random)
  const transfer = random.chance(0.1)
  const publishAt = at !== undefined && random.chance(0.2) ? at : undefined
  const time = publishAt === undefined ? {} : { publishAt }
  const more = { registrar: object.registrar, ...(publishAt === undefined ? {} : { publishAt: moment(publishAt) }) }
  if (random.chance(0.25)) {
    return { fields: deletion(kind, object.name, more), model: { op: 'delete', object, ...time } }
  }
  const all = { ...more, ...(transfer ? { transfer } : {}) }
  const fields =
    object.kind === 'host'
      ? host(object.name, object.addrs, all)
      : domain(object.name, object.ns, { ...all, statuses: object.statuses, ds: object.ds.map(dsOfText) })
  return { fields, model: { op: 'upsert', object, transfer, ...time } }
}

function someDomain(random: Random): ModelDomain {
  return {
    kind: 'domain',
    name: random.pick(DOMAINS),
    registrar: random.pick(REGISTRARS),
    statuses: random.chance(0.3) ? [random.pick(STATUSES)] : [],
    ns: some(random, HOSTS, 3),
    ds: some(random, [dsText(1, 'aa'), dsText(2, 'bb')], 2),
  }
}

function someHost(random: Random): ModelHost {
  const name = random.pick(HOSTS)
  const addrs = name.endsWith('.zz.') ? some(random, ADDRESSES, 3) : []
  return { kind: 'host', name, registrar: random.pick(REGISTRARS), addrs }
}

function ofRRset(random: Random): RandomEvent {
  const [name, type, data] = random.pick(OWN)
  const rdata = type === 'CNAME' ? [random.pick(data)] : some(random, data, 2, 1)
  const object: ModelRRset = { kind: 'rrset', name, type, rdata }
  if (random.chance(0.3)) return { fields: rrsetDeletion(name, type), model: { op: 'delete', object } }
  return { fields: rrset(name, type, rdata), model: { op: 'upsert', object } }
}

/** Events that are refused whatever the registry holds. */
function faultyEvent(random: Random): RandomEvent {
  const far = ['ns.example.net.']
  const of = (fault: NonNullable<ModelEvent['fault']>, fields: EventFields): RandomEvent => ({
    fields,
    model: { op: 'upsert', object: { kind: 'rrset', name: 'zz.', type: 'TXT', rdata: [] }, fault },
  })
  return random.pick([
    of('schema', { ...domain('a.zz.', far), kind: 'contact' }),
    of('schema', domain('a.zz.', far, { ds: [{ ...ds(1, 'aa'), digest: 'aa' }] })),
    of('schema', { ...domain('a.zz.', far), ds: undefined }),
    of('version', domain('a.zz.', far, { v: 2 })),
    of('out-of-zone', domain('a.yy.', far)),
    of('addresses-outside', host('ns.example.net.', ['192.0.2.1'])),
    of('apex', domain('zz.', far)),
    of('type', rrset('a.zz.', 'NS', far)),
    of('name', domain('bücher.zz.', far)),
  ])
}

function dsOfText(text: string): EventFields {
  const [keyTag, algorithm, digestType, digest] = text.split(' ')
  return { keyTag: Number(keyTag), algorithm: Number(algorithm), digestType: Number(digestType), digest }
}

/** Some of the items, each once, in any order. */
function some<T>(random: Random, items: readonly T[], most: number, least = 0): T[] {
  const rest = [...items]
  const count = Math.min(rest.length, least + random.below(most + 1 - least))
  return Array.from({ length: count }, () => rest.splice(random.below(rest.length), 1)[0]!)
}
