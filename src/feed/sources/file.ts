import { type Family, FolderOfFiles, RotatedFile } from './files/family.ts'
import { Follower } from './files/follower.ts'
import { parsePosition, printPosition } from './files/position.ts'
import { Giving } from './giving.ts'
import type { FileSettings, FolderSettings } from './settings.ts'
import type { FeedSink, FeedSource, SourceReport } from './source.ts'

/** JSON Lines files, followed as they grow and are rotated; docs/feed-sources.md has the rules. */
export class FileSource implements FeedSource {
  readonly name: string
  readonly #settings: FileSettings | FolderSettings
  #running: { giving: Giving; follower: Follower; done: Promise<void> } | undefined

  constructor(settings: FileSettings | FolderSettings) {
    this.name = `${settings.kind}:${settings.path}`
    this.#settings = settings
  }

  start(from: string | undefined, sink: FeedSink): void {
    if (this.#running !== undefined) throw new Error(`${this.name} is started already`)
    const { kind, path } = this.#settings
    const family: Family = kind === 'file' ? new RotatedFile(path) : new FolderOfFiles(path)
    const giving = new Giving(sink)
    // a position that another kind of source wrote is as good as none: what was seen before is ignored by its number
    const follower = new Follower(family, from === undefined ? undefined : parsePosition(from), giving)
    this.#running = { giving, follower, done: follower.run() }
  }

  async stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    running?.giving.end()
    await running?.done
  }

  report(): SourceReport {
    const follower = this.#running?.follower
    const position = follower?.position
    const behind = follower?.behind ?? null
    return {
      name: this.name,
      state: follower === undefined ? 'stopped' : follower.following ? 'following' : 'waiting',
      position: position === undefined ? null : printPosition(position),
      behind,
      behindUnit: behind === null ? null : 'octets',
    }
  }
}
