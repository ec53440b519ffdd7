import { FeedRefusal, type RefusalReason } from '../outcome.ts'

/** As much of a value as a message shows. */
const SHOWN = 80

/** A text of the event as messages show it: quoted, escaped and cut. */
export function quoted(text: string): string {
  return text.length <= SHOWN
    ? JSON.stringify(text)
    : `${JSON.stringify(text.slice(0, SHOWN))}… (${text.length} characters)`
}

/**
 * @param path where in the event, as `ds[1].digest`
 * @throws FeedRefusal always
 */
export function refuse(reason: RefusalReason, path: string, text: string): never {
  throw new FeedRefusal(reason, `${path}: ${text}`)
}
