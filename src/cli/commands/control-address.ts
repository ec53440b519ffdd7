import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { type ControlAddress, ControlClientError } from '../../ops/index.ts'
import { CommandError, usageError } from '../exit.ts'
import { programVersion } from '../version.ts'

/** How a command is told which server it asks. */
export interface ServerOptions {
  readonly data?: string
  readonly config?: string
  readonly control?: string
  readonly tokenFile?: string
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

/** Hosts to which a token may go in the clear. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** The options of {@link ServerOptions}. */
export function addServerOptions(command: Command): Command {
  return command
    .option('--data <dir>', 'data folder of the server (default: ./data)')
    .option('--config <file>', "the server's configuration file, in place of --data")
    .option('--control <where>', 'path of its control socket, or https://HOST:PORT, in place of both')
    .option('--token-file <file>', 'file with the token to send to https://')
    .option('--ca <file>', "certificate (PEM) of who signed the server's, in place of those the system trusts")
    .option('--cert <file>', 'client certificate (PEM), with --key')
    .option('--key <file>', 'key of the client certificate')
}

/**
 * Where the server of a data folder, of a configuration, or of --control is asked.
 * @throws ConfigError, CommandError
 */
export async function controlAddress(options: ServerOptions): Promise<ControlAddress> {
  const { data, config, control } = options
  if (control !== undefined) {
    if (data !== undefined || config !== undefined) throw usageError('--control goes without --data and --config')
    if (/^https?:\/\//i.test(control)) return remoteAddress(control, options)
  }
  const { tokenFile, ca, cert, key } = options
  for (const [name, value] of Object.entries({ 'token-file': tokenFile, ca, cert, key })) {
    if (value !== undefined) throw usageError(`--${name} is for a server that is asked by --control https://HOST:PORT`)
  }
  if (control !== undefined) return resolve(control)
  const { defaultControl, loadSettings } = await import('../../config/index.ts')
  if (config === undefined) return defaultControl(data ?? './data')
  return loadSettings(data === undefined ? { config } : { config, data }, programVersion()).control.socket
}

function remoteAddress(text: string, { tokenFile, ca, cert, key }: ServerOptions): ControlAddress {
  if (!URL.canParse(text)) throw usageError(`'${text}' is no address: expected https://HOST:PORT`)
  const url = new URL(text)
  if (url.username !== '' || url.search !== '' || url.hash !== '') {
    throw usageError(`'${text}': expected https://HOST:PORT and no more; the token is read from --token-file`)
  }
  if ((cert === undefined) !== (key === undefined)) throw usageError('--cert and --key go together')
  if (url.protocol === 'http:') {
    if (ca !== undefined || cert !== undefined) throw usageError('--ca, --cert and --key are for https://')
    if (tokenFile !== undefined && !LOOPBACK.test(url.hostname)) {
      throw usageError(`the token would cross the network in the clear: ask https://${url.host}`)
    }
  }
  return {
    url,
    ...(tokenFile === undefined ? {} : { token: readOption('--token-file', tokenFile).toString('utf8').trim() }),
    ...(ca === undefined ? {} : { ca: readOption('--ca', ca) }),
    ...(cert === undefined ? {} : { certificate: readOption('--cert', cert) }),
    ...(key === undefined ? {} : { key: readOption('--key', key) }),
  }
}

function readOption(option: string, file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new CommandError(`${option}: ${(error as Error).message}`)
  }
}

/**
 * Asks the server that the options name.
 * @throws CommandError when none runs there or it does not answer as it should, with what to do
 */
export async function askServer<Reply>(
  options: ServerOptions,
  request: (address: ControlAddress) => Promise<Reply>,
): Promise<Reply> {
  const address = await controlAddress(options)
  try {
    return await request(address)
  } catch (error) {
    if (!(error instanceof ControlClientError)) throw error
    throw new CommandError(error.absent ? `${error.message}; start one with zonecut serve` : error.message)
  }
}
