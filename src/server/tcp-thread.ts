import { openTcp } from '../net/index.ts'
import type { TcpThreadData } from './messages.ts'
import { runThread } from './thread.ts'

await runThread<TcpThreadData>(async ({ data, responder, onHandlerError, send }) => {
  const { listen, limits, stop, counters } = data
  const listener = await openTcp({ listen, limits, stop, counters, handler: responder, onHandlerError })
  send({ kind: 'ready', io: 'net', notes: [] })
  await listener.stopped
})
