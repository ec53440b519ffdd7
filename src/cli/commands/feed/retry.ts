import type { Command } from 'commander'
import { ControlClientError, type OutcomeReport, requestRetry } from '../../../ops/index.ts'
import { CommandError, ExitCode, usageError } from '../../exit.ts'
import { writeJson, writeOut } from '../../output.ts'
import { addServerOptions, askServer, type ServerOptions } from '../control-address.ts'
import { isConfirmed } from './confirm.ts'
import { addZoneOption, fedOrigin, type ZoneOption } from './zone.ts'

interface RetryOptions extends ServerOptions, ZoneOption {
  readonly all?: true
  readonly yes?: true
  readonly json?: true
}

export function addRetry(feed: Command): void {
  addZoneOption(addServerOptions(feed.command('retry')))
    .summary('try refused events again')
    .description(
      'Has the server try dead letters again, as its rules and the objects are now: after a rule was changed, or when what an\n' +
        'event needed has come. What is not refused again is no dead letter any more. An event tells the whole state of its\n' +
        'object as it was then: look whether later ones have changed it since. Ends with 1 when any was refused again, or\n' +
        'there is none of its number.',
    )
    .argument('[number...]', 'numbers of dead letters, as zonecut feed dead shows them')
    .option('--all', 'all dead letters')
    .option('--yes', 'also when more delegations would go than the brake lets pass')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  zonecut feed retry 17 18 --zone zz --data /var/lib/zonecut
  zonecut feed retry --all --config /etc/zonecut.yaml --json`,
    )
    .action(async (words: readonly string[], options: RetryOptions) => {
      if (words.length > 0 === (options.all === true)) throw usageError('give numbers of dead letters, or --all')
      const numbers = words.map(letterNumber)
      const { outcomes } = await askServer(options, async (server) => {
        const origin = await fedOrigin(server, options)
        try {
          return await requestRetry(server, origin, numbers, options.yes === true)
        } catch (error) {
          if (!(error instanceof ControlClientError) || error.reason !== 'held') throw error
          if (!(await isConfirmed(error.message))) throw new CommandError(`nothing was done: ${error.message}`)
          return requestRetry(server, origin, numbers, true)
        }
      })
      if (options.json) writeJson(outcomes)
      else if (outcomes.length === 0) writeOut('there are no dead letters\n')
      else writeOut(outcomes.map(({ number, outcome }) => `${number}  ${outcomeText(outcome)}\n`).join(''))
      if (outcomes.some(({ outcome }) => outcome === null || outcome.outcome === 'refused')) {
        process.exitCode = ExitCode.Fault
      }
    })
}

function letterNumber(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw usageError(`${text}: no number of a dead letter`)
  return Number(text)
}

function outcomeText(outcome: OutcomeReport | null): string {
  if (outcome === null) return 'there is no such dead letter'
  const { serial, reason, text, until } = outcome
  switch (outcome.outcome) {
    case 'refused':
      return `refused again: ${reason}: ${text}`
    case 'pending':
      return `pending until ${new Date(until!).toISOString()}`
    case 'applied':
      return `applied, serial ${serial}`
    default:
      return outcome.outcome
  }
}
