import { request as plain } from 'node:http'
import { type RequestOptions, request as secure } from 'node:https'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  /** What the answer's JSON says; empty when it is none. */
  readonly json: {
    readonly error?: string
    readonly reason?: string
    readonly zones?: readonly { readonly origin: string }[]
    readonly [key: string]: unknown
  }
}

export interface Question extends RequestOptions {
  readonly body?: string | Buffer
  readonly token?: string
}

/** One request over a connection of its own, unless an agent is given; HTTPS where there is a `ca`. */
export function send(port: number, path: string, question: Question = {}): Promise<Answer> {
  const { body, token, headers, ...options } = question
  return new Promise((resolve, reject) => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const request = (options.ca === undefined ? plain : secure)(
      { host: '127.0.0.1', port, path, agent: false, ...options, headers: { ...authorization, ...headers } as never },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          let json: Answer['json'] = {}
          try {
            json = JSON.parse(text)
          } catch {}
          resolve({ status: response.statusCode!, headers: response.headers, text, json })
        })
        response.on('error', reject)
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}
