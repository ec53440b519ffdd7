export { bind } from './bind.ts'
export { knot } from './knot.ts'
export { nsd } from './nsd.ts'
export { Peer, type PeerCommand, type PeerKind, type PeerZone, startPeer, startPeers, temporaryFolder } from './peer.ts'
export { freePort, portIsFree } from './port.ts'
export { powerdns } from './powerdns.ts'
export { type Exit, ServerProcess } from './process.ts'
export { findTool, missingTools, toolPath } from './tool.ts'
export { type StubZone, unboundWith } from './unbound.ts'
export {
  type CommandResult,
  type RunningCommand,
  runCommand,
  runSuccessfully,
  startCommand,
  ZONECUT,
  zonecut,
  zonecutWith,
} from './zonecut.ts'
