import type { Metrics } from './metrics.ts'
import type { StatusReport } from './report.ts'
import { type ControlRoute, TextAnswer } from './routes.ts'

/** The metrics of a server. @param status asked at each scrape */
export async function openMetrics(status: () => StatusReport): Promise<Metrics> {
  // Only here: clients of the control server enter by the same door, and have no use for the library.
  const { Metrics } = await import('./metrics.ts')
  return new Metrics(status)
}

/** `GET /metrics`. They are about all zones. */
export function metricsRoute(metrics: Metrics): ControlRoute {
  return {
    method: 'GET',
    path: '/metrics',
    right: 'read',
    zones: 'server',
    answer: async () => new TextAnswer(metrics.contentType, await metrics.text()),
  }
}
