/** A chain of denial as it is before a change: positions in a ring, each with its successor and types. */
export interface ChainView<P> {
  /** The position strictly before this one in the ring, which need not be in the chain itself. */
  before(position: P): P
  /** The next position of one that is in the chain. */
  next(position: P): P
  /** The type bitmap of one that is in the chain. */
  bitmap(position: P): Uint8Array
  compare(a: P, b: P): number
  /** What positions are told apart by. */
  key(position: P): string
}

/** What is to become of one position. */
export interface ChainEdit<P> {
  readonly position: P
  /** It is in the chain before. */
  readonly was: boolean
  /** The bitmap it is to have; undefined when it is not to be in the chain. */
  readonly bitmap: Uint8Array | undefined
}

/** One record of the chain as it is to be; undefined: no record. */
export interface ChainLink<P> {
  readonly position: P
  readonly record: { readonly next: P; readonly bitmap: Uint8Array } | undefined
}

/**
 * The links of a chain that edits touch: those of the positions edited, and of the positions before such as come or go.
 * At least one position, the apex's, stays throughout.
 */
export function editChain<P>(chain: ChainView<P>, edits: readonly ChainEdit<P>[]): ChainLink<P>[] {
  const sorted = [...edits].sort((a, b) => chain.compare(a.position, b.position))
  const leaving = new Set<string>()
  const bitmaps = new Map<string, Uint8Array>()
  for (const { position, was, bitmap } of sorted) {
    if (bitmap !== undefined) bitmaps.set(chain.key(position), bitmap)
    else if (was) leaving.add(chain.key(position))
  }

  // Positions that come or go, by the one before them that stays: between that and the next, the chain is made anew.
  const anchors = new Map<string, P>()
  const segments = new Map<string, { readonly anchor: P; readonly coming: P[] }>()
  const anchorOf = (position: P): P => {
    const passed: string[] = []
    let anchor = chain.before(position)
    for (let key = chain.key(anchor); leaving.has(key); key = chain.key(anchor)) {
      const known = anchors.get(key)
      if (known !== undefined) {
        anchor = known
        break
      }
      passed.push(key)
      anchor = chain.before(anchor)
    }
    for (const key of passed) anchors.set(key, anchor)
    anchors.set(chain.key(position), anchor)
    return anchor
  }
  for (const { position, was, bitmap } of sorted) {
    const comes = !was && bitmap !== undefined
    const goes = was && bitmap === undefined
    if (!comes && !goes) continue
    const anchor = anchorOf(position)
    const key = chain.key(anchor)
    const segment = segments.get(key) ?? { anchor, coming: [] }
    segments.set(key, segment)
    if (comes) segment.coming.push(position)
  }

  const links: ChainLink<P>[] = []
  const linked = new Set<string>()
  const link = (position: P, next: P) => {
    linked.add(chain.key(position))
    const bitmap = bitmaps.get(chain.key(position)) ?? chain.bitmap(position)
    links.push({ position, record: { next, bitmap } })
  }
  for (const { anchor, coming } of segments.values()) {
    // Round the end of the ring, what lies behind the anchor comes first.
    const behind = coming.filter((position) => chain.compare(position, anchor) > 0)
    const ahead = coming.filter((position) => chain.compare(position, anchor) < 0)
    let from = anchor
    for (const position of [...behind, ...ahead]) {
      link(from, position)
      from = position
    }
    let end = chain.next(anchor)
    while (leaving.has(chain.key(end))) end = chain.next(end)
    link(from, end)
  }
  for (const { position, was, bitmap } of sorted) {
    if (bitmap === undefined && was) links.push({ position, record: undefined })
    else if (bitmap !== undefined && was && !linked.has(chain.key(position))) link(position, chain.next(position))
  }
  return links
}
