import { randomUUID } from 'node:crypto';
import { createManager, type Manager, type StoreProvider } from '@cache/core';
import { chaos, fakeClock, simpleStore, type Weather } from '@cache/core/testing';
import { memory } from '@cache/memory';
import { trace, traceProvider } from '@cache/metrics/opentelemetry';
import { redis } from '@cache/redis';
import type { ProvidedRedis } from '@cache/test-servers/redis.global';
import { context, diag } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    redis: ProvidedRedis;
  }
}

const contexts = new AsyncLocalStorageContextManager();
const exporter = new InMemorySpanExporter();
const tracer = new TracerProvider({
  spanProcessors: [new SimpleSpanProcessor({ exporter })],
}).getTracer('test');

beforeAll(() => {
  contexts.enable();
  context.setGlobalContextManager(contexts);
});

afterAll(() => {
  contexts.disable();
  context.disable();
});

beforeEach(() => exporter.reset());

/** A store that answers with promises. */
const farStore = (): StoreProvider => chaos(simpleStore(), () => undefined, fakeClock()) as StoreProvider;

/** The round trips that have ended: the step, the name of the span above, and the code of what failed. */
function trips(): readonly (readonly [unknown, string | undefined, unknown])[] {
  const spans = exporter.getFinishedSpans();
  const names = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  return spans
    .filter(({ name }) => name === 'cache round trip')
    .map(({ attributes, parentSpanContext }) => [
      attributes['cache.step'],
      names.get(parentSpanContext?.spanId ?? ''),
      attributes['error.type'],
    ]);
}

test('what Redis is asked for is a span below that of the operation', async () => {
  await using manager = createManager({
    providers: [traceProvider(redis({ url: inject('redis').url }), tracer)],
    namespace: randomUUID(),
  });
  const cache = manager.cache<number>('users');
  await cache.ready();
  const stop = trace(manager, tracer);
  await cache.set('ann', 1);
  expect(await cache.get('ann')).toBe(1);
  expect(await cache.getOrSet('bob', () => 2)).toBe(2);
  expect(await cache.getMany(['ann', 'bob'])).toEqual(
    new Map([
      ['ann', 1],
      ['bob', 2],
    ]),
  );
  for await (const key of cache.keys()) expect(['ann', 'bob']).toContain(key);
  stop();
  expect(trips()).toEqual([
    ['write', 'cache set', undefined],
    ['get', 'cache get', undefined],
    ['acquire', 'cache getOrSet', undefined],
    ['commit', 'cache getOrSet', undefined],
    ['getMany', 'cache getMany', undefined],
  ]);
  expect(JSON.stringify(exporter.getFinishedSpans().map(({ attributes }) => attributes))).not.toContain(
    'ann',
  );
});

test('so is what a store is asked for', async () => {
  const provider = traceProvider(farStore(), tracer);
  const manager = createManager({ providers: [provider] });
  trace(manager, tracer);
  await manager.cache<number>('users').get('ann');
  expect(new Set(trips().map(([step, above]) => `${String(step)} below ${above}`))).toContain(
    'get below cache get',
  );
  await manager.close();
});

test('one that fails has the code, and the operation does as it would', async () => {
  const clock = fakeClock();
  let fault: Weather['fault'];
  const far = chaos(memory(), () => ({ fault }), clock);
  const manager: Manager = createManager({ providers: [traceProvider(far, tracer)], clock });
  trace(manager, tracer);
  const cache = manager.cache<number>('users');
  await cache.ready();
  fault = 'fail';
  expect(await cache.get('ann')).toBeUndefined();
  expect(trips()).toEqual([['get', 'cache get', 'UNAVAILABLE']]);
  fault = undefined;
  await manager.close();
});

test('what is answered at once makes none, and a tracer that throws harms nobody', async () => {
  const manager = createManager({ providers: [traceProvider(memory(), tracer)] });
  const cache = manager.cache<number>('users');
  await cache.set('ann', 1);
  expect(await cache.get('ann')).toBe(1);
  expect(trips()).toEqual([]);
  await manager.close();

  const told: string[] = [];
  const silent = (): void => undefined;
  diag.setLogger({
    error: (message) => void told.push(message),
    warn: silent,
    info: silent,
    debug: silent,
    verbose: silent,
  });
  const broken = {
    ...tracer,
    startSpan: () => {
      throw new Error('the tracer');
    },
  };
  const other = createManager({ providers: [traceProvider(farStore(), broken as never)] });
  await other.cache<number>('users').set('ann', 1);
  expect(await other.cache<number>('users').get('ann')).toBe(1);
  expect(told.length).toBeGreaterThan(0);
  diag.disable();
  await other.close();
});
