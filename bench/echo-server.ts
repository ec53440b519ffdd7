import { writeSync } from 'node:fs'
import { createCounters, createStopFlag, type Handler, openUdp, type UdpIo } from '../src/net/index.ts'

// The server under measurement of echo.ts: answers every query with itself, marked as a response.
// Usage: echo-server IO ADDRESS[@PORT][,ADDRESS[@PORT]...] [share]; without a port the system chooses one.
const [io = 'auto', addresses = '127.0.0.1', share] = process.argv.slice(2)

const echo: Handler = {
  answer(query, length, reply) {
    if (reply !== query) for (let at = 0; at < length; at++) reply[at] = query[at]!
    reply[2] = query[2]! | 0x80
    return length
  },
  refresh() {},
}

const listener = await openUdp({
  listen: addresses.split(',').map((text) => {
    const [address = '', port = '0'] = text.split('@')
    return { address, port: Number(port) }
  }),
  io: io as UdpIo,
  sharePort: share === 'share',
  stop: createStopFlag(),
  counters: createCounters(),
})
writeSync(1, `${listener.io} ${listener.addresses.map(({ port }) => port).join(',')}\n`)
await listener.run(echo)
