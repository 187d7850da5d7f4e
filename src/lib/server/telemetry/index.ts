// The telemetry room's door: how the server is, and what Prometheus reads of it.
export { createHealth, type Check, type Health, type HealthReport } from './health/report.ts';
export { createVitals } from './health/vitals.ts';
export { createInstanceReader } from './instance.ts';
export { fleetOf } from './metrics/fleet.ts';
export { createGuard } from './metrics/guard.ts';
export { createMetrics, type Metrics, type MetricsDeps } from './metrics/metrics.ts';
export type { StreamWorker } from './metrics/memory.ts';
export { targetGroups } from './metrics/targets.ts';
export { createTargetsFile, refuseBadTargetsPath, type TargetsFile } from './metrics/targets-file.ts';
