import { typeToText } from '../../src/iana/index.ts'
import { nameToText, rdataToText } from '../../src/wire/index.ts'
import type { ZoneNode } from '../../src/zone/index.ts'

/** The records of nodes as lines, `example.zz. 3600 NS ns1.example.zz.`, in the order of the nodes; signatures left out. */
export function zoneLines(nodes: Iterable<ZoneNode>): string[] {
  return [...nodes].flatMap(({ owner, rrsets }) =>
    rrsets.flatMap(({ type, ttl, rdatas }) =>
      rdatas.map((rdata) => `${nameToText(owner)} ${ttl} ${typeToText(type)} ${rdataToText(type, rdata)}`),
    ),
  )
}
