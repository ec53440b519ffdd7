/** The control server cannot be opened, or its new settings cannot be taken over. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
}

/** Why a request was not carried out, for programs; `docs/control.md` lists them. */
export type RequestProblem =
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'bad-request'
  | 'bad-encoding'
  | 'unsupported-encoding'
  | 'too-large'
  | 'timeout'
  | 'gap'
  | 'held'
  | 'refused'
  | 'busy'
  | 'internal'

/** A request that is refused: what is answered in its place. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  /** HTTP's, 400 to 599. */
  readonly statusCode: number
  readonly reason: RequestProblem
  /** What else the answer's JSON says. */
  readonly fields: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>

  constructor(
    statusCode: number,
    reason: RequestProblem,
    message: string,
    { fields = {}, headers = {} }: { fields?: RequestError['fields']; headers?: RequestError['headers'] } = {},
  ) {
    super(message)
    this.statusCode = statusCode
    this.reason = reason
    this.fields = fields
    this.headers = headers
  }
}
