import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { DEFAULT_POLICY } from '../../src/dnssec/keys/index.ts'
import { DEFAULT_FEED_TTL, DEFAULT_RULES } from '../../src/feed/index.ts'
import type { KeeperMessage, KeeperRequest } from '../../src/server/keeper-messages.ts'
import { Random } from '../zones/random.ts'
import { keysIn, loadStart, scratchFolder } from './fed-zones.ts'
import { FeedFile } from './feed-file.ts'
import { LeftBehind } from './killed.ts'
import { LiveStream } from './registry-stream.ts'

/** The process that keeps zones, as users run it; `npm test` builds it first. */
const KEEPER = resolve(import.meta.dirname, '../../dist/server/keeper-process.js')

/**
 * Lets a keeper process follow a feed that a registry writes meanwhile, kills it at random moments, and compares what is in
 * the store with the model after each kill. At the end it is left alone until all is done.
 */
export async function killKeeper(isSigned: boolean, seed: number, kills: number): Promise<void> {
  const random = new Random(seed)
  const folder = scratchFolder()
  const dataDir = join(folder, 'data')
  mkdirSync(dataDir)
  await loadStart(dataDir, isSigned)
  const stream = new LiveStream(random)
  const left = new LeftBehind(dataDir, stream)
  const file = new FeedFile(join(folder, 'events.jsonl'), random, stream, () => left.seq)
  const request: KeeperRequest = {
    kind: 'zones',
    dataDir,
    zones: [
      {
        origin: 'zz.',
        feed: {
          sources: [{ kind: 'file', path: file.path }],
          serial: 'increment',
          ttl: DEFAULT_FEED_TTL,
          rules: { ...DEFAULT_RULES, refusedLabels: [] },
          brake: { window: 0 },
        },
        ...(isSigned
          ? { signing: { keys: keysIn(dataDir), parents: [], gate: undefined, policy: DEFAULT_POLICY } }
          : {}),
      },
    ],
  }
  let keeper: ChildProcess | undefined
  let starting = 500
  file.run()
  try {
    let moved = 0
    for (let round = 0, seq = 0; round < kills; round++) {
      keeper = start(request)
      if (random.chance(0.15)) await sleep(random.below(starting))
      else {
        const began = performance.now()
        await told(keeper, (message) => message.kind === 'feed-report' && message.report.state !== 'starting')
        starting = performance.now() - began
        // So that it goes on, however slow the machine is: half of the times after some commits.
        let commits = random.pick([0, 0, 1, 2, 3])
        if (commits > 0) await told(keeper, ({ kind }) => kind === 'updated' && --commits === 0)
        await sleep(random.below(random.pick([20, starting])))
      }
      if (random.chance(0.1)) file.rotate()
      await kill(keeper)
      const now = left.check()
      if (now > seq) moved++
      seq = now
    }
    // It was killed amid its work, not beside it.
    expect(moved).toBeGreaterThan(kills / 4)
    file.stop()
    keeper = start(request)
    const end = performance.now() + 30_000
    for (
      let { seq, isWaiting } = left.progress;
      seq < stream.events.length || isWaiting;
      { seq, isWaiting } = left.progress
    ) {
      if (performance.now() > end) throw new Error(`only at event ${seq} of ${stream.events.length} after 30 s`)
      await sleep(50)
    }
    left.checkEnd()
  } finally {
    file.stop()
    if (keeper !== undefined) await kill(keeper)
  }
}

async function kill(keeper: ChildProcess): Promise<void> {
  if (keeper.exitCode !== null || keeper.signalCode !== null) return
  const exit = once(keeper, 'exit')
  keeper.kill('SIGKILL')
  await exit
}

function start(request: KeeperRequest): ChildProcess {
  const keeper = fork(KEEPER, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  keeper.on('error', () => {})
  keeper.send(request, () => {})
  return keeper
}

/** Waits until it tells of something. */
function told(keeper: ChildProcess, isIt: (message: KeeperMessage) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    keeper.once('exit', () => reject(new Error('the keeper process ended by itself')))
    keeper.on('message', (message: KeeperMessage) => {
      if (message.kind === 'log' && message.level === 'error') reject(new Error(JSON.stringify(message)))
      if (isIt(message)) resolve()
    })
  })
}
