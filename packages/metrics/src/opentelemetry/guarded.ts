/** Steps of a tracer, which harm nobody. */
import { diag } from '@opentelemetry/api';

/** What `step` gives; what it throws is told to the log of OpenTelemetry, and `undefined` takes its place. */
export function guarded<X>(step: () => X): X | undefined {
  try {
    return step();
  } catch (error) {
    diag.error('@cache/metrics: a span was lost', error);
    return undefined;
  }
}
