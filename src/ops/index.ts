export { ControlClientError, fetchStatus, requestReload } from './client.ts'
export { answers, ControlError, type ControlServer, type ControlTarget, openControl } from './control.ts'
export type {
  LoadReport,
  ReloadReport,
  ServerReport,
  StatusReport,
  ThreadReport,
  TrafficReport,
  ZoneReloadReport,
  ZoneReport,
  ZoneVersionReport,
} from './report.ts'
