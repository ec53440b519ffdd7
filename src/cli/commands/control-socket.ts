import { ControlClientError } from '../../ops/index.ts'
import { CommandError } from '../exit.ts'
import { programVersion } from '../version.ts'

/**
 * Where the server of a data folder, or of a configuration, is asked.
 * @throws ConfigError
 */
export async function controlSocket({
  data,
  config,
}: {
  readonly data?: string
  readonly config?: string
}): Promise<string> {
  const { defaultControl, loadSettings } = await import('../../config/index.ts')
  if (config === undefined) return defaultControl(data ?? './data')
  return loadSettings(data === undefined ? { config } : { config, data }, programVersion()).control
}

/**
 * Asks the server that runs on a control socket.
 * @throws CommandError when none runs there or it does not answer as it should, with what to do
 */
export async function askServer<Reply>(
  options: Parameters<typeof controlSocket>[0],
  request: (socket: string) => Promise<Reply>,
): Promise<Reply> {
  const socket = await controlSocket(options)
  try {
    return await request(socket)
  } catch (error) {
    if (!(error instanceof ControlClientError)) throw error
    throw new CommandError(error.absent ? `${error.message}; start one with zonecut serve` : error.message)
  }
}
