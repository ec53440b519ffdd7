import type { MessagePort } from 'node:worker_threads'
import type { BindErrorData, ListenAddress, StopFlag, UdpIo, YieldFlag } from '../net/index.ts'
import type { Name } from '../wire/index.ts'
import type { LogLevel } from './log.ts'

/** A zone that a thread is to answer for. */
export interface ZoneAssignment {
  /** Lower case. */
  readonly origin: Name
  /** The store's current version, or undefined when there is none that can be opened: SERVFAIL. */
  readonly version: string | undefined
  /** The update of that version to answer from, or a later one; 0 stands for what was loaded. */
  readonly revision: number
  /** The version may no longer be served (RFC 1035 3.3.13, EXPIRE): SERVFAIL. */
  readonly expired: boolean
}

/** What the main thread posts before it moves the generation counter. */
export interface ZonesMessage {
  readonly generation: number
  readonly zones: readonly ZoneAssignment[]
}

/** How a thread answers; the same in all threads. */
export interface AnswerSettings {
  readonly udpPayload: number
  readonly nsid: string | undefined
  readonly versionText: string | undefined
  readonly hostnameText: string | undefined
  readonly idText: string | undefined
  /** Milliseconds. */
  readonly tcpIdleTimeout: number
}

/** What a thread is started with. */
export interface ThreadData {
  readonly name: string
  readonly dataDir: string
  readonly listen: readonly ListenAddress[]
  readonly answer: AnswerSettings
  readonly stop: StopFlag
  readonly counters: SharedArrayBuffer
  /** See GenerationCell. */
  readonly generations: SharedArrayBuffer
  /** This thread's place among the generations. */
  readonly slot: number
  readonly zones: ZonesMessage
  /** Where later zone lists arrive; a blocking thread reads it with receiveMessageOnPort. */
  readonly port: MessagePort
}

export interface UdpThreadData extends ThreadData {
  readonly yielding: YieldFlag
  readonly io: UdpIo
  readonly sharePort: boolean
}

export interface TcpThreadData extends ThreadData {
  /** Milliseconds for times. */
  readonly limits: {
    readonly connections: number
    readonly connectionsPerClient: number
    readonly idleTimeout: number
    readonly messageTimeout: number
    readonly writeTimeout: number
  }
}

/** What a thread tells the main thread. */
export type ThreadMessage =
  | { readonly kind: 'ready'; readonly io: string; readonly notes: readonly string[] }
  | BindErrorData
  | { readonly kind: 'zone-failed'; readonly origin: Name; readonly message: string }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string; readonly fields: object }

/** Int32 cells of the shared block: the newest generation, then for each thread the one it has taken up. */
export const GenerationCell = { Newest: 0, FirstThread: 1 } as const

export function createGenerations(threads: number): SharedArrayBuffer {
  return new SharedArrayBuffer((GenerationCell.FirstThread + threads) * Int32Array.BYTES_PER_ELEMENT)
}
