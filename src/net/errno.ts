import { constants } from 'node:os'

const names = new Map<number, string>(Object.entries(constants.errno).map(([name, number]) => [number, name]))

export const { EAGAIN, EINTR, EWOULDBLOCK } = constants.errno

/** `EADDRINUSE` for 98 and so on; `errno 4711` when Node knows no name. */
export function errnoName(errno: number): string {
  return names.get(errno) ?? `errno ${errno}`
}
