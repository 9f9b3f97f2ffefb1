/** `@cache/metrics/prometheus`: figures for a registry of prom-client. */
export { prometheus } from './prometheus.ts';
export type { AnyRegistry, Prometheus, PrometheusOptions } from './prometheus.ts';
