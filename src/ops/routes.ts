import type { Caller } from './access.ts'
import type { ChangeReport, ReloadReport, StatusReport } from './report.ts'
import type { Right } from './settings.ts'

/** What the control server lets an operator ask of the server. */
export interface ControlTarget {
  status(): StatusReport
  /** Reads the configuration and the zones again; settles when the outcome is known. */
  reload(): Promise<ReloadReport>
  /** Changes records of a zone that the server keeps signed; settles when it answers with them. */
  change(origin: string, text: string): Promise<ChangeReport>
  /** Signs all of a zone anew that the server keeps signed; settles when it answers with that. */
  resign(origin: string, trustsClock: boolean): Promise<ChangeReport>
}

/** A request that its route's right has let pass. */
export interface ControlRequest {
  readonly caller: Caller
  /** Parts of the path that the route names, decoded. */
  readonly parameters: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Unpacked, at most `maxBody` octets; empty when there is none. */
  readonly body: string
}

/** An answer that is not JSON. */
export class TextAnswer {
  readonly type: string
  readonly text: string

  /** @param type media type */
  constructor(type: string, text: string) {
    this.type = type
    this.text = text
  }
}

/**
 * One thing that can be asked, on the Unix socket and over TCP alike. To add one, give it to `openControl` among the routes,
 * or write it into `controlRoutes` below when it belongs to every server. The right is checked before the body is read, so that
 * strangers send none; what comes then is a body of bounded size, and the answer is what `answer` returns, as JSON.
 * What `answer` throws is answered: a RequestError with its status, anything else with 500.
 */
export interface ControlRoute {
  readonly method: 'GET' | 'POST'
  /** `/v1/zones/:origin/changes`: parts with a colon are parameters. */
  readonly path: string
  readonly right: Right
  /**
   * How it keeps to the zones of a caller that may not see all: `path` when the parameter `origin` says which zone it is
   * about; `answer` when only its answer can tell, and asks `caller.mayZone` for each; `server` when it is about the
   * server as a whole, and is for callers with all zones.
   */
  readonly zones: 'path' | 'answer' | 'server'
  answer(request: ControlRequest): unknown
}

/** What every server can be asked. */
export function controlRoutes(target: ControlTarget): ControlRoute[] {
  return [
    {
      method: 'GET',
      path: '/v1/status',
      right: 'read',
      zones: 'answer',
      answer: ({ caller }) => {
        const status = target.status()
        return { ...status, zones: status.zones.filter(({ origin }) => caller.mayZone(origin)) }
      },
    },
    { method: 'POST', path: '/v1/reload', right: 'control', zones: 'server', answer: () => target.reload() },
    {
      method: 'POST',
      path: '/v1/zones/:origin/changes',
      right: 'changes',
      zones: 'path',
      answer: ({ parameters, body }) => target.change(parameters.origin!, body),
    },
    {
      method: 'POST',
      path: '/v1/zones/:origin/resign',
      right: 'control',
      zones: 'path',
      answer: ({ parameters, query }) => target.resign(parameters.origin!, query.clock === 'trusted'),
    },
  ]
}
