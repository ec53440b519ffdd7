import { type ControlAddress, call, TEXT } from './client.ts'
import type { FeedAnswer } from './feed-call.ts'

type AnswerTo<Call extends FeedAnswer['call']> = Extract<FeedAnswer, { readonly call: Call }>

/**
 * Lets a commit of a zone's feed pass the brake.
 * @param origin fully qualified, as in what follows
 * @param seq the event up to which it goes
 * @throws ControlClientError
 */
export function requestApproval(address: ControlAddress, origin: string, seq: number): Promise<AnswerTo<'approve'>> {
  return post<AnswerTo<'approve'>>(address, origin, `approve?seq=${seq}`)
}

/**
 * Has dead letters tried again.
 * @param numbers all of them when there are none
 * @param approved what they withdraw may pass the brake; otherwise it can be refused with the reason `held`
 * @throws ControlClientError
 */
export function requestRetry(
  address: ControlAddress,
  origin: string,
  numbers: readonly number[],
  approved: boolean,
): Promise<AnswerTo<'retry'>> {
  return post<AnswerTo<'retry'>>(address, origin, `retry${approved ? '?approved=yes' : ''}`, numbers.join('\n'))
}

/**
 * Has a zone that follows a feed made that of a snapshot document; waits until it is, however long that takes.
 * @param file absolute path, as the server sees it
 * @param approved what it withdraws may pass the brake; otherwise it can be refused with the reason `held`
 * @throws ControlClientError
 */
export function requestSnapshot(
  address: ControlAddress,
  origin: string,
  file: string,
  approved: boolean,
): Promise<AnswerTo<'snapshot'>> {
  const query = `file=${encodeURIComponent(file)}${approved ? '&approved=yes' : ''}`
  return post<AnswerTo<'snapshot'>>(address, origin, `snapshot?${query}`)
}

function post<T>(address: ControlAddress, origin: string, action: string, body?: string): Promise<T> {
  const path = `/v1/zones/${encodeURIComponent(origin)}/feed/${action}`
  return call<T>(address, { method: 'POST', path, ...(body === undefined ? {} : { headers: TEXT }) }, body)
}
