import { Agent, request } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'

// One request after the other, in the order of their events: a number beyond one that is missing is not taken.

const { socket } = workerData as { readonly socket: string }
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
const queue: string[] = []
/** Transactions of one request; the server takes 10,000 events. */
const MOST_PIECES = 1000
let busy = false

parentPort!.on('message', (lines: string) => {
  queue.push(lines)
  if (!busy) push()
})
parentPort!.postMessage('ready')

function push(): void {
  busy = true
  // What has come meanwhile goes with it: that is how a registry keeps up.
  const body = queue.splice(0, MOST_PIECES).join('')
  const headers = { 'content-type': 'application/x-ndjson' }
  const sent = request({ socketPath: socket, agent, method: 'POST', path: '/v1/changes', headers }, (response) => {
    let text = ''
    response.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
    })
    response.on('end', () => {
      if (response.statusCode !== 200) throw new Error(`the server refused events: ${response.statusCode} ${text}`)
      if (queue.length > 0) push()
      else busy = false
    })
  })
  sent.end(body)
}
