import { FileSource } from './file.ts'
import { NatsSource } from './nats.ts'
import type { SourceSettings } from './settings.ts'
import type { FeedSource } from './source.ts'
import { StreamSource } from './stream.ts'

/** The source that the settings name, not started yet. */
export function createSource(settings: SourceSettings): FeedSource {
  switch (settings.kind) {
    case 'file':
    case 'folder':
      return new FileSource(settings)
    case 'stdin':
      return new StreamSource('stdin', process.stdin)
    case 'nats':
      return new NatsSource(settings)
  }
}
