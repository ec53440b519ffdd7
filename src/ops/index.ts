export type { Caller } from './access.ts'
export {
  type ControlAddress,
  ControlClientError,
  fetchMetrics,
  fetchStatus,
  type RemoteAddress,
  requestChange,
  requestReload,
  requestResign,
} from './client.ts'
export { answers, type ControlServer, openControl } from './control.ts'
export { ControlError, RequestError, type RequestProblem } from './error.ts'
export type { FeedAnswer, FeedCall, OutcomeReport, SnapshotAnswer } from './feed-call.ts'
export { requestApproval, requestRetry, requestSnapshot } from './feed-client.ts'
export { type FeedTarget, feedRoutes } from './feed-routes.ts'
export type { DeniedRequest } from './http.ts'
export type { HistogramOptions, Metrics } from './metrics.ts'
export { type MetricsListener, openMetricsListener } from './metrics-listener.ts'
export { metricsRoute, openMetrics } from './metrics-source.ts'
export {
  type ChangeReport,
  type FeedHoldReport,
  type FeedReport,
  type LoadReport,
  type ReloadReport,
  type ServerReport,
  SIGNING_STATES,
  type SigningReport,
  type StatusReport,
  type ThreadReport,
  type TrafficReport,
  type ZoneReloadReport,
  type ZoneReport,
  type ZoneVersionReport,
} from './report.ts'
export { type ControlRequest, type ControlRoute, type ControlTarget, controlRoutes, TextAnswer } from './routes.ts'
export type { CallerSettings, ControlLimits, ControlSettings, Right, TlsFiles, TokenSettings } from './settings.ts'
