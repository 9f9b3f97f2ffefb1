/** What a provider is asked for, as spans: where the time of an operation goes that is not its loader's. */
import { context, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { OpenContext, Provider } from '@cache/core';
import { codeOf } from '../failures.ts';
import { guarded } from './guarded.ts';

/** What is no question, or has no one answer. */
const LEFT_ALONE: ReadonlySet<string> = new Set(['scan', 'close']);

type Step = (...args: readonly unknown[]) => unknown;

/**
 * The same provider, with a span of every step that it answers with a promise: of an engine that is a method of `Engine`, of a store one of its
 * primitives. Several may go to a server as one. What is answered at once, in this process, makes none. No key and no value is in a span.
 */
export function traceProvider<P extends Provider>(provider: P, tracer: Tracer): P {
  const open = (given: OpenContext): unknown => {
    const opened: unknown = provider.open(given);
    const traced = (inner: object): object => tracedSteps(inner, provider.name, given.cache, tracer);
    return opened instanceof Promise ? opened.then(traced) : traced(opened as object);
  };
  return new Proxy(provider, {
    get: (target, property) =>
      property === 'open' ? open : (Reflect.get(target, property, target) as unknown),
  });
}

/** A proxy, so that steps of later versions of the contract are in it, too. */
function tracedSteps(inner: object, provider: string, cache: string, tracer: Tracer): object {
  const steps = new Map<PropertyKey, Step>();
  return new Proxy(inner, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== 'function' || typeof property !== 'string') return member;
      const known = steps.get(property);
      if (known !== undefined) return known;
      const run: Step = (...args) => Reflect.apply(member, target, args) as unknown;
      const attributes = { 'cache.name': cache, 'cache.provider': provider, 'cache.step': property };
      const step: Step = LEFT_ALONE.has(property)
        ? run
        : (...args) => {
            const answer = run(...args);
            if (!(answer instanceof Promise)) return answer;
            const span = guarded(() =>
              tracer.startSpan('cache round trip', { attributes }, context.active()),
            );
            const end = (): unknown => guarded(() => span?.end());
            answer.then(end, (error: unknown) => {
              guarded(() =>
                span?.setAttribute('error.type', codeOf(error)).setStatus({ code: SpanStatusCode.ERROR }),
              );
              end();
            });
            return answer;
          };
      steps.set(property, step);
      return step;
    },
  });
}
