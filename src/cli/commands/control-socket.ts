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
