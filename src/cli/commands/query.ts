import type { Command } from 'commander'
import { CommandError } from '../exit.ts'
import { writeJson, writeOut } from '../output.ts'

interface QueryOptions {
  readonly port?: string
  readonly json?: true
}

export function addQuery(program: Command): void {
  program
    .command('query')
    .summary('ask a nameserver')
    .description(
      "Asks a nameserver one question and prints its reply in dig's layout. Without RD unless +rec is given: it is\n" +
        'meant for authoritative servers. Ends with 1 when no usable reply comes.',
    )
    .argument('<words...>', '[@ADDR] NAME [TYPE] [CLASS] [+switch]...')
    .option('-p, --port <port>', 'port to ask (default: 53)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Switches: +dnssec +tcp +nsid +rec +cd +noedns +edns=VERSION +bufsize=OCTETS +ignore (truncation) +time=SECONDS
          +tries=N +short. Octets of a name are written as in master files: \\. and \\DDD.

Examples:
  zonecut query @127.0.0.1 -p 5300 example.zz NS
  zonecut query @2001:db8::1 zz DNSKEY +dnssec +tcp
  zonecut query @127.0.0.1@5300 version.bind TXT CH
  zonecut query @127.0.0.1 -p 5300 '!!.sym' A --json`,
    )
    .action(async (words: readonly string[], options: QueryOptions) => {
      const { parseQuery } = await import('../query/arguments.ts')
      const plan = parseQuery(words, options.port)
      const { exchange, ExchangeError } = await import('../query/exchange.ts')
      const { ReplyError } = await import('../query/message.ts')
      const { printReply, replyToJson } = await import('../query/print.ts')
      const answered = await exchange(plan).catch((error: unknown) => {
        throw error instanceof ExchangeError || error instanceof ReplyError ? new CommandError(error.message) : error
      })
      if (options.json) writeJson(replyToJson(plan, answered))
      else writeOut(printReply(plan, answered))
    })
}
