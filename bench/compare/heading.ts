import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { COLD_SECONDS } from './cold-start.ts'
import { AFTER_IDLE_SECONDS, type Plan, REFERENCE } from './comparison.ts'
import { FULL_SHARE } from './full-rate.ts'
import type { Heading } from './table.ts'

function systemText(): string {
  return `Linux ${release()}, Node ${process.versions.node}`
}

function loadText(): string {
  return loadavg()
    .map((load) => load.toFixed(2))
    .join(', ')
}

/** How servers were started on a cold page cache, and asked after idle time, where they were. */
function recoveryFacts({ cold, idle }: Plan): string[] {
  const facts: string[] = []
  if (cold) {
    facts.push(
      `Cold starts: page cache dropped, server started, ${REFERENCE} for ${COLD_SECONDS} s from the first answer on. Full rate: from when on the next second, and the rest of the load, come to ${100 * FULL_SHARE} % of the warm rate; seconds count from the start of the process.`,
    )
  }
  if (idle > 0) {
    facts.push(
      `Idle time: ${idle} s without a query after the workloads, then ${REFERENCE} for ${AFTER_IDLE_SECONDS} s.`,
    )
  }
  if (facts.length > 0) {
    facts.push(`Warm rate: the middle tenth of a second of ${REFERENCE} in the same round. Shares are of that.`)
  }
  return facts
}

/** What has to be known about a run to read its figures. Call it before the run: it tells the machine's load. */
export function headingOf(plan: Plan): Heading {
  const { zone, names, pinning, shape } = plan
  const count = (value: number) => value.toLocaleString('en-US')
  const denial = zone.denial.kind === 'nsec3' ? `NSEC3 ${zone.denial.parameters}` : zone.denial.kind
  const pinned =
    pinning.server === undefined
      ? 'servers and generator share the processors, which makes rates incomparable'
      : `each server alone on processor ${pinning.server}, the generator on processor ${pinning.generator}`
  const version = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return {
    title: `zonecut ${version.version} and its peers`,
    facts: [
      `Zone ${zone.origin}: ${count(names.delegated.count)} delegations, ${count(names.signed.length)} with DS; ${denial}.`,
      `Servers: ${plan.contenders.map(({ name, version }) => `${name} (${version})`).join(', ')}; one worker each.`,
      `Machine: ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${systemText()}; ${pinned}.`,
      `Load averages before the run: ${loadText()}.`,
      `${plan.rounds} ${plan.rounds === 1 ? 'round' : 'rounds'}, ${plan.seconds} s a workload after ${plan.warmup} s of warming up; lists of ${count(plan.queries)} queries.`,
      `UDP: ${shape.sockets} sockets with ${shape.window} queries in flight each; open loop: ${count(shape.rate)} queries/s; TCP: ${shape.connections} connections at once with one query each, ${shape.pipes} with ${shape.pipeline} in flight each.`,
      ...recoveryFacts(plan),
      'Figures are medians over the rounds, least and largest in parentheses. "busy" is the share of the time in which the server had its processor, "idle" that in which nobody had it: idle, and the generator was the limit; neither, and other programs were.',
    ],
  }
}
