import { FileSource } from './file.ts'
import type { SourceSettings } from './settings.ts'
import type { FeedSource } from './source.ts'
import { StreamSource } from './stream.ts'

/** The source that the settings name, not started yet. */
export async function createSource(settings: SourceSettings): Promise<FeedSource> {
  switch (settings.kind) {
    case 'file':
    case 'folder':
      return new FileSource(settings)
    case 'stdin':
      return new StreamSource('stdin', process.stdin)
    case 'nats': {
      // Only here: the library takes a tenth of the time that a server needs to its first answer.
      const { NatsSource } = await import('./nats.ts')
      return new NatsSource(settings)
    }
  }
}
