/** `@cache/metrics/opentelemetry`: figures for a meter of OpenTelemetry. */
export { instrument } from './instruments.ts';
