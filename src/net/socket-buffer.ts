import { formatListenAddress, type ListenAddress } from './address.ts'

/**
 * What to tell the operator of a socket buffer that came out smaller than wanted: [] when it did not.
 * @param reported what the system says, in octets
 */
export function socketBufferNotes(
  listen: ListenAddress,
  direction: 'receive' | 'send',
  reported: number,
  wanted: number,
): string[] {
  // Linux doubles the value for its own bookkeeping, and tells the doubled one (socket(7)).
  const given = process.platform === 'linux' ? reported / 2 : reported
  if (given >= wanted) return []
  const what = `the ${direction} buffer of ${formatListenAddress(listen)} has ${given} octets instead of ${wanted}`
  const setting = direction === 'receive' ? 'net.core.rmem_max' : 'net.core.wmem_max'
  return [process.platform === 'linux' ? `${what}; raise ${setting} with sysctl` : what]
}
