import { compareNames, isAtOrBelow, type Name, octetText } from '../../wire/index.ts'
import { type FutureZone, hidesBelow } from './future-zone.ts'
import { namesAbove } from './names.ts'

/**
 * The names whose signatures or denial a change may spoil, in canonical order: the owners changed, the names above them,
 * which may become or cease to be empty non-terminals, and all names below where a cut or DNAME comes or goes.
 */
export function touchedNames(zone: FutureZone): Name[] {
  const { origin, view } = zone
  const names = new Map<string, Name>()
  const add = (name: Name) => {
    names.set(octetText(name), name)
    for (const above of namesAbove(name, origin)) {
      const key = octetText(above)
      if (names.has(key)) break
      names.set(key, above)
    }
  }
  for (const owner of zone.owners) {
    add(owner)
    const atApex = owner.length === origin.length
    if (hidesBelow(view.node(owner), atApex) === hidesBelow(zone.node(owner), atApex)) continue
    // A name that loses all its data is among the owners.
    for (let node = zone.nodeAfter(owner); node && isAtOrBelow(node.owner, owner); node = zone.nodeAfter(node.owner)) {
      add(node.owner)
    }
  }
  return [...names.values()].sort(compareNames)
}
