import type { Command } from 'commander'
import { requestApproval } from '../../../ops/index.ts'
import { CommandError } from '../../exit.ts'
import { writeJson, writeOut } from '../../output.ts'
import { addServerOptions, askServer, type ServerOptions } from '../control-address.ts'
import { isConfirmed } from './confirm.ts'
import { addZoneOption, fedZone, type ZoneOption } from './zone.ts'

interface ApproveOptions extends ServerOptions, ZoneOption {
  readonly yes?: true
  readonly json?: true
}

export function addApprove(feed: Command): void {
  addZoneOption(addServerOptions(feed.command('approve')))
    .summary('let the commit that waits pass the brake')
    .description(
      'Shows the commit of a feed that the brake holds, since it would withdraw more delegations than the configuration allows,\n' +
        'and lets it pass when you say so. It is for this commit only. Ends with 1 when none waits or you say no.',
    )
    .option('--yes', 'let it pass without asking')
    .option('--json', 'print JSON; goes with --yes, and without it only shows what waits')
    .addHelpText(
      'after',
      `
Examples:
  zonecut feed approve --zone zz --data /var/lib/zonecut
  zonecut feed approve --config /etc/zonecut.yaml --yes`,
    )
    .action(async (options: ApproveOptions) => {
      await askServer(options, async (server) => {
        const { origin, feed } = await fedZone(server, options)
        const { hold } = feed
        if (hold === null) throw new CommandError(`no commit of ${origin}'s feed waits for approval`)
        const { seq, withdraws, before, delegations } = hold
        const recent = before === 0 ? '' : `, after ${before} shortly before`
        const what =
          `the commit up to event ${seq} would withdraw ${withdraws} of the ${delegations} delegations ` +
          `of ${origin}${recent}`
        if (options.json && !options.yes) {
          writeJson({ zone: origin, hold, approved: false })
          return
        }
        if (!options.json) writeOut(`${what}\n`)
        if (!options.yes && !(await isConfirmed(`Let it pass?`))) {
          throw new CommandError('it was not let pass: say y at a terminal, or give --yes')
        }
        const answer = await requestApproval(server, origin, seq)
        if (answer.seq === null) {
          throw new CommandError(`the commit up to event ${seq} does not wait any more: look at zonecut feed status`)
        }
        if (options.json) writeJson({ zone: origin, hold, approved: true })
        else writeOut('it is let pass\n')
      })
    })
}
