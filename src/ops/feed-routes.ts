import { RequestError } from './error.ts'
import type { FeedAnswer, FeedCall } from './feed-call.ts'
import type { FeedReport } from './report.ts'
import type { ControlRequest, ControlRoute } from './routes.ts'

/** What the feed's routes need of the server. */
export interface FeedTarget {
  /** The zones that follow feeds, fully qualified. */
  readonly fed: readonly string[]
  feedReport(origin: string): FeedReport | undefined
  feed(origin: string, call: FeedCall): Promise<FeedAnswer>
}

/** Events of one request: as many as are committed in some seconds, so that its answer comes in time. */
const MOST_EVENTS = 10_000

/** Routes for registries and for those who look after a feed. */
export function feedRoutes(target: FeedTarget): ControlRoute[] {
  const ask = async (origin: string, call: FeedCall) => {
    const answer = await target.feed(origin, call)
    if (answer.call === 'held') throw new RequestError(409, 'held', answer.problem)
    if (answer.call !== 'refused') return answer
    if (!answer.busy) throw new RequestError(409, 'refused', answer.problem)
    throw new RequestError(503, 'busy', answer.problem, { headers: { 'retry-after': '1' } })
  }
  const onZone = (path: string, callOf: (request: ControlRequest) => FeedCall): ControlRoute => ({
    method: 'POST',
    path: `/v1/zones/:origin/feed/${path}`,
    right: 'control',
    zones: 'path',
    answer: (request) => ask(zoneNamed(target, request.parameters.origin!), callOf(request)),
  })
  return [
    {
      method: 'POST',
      path: '/v1/changes',
      right: 'changes',
      zones: 'answer',
      answer: async (request) => {
        const zone = zoneOf(target, request)
        const texts = eventTexts(request.body)
        if (texts.length > MOST_EVENTS) {
          const message = `${texts.length} events in one request: send at most ${MOST_EVENTS}`
          throw new RequestError(413, 'too-large', message, { fields: { limit: MOST_EVENTS } })
        }
        const answer = await ask(zone, { call: 'push', texts })
        if (answer.call !== 'push') return answer
        const { outcomes, seq, serial } = answer
        const gap = outcomes.find(({ outcome }) => outcome === 'gap')
        if (gap === undefined) return { zone, seq, serial, outcomes }
        const message = `event ${gap.missing} is missing: send it and those after it`
        throw new RequestError(409, 'gap', message, { fields: { zone, seq, serial, missing: gap.missing, outcomes } })
      },
    },
    {
      method: 'GET',
      path: '/v1/cursor',
      right: 'read',
      zones: 'answer',
      answer: (request) => {
        const zone = zoneOf(target, request)
        const report = target.feedReport(zone)
        if (report === undefined) throw new RequestError(503, 'busy', `the feed of ${zone} is starting`)
        const { state, problem, seq, committedAt, waiting, missing } = report
        return { zone, state, problem, seq, next: seq + 1, committedAt, waiting, missing }
      },
    },
    onZone('approve', ({ query: { seq } }) => {
      if (seq === undefined) return { call: 'approve' }
      if (typeof seq === 'string' && /^\d{1,15}$/.test(seq)) return { call: 'approve', seq: Number(seq) }
      throw new RequestError(400, 'bad-request', 'name the event up to which the commit goes as ?seq=NUMBER, or none')
    }),
    onZone('retry', ({ body, query }) => ({ call: 'retry', numbers: numbersIn(body), approved: isApproved(query) })),
    onZone('snapshot', ({ caller, query }) => {
      const { file } = query
      // What is wrong with a document is told, and it may be any file that the server can read.
      if (!caller.hasAllZones) {
        throw new RequestError(
          403,
          'forbidden',
          `${caller.name} is limited to some zones, and this reads a file of the server`,
        )
      }
      if (typeof file !== 'string' || !file.startsWith('/')) {
        throw new RequestError(400, 'bad-request', 'name the snapshot document as file=/PATH, as the server sees it')
      }
      return { call: 'snapshot', file, approved: isApproved(query) }
    }),
  ]
}

/** The operator lets what is asked for pass the brake. */
function isApproved({ approved }: ControlRequest['query']): boolean {
  if (approved === undefined || approved === 'yes') return approved === 'yes'
  throw new RequestError(400, 'bad-request', 'approved is yes, or left out')
}

/** The zone that a request is about: the one it names, or the only one that the caller may see and that follows a feed. */
function zoneOf(target: FeedTarget, { query, caller }: ControlRequest): string {
  const mine = target.fed.filter((origin) => caller.mayZone(origin))
  if (query.zone === undefined) {
    if (mine.length === 1) return mine[0]!
    const which = mine.length === 0 ? 'no zone here follows a feed' : `name one of ${mine.join(' ')} by ?zone=`
    throw new RequestError(mine.length === 0 ? 404 : 400, mine.length === 0 ? 'not-found' : 'bad-request', which)
  }
  if (typeof query.zone !== 'string') throw new RequestError(400, 'bad-request', 'name one zone by ?zone=')
  const zone = zoneNamed(target, query.zone)
  if (!caller.mayZone(zone))
    throw new RequestError(403, 'forbidden', `${zone} is not among the zones you may ask about`)
  return zone
}

function zoneNamed({ fed }: FeedTarget, name: string): string {
  const full = name === '.' || name.endsWith('.') ? name.toLowerCase() : `${name.toLowerCase()}.`
  if (!fed.includes(full)) throw new RequestError(404, 'not-found', `${full} does not follow a feed here`)
  return full
}

/** The events of a body: lines of JSON, or one JSON list. */
function eventTexts(body: string): string[] {
  if (!body.trimStart().startsWith('[')) return body.split('\n').filter((line) => line.trim() !== '')
  let list: unknown
  try {
    list = JSON.parse(body)
  } catch (error) {
    throw new RequestError(400, 'bad-request', `the body is no JSON list: ${(error as Error).message.slice(0, 200)}`)
  }
  return (list as unknown[]).map((event) => JSON.stringify(event))
}

function numbersIn(body: string): number[] {
  const words = body.split(/[\s,]+/).filter((word) => word !== '')
  const bad = words.find((word) => !/^\d{1,15}$/.test(word))
  if (bad !== undefined)
    throw new RequestError(400, 'bad-request', `'${bad.slice(0, 40)}' is no number of a dead letter`)
  return words.map(Number)
}
