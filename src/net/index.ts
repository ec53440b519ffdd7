export {
  formatListenAddress,
  isLoopback,
  isWildcard,
  type ListenAddress,
  ListenAddressError,
  parseListenAddress,
} from './address.ts'
export {
  createCounters,
  readTcpCounters,
  readUdpCounters,
  TcpCounter,
  type TcpCounts,
  UdpCounter,
  type UdpCounts,
} from './counters.ts'
export { BindError, type BindErrorData, UdpIoError } from './errors.ts'
export { type Handler, Transport } from './handler.ts'
export { createStopFlag, isStopRequested, requestStop, STOP_INTERVAL, type StopFlag } from './stop.ts'
export { DEFAULT_TCP_LIMITS, openTcp, type TcpLimits, type TcpListener, type TcpOptions } from './tcp.ts'
export {
  chooseUdpIo,
  openUdp,
  type UdpIo,
  type UdpIoChoice,
  type UdpListener,
  type UdpOptions,
} from './udp.ts'
export { createYieldFlag, setYielding, type YieldFlag } from './yielding.ts'
