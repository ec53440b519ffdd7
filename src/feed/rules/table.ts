import { isAtOrBelow, lowerName, type Name, nameFromText } from '../../wire/index.ts'
import { labelsOf, relativeName, relativeText } from './labels.ts'
import type { Candidate, Rule } from './rule.ts'

const isNewDomain = ({ event, current }: Candidate) =>
  event.op === 'upsert' && event.object.kind === 'domain' && current === null

const firstCome: Rule = {
  key: 'firstCome',
  reason: 'sponsor',
  refuses: 'A change or deletion of an object by another registrar than its sponsor, unless it is a transfer.',
  broken({ firstCome: isOn }, { event, current }) {
    const { object, transfer } = event
    if (!isOn || transfer || current === null || current.kind === 'rrset' || object.kind === 'rrset') return undefined
    // What a zone file brought has no sponsor yet: the first who tells of it becomes it.
    if (current.registrar === null || current.registrar === object.registrar) return undefined
    return (
      `${object.name} is sponsored by ${current.registrar}, and the event comes from ${object.registrar ?? 'nobody'}: ` +
      'send it with "transfer": true when the registry moved the object'
    )
  },
}

const reserved: Rule = {
  key: 'reserved',
  reason: 'reserved',
  refuses: 'A new domain at a reserved name, or below one.',
  broken({ reserved: names }, candidate) {
    if (names.length === 0 || !isNewDomain(candidate)) return undefined
    const { object } = candidate.event
    const relative = relativeName(object.name, candidate.origin)
    const name = names.find((one) => isAtOrBelow(relative, nameOf(one)))
    return name === undefined ? undefined : `${object.name}: the name ${name} is reserved by the configuration`
  },
}

const refusedLabels: Rule = {
  key: 'refusedLabels',
  reason: 'pattern',
  refuses: 'A new domain with a label that one of the patterns matches.',
  broken({ refusedLabels: patterns }, candidate) {
    if (patterns.length === 0 || !isNewDomain(candidate)) return undefined
    const { object } = candidate.event
    for (const label of labelsOf(object.name, candidate.origin)) {
      const pattern = patterns.find((one) => one.test(label))
      if (pattern !== undefined)
        return `${object.name}: the configuration refuses the label ${label} by ${pattern.source}`
    }
    return undefined
  },
}

const suffixes: Rule = {
  key: 'suffixes',
  reason: 'suffix',
  refuses: 'A new domain whose name below the zone is not one label or more under an allowed suffix.',
  broken({ suffixes: allowed }, candidate) {
    if (allowed === undefined || !isNewDomain(candidate)) return undefined
    const { object } = candidate.event
    const relative = relativeName(object.name, candidate.origin)
    const isUnder = (suffix: Name) => relative.length > suffix.length && isAtOrBelow(relative, suffix)
    // The suffix itself is nobody's: the key name is what stands under it.
    if (allowed.some((suffix) => isUnder(nameOf(suffix)))) return undefined
    return `${object.name}: ${relativeText(relative)} stands under none of the suffixes allowed, ${allowed.join(', ')}`
  },
}

const linkedHosts: Rule = {
  key: 'linkedHosts',
  reason: 'in-use',
  refuses: 'The deletion of a host that a published domain names (RFC 5732 3.2.2).',
  broken({ linkedHosts: isOn }, { event, isUsed }) {
    if (!isOn || event.op !== 'delete' || event.object.kind !== 'host' || !isUsed()) return undefined
    return `${event.object.name} is a nameserver of a published domain: change that first, in the same tx or before`
  },
}

/** All rules that can be switched, in the order in which they are asked. */
export const RULES: readonly Rule[] = [firstCome, reserved, refusedLabels, suffixes, linkedHosts]

const names = new Map<string, Name>()

/** A name of the configuration as names are compared; read once. */
function nameOf(written: string): Name {
  let name = names.get(written)
  if (name === undefined) {
    name = lowerName(nameFromText(written))
    names.set(written, name)
  }
  return name
}
