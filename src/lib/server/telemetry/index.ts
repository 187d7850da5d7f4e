// The telemetry room's door.
export { createHealth, type Check, type Health, type HealthReport } from './health.ts';
