/** `@cache/metrics/health`: whether a process should get requests, and whether it should go on. */
export { nodeHealth, webHealth } from './endpoint.ts';
export type { HealthEndpointOptions, NodeRequest, NodeResponse } from './endpoint.ts';
export { healthOf } from './health.ts';
export type {
  Health,
  HealthOptions,
  HealthStatus,
  HealthSubject,
  Liveness,
  Part,
  ProviderHealth,
  Readiness,
} from './health.ts';
