/** Operations and loaders as spans of OpenTelemetry. */
import {
  context,
  INVALID_SPAN_CONTEXT,
  SpanStatusCode,
  trace as spans,
  type Attributes,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import type { LoaderContext, Middleware } from '@cache/core';
import { codeOf } from '../failures.ts';
import { guarded } from './guarded.ts';
import type { Observable } from '../metrics.ts';
import { LOAD_NAME, LoadLinks } from './load-links.ts';

export interface TraceOptions {
  /** Whether spans say which key they are about. Keys may be secrets, or name people. Default false. */
  readonly keys?: boolean | undefined;
}

/** The operations that tell by `undefined` or `false` that they found nothing. */
const LOOK_UPS: ReadonlySet<string> = new Set(['get', 'getEntry', 'getMetadata', 'getAndDelete', 'has']);

/** The operations whose second argument may be a loader. */
const LOADING: ReadonlySet<string> = new Set(['getOrSet', 'getOrSetMany', 'warm']);

type AnyLoader = (first: unknown, context?: unknown) => unknown;

/**
 * Makes a span of every operation of `subject` that begins from now on, of every run of a loader below it, and of every wait for a load that another
 * call began. The span of a call that waits has a link to that of the loader, if it runs in this process, and the name of the load, which the
 * loader's span has in any process.
 *
 * Operations go through a middleware for it, which costs more than a hit in memory; it stays when this is stopped, and does nothing. Returns
 * the function that stops it. No value, and no message of an error, is in a span.
 */
export function trace(subject: Observable, tracer: Tracer, { keys = false }: TraceOptions = {}): () => void {
  const links = new LoadLinks();
  /** How long the paths of those caches are that get a middleware: namespaces have it from them. The first that is seen is one of them. */
  let depth: number | undefined;
  let isStopped = false;

  /** The arguments with a loader that makes a span of its run. */
  const withSpans = (args: readonly unknown[], attributes: Attributes): readonly unknown[] => {
    const loader = args[1];
    if (typeof loader !== 'function') return args;
    const traced: AnyLoader = (first, told) =>
      spanned(tracer, 'cache load', attributes, async (span) => {
        const load = nameOf(first);
        if (load === undefined) return (loader as AnyLoader)(first, told);
        return links.running(span, load, async () => (loader as AnyLoader)(first, told));
      });
    return args.with(1, traced);
  };

  const middleware =
    (provider: string): Middleware =>
    async ({ name, cache, key, args }, next) => {
      if (isStopped) return next();
      const attributes: Attributes = {
        'cache.name': cache,
        'cache.provider': provider,
        'cache.operation': name,
        ...(keys && key !== undefined ? { 'cache.key': key } : {}),
      };
      return spanned(tracer, `cache ${name}`, attributes, (span) =>
        links.during(span, async () => {
          const answer = await next(LOADING.has(name) ? withSpans(args, attributes) : undefined);
          if (LOOK_UPS.has(name)) span.setAttribute('cache.hit', answer !== undefined && answer !== false);
          return answer;
        }),
      );
    };

  const stop = subject.observe(({ cache, path, provider }) => {
    const stops = [
      cache.on('join', ({ load, elsewhere }) => {
        const call = spans.getActiveSpan();
        links.follow(call, load, () => {
          const attributes: Attributes = {
            'cache.name': cache.name,
            'cache.provider': provider,
            [LOAD_NAME]: load,
            'cache.where': elsewhere ? 'elsewhere' : 'here',
          };
          return guarded(() => tracer.startSpan('cache wait', { attributes }, context.active()));
        });
      }),
      cache.on('wait', ({ load, outcome }) => links.waited(spans.getActiveSpan(), load, outcome)),
    ];
    const close = (): void => {
      for (const end of stops) end();
    };
    depth ??= path.length;
    if (path.length === depth) cache.use(middleware(provider));
    // Only to hear of its end: operations are told by the middleware.
    return { begin: () => undefined, end: () => undefined, close };
  });

  return () => {
    isStopped = true;
    stop();
  };
}

/** Runs `work` in a span, which ends with it. A tracer that throws is told to the log of OpenTelemetry, and harms nobody. */
async function spanned<X>(
  tracer: Tracer,
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<X>,
): Promise<X> {
  const span =
    guarded(() => tracer.startSpan(name, { attributes })) ?? spans.wrapSpanContext(INVALID_SPAN_CONTEXT);
  try {
    return await context.with(spans.setSpan(context.active(), span), () => work(span));
  } catch (error) {
    // Not the error itself: its message may have a key in it.
    span.setAttribute('error.type', codeOf(error)).setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    guarded(() => span.end());
  }
}

/** The name of a load, of what a loader of one key is told first. */
function nameOf(first: unknown): string | undefined {
  return typeof first === 'object' && first !== null && 'load' in first
    ? (first as LoaderContext).load
    : undefined;
}
