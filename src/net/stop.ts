/**
 * The flag by which one thread tells the listeners of all others to end. A blocking receive loop takes no messages, so
 * this is shared memory: a loop looks at it after each batch and at least every STOP_INTERVAL milliseconds.
 */
export type StopFlag = SharedArrayBuffer

/** Milliseconds within which an idle listener sees that it is to stop, or that the handler has something to take up. */
export const STOP_INTERVAL = 100

export function createStopFlag(): StopFlag {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
}

/** Tells every listener that was given this flag to finish what it is answering and end. Cannot be taken back. */
export function requestStop(flag: StopFlag): void {
  Atomics.store(new Int32Array(flag), 0, 1)
}

export function isStopRequested(flag: StopFlag): boolean {
  return Atomics.load(new Int32Array(flag), 0) !== 0
}
