import type { Command } from 'commander'
import { ExitCode } from '../exit.ts'
import { writeOut } from '../output.ts'
import { programVersion } from '../version.ts'

interface ServeOptions {
  readonly config?: string
  readonly data?: string
  readonly zone: readonly string[]
  readonly sign: readonly string[]
  readonly feed: readonly string[]
  readonly listen: readonly string[]
  readonly workers?: string
  readonly io?: string
}

/** Repeated options gather their values. */
const gather = (value: string, before: string[]) => [...before, value]

export function addServe(program: Command): void {
  program
    .command('serve')
    .summary('answer queries')
    .description(
      'Answers queries over UDP and TCP for every zone of the data folder, and for those named here or in the\n' +
        'configuration file. A zone file newer than the store is loaded; meanwhile the store is served.',
    )
    .option('--config <file>', 'configuration file (YAML); options of the command line go before it')
    .option('--data <dir>', 'data folder (default: ./data)')
    .option('--zone <origin=file>', 'a zone and its master file; may be repeated', gather, [])
    .option('--sign <origin>', 'keep this zone signed; keys are made at the first start; may be repeated', gather, [])
    .option('--feed <origin=path>', 'follow a feed from a file, or from - ; may be repeated', gather, [])
    .option('--listen <addr@port>', 'address to answer on; may be repeated (default: 127.0.0.1@5300)', gather, [])
    .option('--workers <n>', 'threads that answer over UDP (default: auto, one for each processor)')
    .option('--io <way>', 'how UDP packets come and go: mmsg (batched system calls), dgram, or auto')
    .addHelpText(
      'after',
      `
Signals: SIGHUP reads the configuration and zones again; SIGTERM and SIGINT end the server.

Examples:
  zonecut serve --zone zz=zz.zone
  zonecut serve --zone zz=zz.zone --sign zz
  zonecut serve --zone zz=zz.zone --sign zz --feed zz=/var/lib/registry/events.jsonl
  zonecut serve --data /var/lib/zonecut --listen 192.0.2.1@53 --listen 2001:db8::1@53
  zonecut serve --config /etc/zonecut.yaml`,
    )
    .action(async (options: ServeOptions) => {
      const { Server } = await import('../../server/index.ts')
      const { zone, feed, ...rest } = options
      let server: Awaited<ReturnType<typeof Server.start>> | undefined
      let told = false
      const stop = () => {
        told = true
        void server?.stop().then(() => process.exit(ExitCode.Fine))
      }
      process.on('SIGTERM', stop)
      process.on('SIGINT', stop)
      process.on('SIGHUP', () => void server?.reload())
      server = await Server.start({ ...rest, zones: zone, feeds: feed }, programVersion())
      // The signal came before there was anything to stop.
      if (told) return stop()
      await server.initialLoads()
      if (!server.stopping) writeOut(server.readyText())
    })
}
