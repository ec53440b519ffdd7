import { loadZone } from '../pipeline/index.ts'
import { nameFromText } from '../wire/index.ts'
import type { LoadJob, LoadMessage, LoadOutcome } from './load-messages.ts'
import { loadOutcome } from './load-outcome.ts'
import { letOthersFirst } from './niceness.ts'
import { seldom } from './seldom.ts'

// Loading needs memory and a whole core for seconds: in a process of its own it can neither slow down the answering
// threads' process with garbage collection nor take it along when memory runs out, and its memory is given back.
letOthersFirst()

process.on('message', (job: LoadJob) => {
  void run(job).then((outcome) => tell({ kind: 'done', ...outcome }))
})
process.on('disconnect', () => process.exit(0))
// Ctrl-C on a terminal reaches this process too; it is the server that decides what becomes of the load.
process.on('SIGINT', () => {})

function tell(message: LoadMessage): void {
  process.send?.(message)
}

async function run(job: LoadJob): Promise<LoadOutcome> {
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1000
  try {
    return { ...(await load(job)), seconds: seconds() }
  } catch (error) {
    return { ok: false, lines: [], problem: (error as Error).message, seconds: seconds() }
  }
}

async function load({ origin, file, dataDir }: LoadJob): Promise<Omit<LoadOutcome, 'seconds'>> {
  const result = await loadZone({
    dataDir,
    origin: nameFromText(origin),
    file,
    onProgress: seldom((progress) => tell({ kind: 'progress', progress })),
  })
  return loadOutcome(result, origin, file)
}
