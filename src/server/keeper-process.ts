import type { KeeperMessage, KeeperRequest } from './keeper-messages.ts'
import { compileLate, KeptZone } from './kept/index.ts'
import { letOthersFirst } from './niceness.ts'

// Signing takes whole cores at times, and garbage is made by it and by a feed: in a process of its own neither is felt by
// answers. It is the only writer of the zones it keeps. Killed at any moment, it goes on where it was when it is started again.

const kept = new Map<string, KeptZone>()

letOthersFirst()
compileLate()

function tell(message: KeeperMessage): void {
  if (process.connected) process.send!(message)
}

process.on('message', (request: KeeperRequest) => {
  switch (request.kind) {
    case 'zones':
      void configure(request)
      return
    case 'load': {
      const { origin, file } = request
      // Loads are asked for only after the zone was announced.
      void kept
        .get(origin)!
        .load(file)
        .then((outcome) => tell({ kind: 'loaded', origin, outcome }))
      return
    }
    case 'feed': {
      const { id, origin, call } = request
      const zone = kept.get(origin)
      const refusal = {
        call: 'refused',
        busy: false,
        problem: `this server does not follow a feed of ${origin}`,
      } as const
      void (zone?.feed(call) ?? Promise.resolve(refusal)).then((answer) => tell({ kind: 'answered', id, answer }))
      return
    }
    case 'change':
    case 'resign': {
      const { id, origin } = request
      const zone = kept.get(origin)
      if (zone === undefined) {
        tell({ kind: 'changed', id, outcome: { serial: null, problem: `this server does not sign ${origin}` } })
        return
      }
      const done = request.kind === 'change' ? zone.change(request.text) : zone.resign(request.trustsClock)
      void done.then((outcome) => tell({ kind: 'changed', id, outcome }))
      return
    }
    case 'stop':
      void Promise.all([...kept.values()].map((zone) => zone.stop())).then(() => process.exit(0))
  }
})
process.on('disconnect', () => process.exit(0))
// Ctrl-C on a terminal reaches this process too; it is the server that decides what becomes of the work.
process.on('SIGINT', () => {})

async function configure({ dataDir, zones }: Extract<KeeperRequest, { kind: 'zones' }>): Promise<void> {
  const leaving = [...kept.values()].filter(
    ({ job }) => !zones.some((zone) => JSON.stringify(zone) === JSON.stringify(job)),
  )
  const joining = zones.filter(({ origin }) => {
    const zone = kept.get(origin)
    return zone === undefined || leaving.includes(zone)
  })
  // In the map at once, so that a load which follows finds its zone; the lock is free once the one before has stopped.
  const gone = new Map(leaving.map((zone) => [zone.job.origin, zone.stop()]))
  for (const { job } of leaving) kept.delete(job.origin)
  for (const job of joining) {
    const zone = new KeptZone(dataDir, job, tell)
    kept.set(job.origin, zone)
    void zone.begin(gone.get(job.origin))
  }
}
