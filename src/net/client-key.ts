/**
 * Whom a limit per client counts as one: an IPv4 address, or an IPv6 network of 64 bits, of which one host may use every
 * address (RFC 4291 2.5.1). The address is one that the system wrote.
 */
export function clientKey(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('%')[0]!.split('::')
  const before = head === '' ? [] : head.split(':')
  if (tail === undefined) return network(before)
  const after = tail === '' ? [] : tail.split(':')
  // The system writes an embedded IPv4 address in dots; it takes the place of two groups.
  const width = after.length + (after.at(-1)?.includes('.') === true ? 1 : 0)
  return network([...before, ...Array<string>(Math.max(0, 8 - before.length - width)).fill('0'), ...after])
}

function network(groups: readonly string[]): string {
  return `${groups.slice(0, 4).join(':')}::/64`
}
