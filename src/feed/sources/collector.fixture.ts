import { setTimeout as sleep } from 'node:timers/promises'
import type { FeedItem, FeedSink } from './source.ts'

/** A sink that keeps what it is given. */
export class Collector implements FeedSink {
  readonly items: FeedItem[] = []
  readonly problems: (string | undefined)[] = []
  /** Awaited before more is taken. */
  gate: Promise<void> = Promise.resolve()

  async take(items: readonly FeedItem[]): Promise<void> {
    this.items.push(...items)
    await this.gate
  }

  problem(text: string | undefined): void {
    this.problems.push(text)
  }

  get texts(): (string | undefined)[] {
    return this.items.map(({ text }) => text)
  }

  get lastPosition(): string | undefined {
    return this.items.at(-1)?.position
  }

  async until(what: () => boolean, ms = 10_000): Promise<void> {
    const end = performance.now() + ms
    while (!what()) {
      if (performance.now() > end) {
        throw new Error(
          `not within ${ms} ms: ${this.items.length} items, the last ${JSON.stringify(this.items.slice(-3))}, problems ${JSON.stringify(this.problems.slice(-3))}`,
        )
      }
      await sleep(2)
    }
  }

  async untilCount(count: number, ms?: number): Promise<void> {
    await this.until(() => this.items.length >= count, ms)
  }
}
