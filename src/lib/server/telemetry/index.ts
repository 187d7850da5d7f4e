// The telemetry room's door: how the server is, and what Prometheus reads of it.
export { createHealth, type Check, type Health, type HealthReport } from './health/report.ts';
export { createVitals } from './health/vitals.ts';
export { createGuard } from './metrics/guard.ts';
export { createMetrics, type Metrics, type MetricsDeps } from './metrics/metrics.ts';
export type { StreamWorker } from './metrics/memory.ts';
