export { ControlClientError, fetchStatus, requestChange, requestReload } from './client.ts'
export { answers, ControlError, type ControlServer, type ControlTarget, openControl } from './control.ts'
export type {
  ChangeReport,
  LoadReport,
  ReloadReport,
  ServerReport,
  SigningReport,
  StatusReport,
  ThreadReport,
  TrafficReport,
  ZoneReloadReport,
  ZoneReport,
  ZoneVersionReport,
} from './report.ts'
