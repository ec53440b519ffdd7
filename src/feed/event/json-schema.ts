import { z } from 'zod'
import { eventSchema, snapshotSchemas } from './schema.ts'

/*
 * JSON Schema of what is read, for those who write it: docs/feed-event.schema.json and docs/feed-snapshot.schema.json are
 * printed from here. What names, digests, addresses and rdata have to be, and what the registry's rules ask, it cannot say.
 */

/** Draft 7, the one that most validators read. */
const TARGET = 'draft-7'

/** Of an event, one line of a feed. */
export function eventJsonSchema(): object {
  const schema = z.toJSONSchema(eventSchema, {
    target: TARGET,
    override({ jsonSchema }) {
      if (jsonSchema.properties?.txSize !== undefined) jsonSchema.dependencies = { txSize: ['tx'] }
    },
  })
  return { title: 'An event of a zonecut registry feed (docs/feed.md)', ...schema }
}

/** Of a line of a snapshot document: its head, an object, or its end. */
export function snapshotJsonSchema(): object {
  const { head, object, end } = snapshotSchemas
  const schema = z.toJSONSchema(z.union([head, object, end]), { target: TARGET })
  return { title: 'A line of a snapshot document of a zonecut registry feed (docs/feed.md)', ...schema }
}
