import { mkdirSync } from 'node:fs'
import { entryEnd } from '../../src/answer/index.ts'
import { ZoneBuilder } from '../../src/pipeline/build.ts'
import {
  bucketEntries,
  EnvironmentWriter,
  numberKey,
  Seek,
  ZoneBuild,
  type ZoneSnapshot,
} from '../../src/store/index.ts'
import type { Name } from '../../src/wire/index.ts'
import { sortKey, type ZoneNode } from '../../src/zone/index.ts'

/** Builds a store of nodes in canonical order, NSEC3 owners among them, without checking the zone they make. */
export async function buildStore(dataDir: string, origin: Name, nodes: readonly ZoneNode[]): Promise<void> {
  mkdirSync(dataDir, { recursive: true })
  const build = ZoneBuild.begin(dataDir, origin)
  const writer = new EnvironmentWriter(build.path)
  const builder = new ZoneBuilder(origin, writer, {
    nsec3Records: nodes.length,
    source: undefined,
    expiresAt: undefined,
    folder: build.path,
    kept: [],
  })
  for (const node of nodes) builder.add(node, sortKey(node.owner, origin))
  builder.finish(() => {})
  await writer.finish()
  build.commit()
}

/** Every compiled entry in hexadecimal, sorted: the same for all stores of the same zone. */
export function entriesOf(snapshot: ZoneSnapshot): string[] {
  const entries: string[] = []
  for (let number = 0; number < snapshot.info.buckets; number++) {
    if (!snapshot.buckets.seek(numberKey(number), 4, Seek.Exact)) throw new Error(`bucket ${number} is missing`)
    const { buf, offset } = snapshot.buckets
    for (const entry of bucketEntries(buf, offset, entryEnd)) {
      entries.push(Buffer.from(entry.buf.subarray(entry.start, entry.end)).toString('hex'))
    }
  }
  return entries.sort()
}
