import { openUdp } from '../net/index.ts'
import type { UdpThreadData } from './messages.ts'
import { runThread } from './thread.ts'

await runThread<UdpThreadData>(async ({ data, responder, onHandlerError, send }) => {
  const { listen, io, sharePort, stop, yielding, counters } = data
  const listener = await openUdp({ listen, io, sharePort, stop, yielding, counters, onHandlerError })
  // Said before the loop begins: a blocking loop sends nothing more until it ends.
  send({ kind: 'ready', io: listener.io, notes: listener.notes })
  await listener.run(responder)
})
