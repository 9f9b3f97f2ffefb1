/** `@cache/metrics/opentelemetry`: figures for a meter, and spans for a tracer, of OpenTelemetry. */
export { instrument } from './instruments.ts';
export { traceProvider } from './round-trips.ts';
export { trace } from './traces.ts';
export type { TraceOptions } from './traces.ts';
