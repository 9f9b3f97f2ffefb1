import { createManager, type Cache, type Manager } from '@cache/core';
import { fakeClock, gate, simpleStore, until } from '@cache/core/testing';
import { memory } from '@cache/memory';
import type { Observable } from '@cache/metrics';
import { trace } from '@cache/metrics/opentelemetry';
import { context, diag, type DiagLogger, type Span, type Tracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { LoadLinks } from '../src/opentelemetry/load-links.ts';

const contexts = new AsyncLocalStorageContextManager();
const exporter = new InMemorySpanExporter();
const tracer: Tracer = new TracerProvider({
  spanProcessors: [new SimpleSpanProcessor({ exporter })],
}).getTracer('test');
/** A log that nobody reads. */
const silent: DiagLogger = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  verbose: () => undefined,
};
let manager: Manager;
let stop: () => void;

beforeAll(() => {
  contexts.enable();
  context.setGlobalContextManager(contexts);
});

afterAll(() => {
  contexts.disable();
  context.disable();
});

beforeEach(() => {
  exporter.reset();
  manager = createManager({ providers: [memory(), simpleStore()], clock: fakeClock() });
  stop = trace(manager, tracer);
});

/** The spans that have ended, with what a test compares. */
function ended() {
  return exporter.getFinishedSpans().map((span) => ({
    name: span.name,
    attributes: span.attributes,
    links: span.links.map((link) => link.context.spanId),
    status: span.status.code,
    parent: span.parentSpanContext?.spanId,
    id: span.spanContext().spanId,
  }));
}

test('an operation is a span, and so is the loader below it', async () => {
  const cache = manager.cache<number>('users');
  await cache.getOrSet('ann', () => 1);
  await cache.get('ann');
  await cache.get('bob');
  const [load, getOrSet, hit, miss] = ended();
  expect(load).toMatchObject({ name: 'cache load', parent: getOrSet?.id });
  expect(getOrSet).toMatchObject({
    name: 'cache getOrSet',
    attributes: { 'cache.name': 'users', 'cache.provider': 'memory', 'cache.operation': 'getOrSet' },
  });
  expect([hit?.attributes['cache.hit'], miss?.attributes['cache.hit']]).toEqual([true, false]);
});

test('it is a child of what the caller does, and the parent of what the loader does', async () => {
  const cache = manager.cache<number>('users');
  await tracer.startActiveSpan('request', async (span) => {
    await cache.getOrSet('ann', async () => {
      tracer.startSpan('query').end();
      return 1;
    });
    span.end();
  });
  const byName = new Map(ended().map((span) => [span.name, span]));
  expect(byName.get('query')?.parent).toBe(byName.get('cache load')?.id);
  expect(byName.get('cache getOrSet')?.parent).toBe(byName.get('request')?.id);
});

test.each(['memory', 'simple'])('those who wait for a load have a link to it, over %s', async (provider) => {
  const cache = manager.cache<number>('users', { provider });
  let joins = 0;
  cache.on('join', () => void joins++);
  const door = gate<number>();
  const led = cache.getOrSet('ann', () => door.pass());
  const early = cache.getOrSet('ann', () => 2);
  await door.arrivals();
  const late = cache.getOrSet('ann', () => 3);
  await until(() => joins === 2, 'both wait');
  door.open(1);
  expect(await Promise.all([led, early, late])).toEqual([1, 1, 1]);
  const all = ended();
  const load = all.find(({ name }) => name === 'cache load');
  const calls = all.filter(({ name }) => name === 'cache getOrSet');
  expect(calls.map(({ links }) => links).toSorted((a, b) => a.length - b.length)).toEqual([
    [],
    [load?.id],
    [load?.id],
  ]);
  const waiting = calls.filter(({ links }) => links.length > 0);
  for (const { attributes } of waiting)
    expect(attributes['cache.load.name']).toBe(load?.attributes['cache.load.name']);
});

test('the name of a load joins the spans of two processes', async () => {
  const store = simpleStore();
  const clock = fakeClock();
  const open = (): Cache<number> => {
    const own = createManager({ providers: [store], clock });
    trace(own, tracer);
    return own.cache<number>('users');
  };
  const [leader, follower] = [open(), open()];
  let joins = 0;
  follower.on('join', () => void joins++);
  const door = gate<number>();
  const led = leader.getOrSet('ann', () => door.pass());
  await door.arrivals();
  const followed = follower.getOrSet('ann', () => 2);
  await until(() => joins === 1, 'the other process waits');
  door.open(1);
  await led;
  await clock.pass(1_000);
  expect(await followed).toBe(1);
  const named = ended().filter(({ attributes }) => attributes['cache.load.name'] !== undefined);
  expect(named.map(({ name }) => name)).toEqual(['cache load', 'cache wait', 'cache getOrSet']);
  expect(new Set(named.map(({ attributes }) => attributes['cache.load.name'])).size).toBe(1);
});

test('what fails is an error by its code, without its message, and no key and no value is in a span', async () => {
  const cache = manager.cache<string>('users');
  const load = cache.getOrSet('secret-key', () => Promise.reject(new Error('secret-message')));
  await expect(load).rejects.toThrow('secret-message');
  await cache.set('secret-key', 'secret-value');
  await expect(cache.get('')).rejects.toThrow(TypeError);
  expect(JSON.stringify(ended())).not.toContain('secret');
  expect(ended().map(({ name, attributes, status }) => [name, attributes['error.type'], status])).toEqual([
    ['cache load', 'OTHER', 2],
    ['cache getOrSet', 'OTHER', 2],
    ['cache set', undefined, 0],
    ['cache get', 'MISUSE', 2],
  ]);
});

test('keys are shown where that is allowed', async () => {
  stop();
  const cache = manager.cache<number>('users');
  stop = trace(cache, tracer, { keys: true });
  await cache.get('ann');
  expect(ended().map(({ attributes }) => attributes['cache.key'])).toEqual(['ann']);
});

test('an operation in a namespace is one span, whenever it was made', async () => {
  const cache = manager.cache<number>('users');
  await cache.namespace('a').get('k');
  await cache.namespace('a').namespace('b').get('k');
  stop();
  cache.namespace('c');
  trace(manager, tracer);
  await cache.namespace('c').get('k');
  expect(ended().map(({ attributes }) => attributes['cache.name'])).toEqual([
    'users/a',
    'users/a/b',
    'users/c',
  ]);
});

test('a batch has one span for its call of the loader', async () => {
  const cache = manager.cache<number>('users');
  await cache.getOrSetMany(['a', 'b'], (keys) => new Map(keys.map((key) => [key, 1])));
  expect(ended().map(({ name }) => name)).toEqual(['cache load', 'cache getOrSetMany']);
});

test('a wait is a span below that of the call, with how it ended', async () => {
  const cache = manager.cache<number>('users');
  let joins = 0;
  cache.on('join', () => void joins++);
  const door = gate<number>();
  const led = cache.getOrSet('ann', () => door.pass());
  await door.arrivals();
  const controller = new AbortController();
  const calls = [
    cache.getOrSet('ann', () => 2),
    cache.getOrSet('ann', () => 2, { signal: controller.signal }),
  ];
  const settled = Promise.allSettled(calls);
  await until(() => joins === 2, 'both wait');
  controller.abort(new Error('gone'));
  door.open(1);
  await Promise.all([led, settled]);
  const waits = ended().filter(({ name }) => name === 'cache wait');
  expect(waits.map(({ attributes }) => [attributes['cache.where'], attributes['cache.outcome']])).toEqual([
    ['here', 'left'],
    ['here', 'served'],
  ]);
  const callIds = ended().flatMap(({ name, id }) => (name === 'cache getOrSet' ? [id] : []));
  for (const { parent } of waits) expect(callIds).toContain(parent);
  expect(new Set(waits.map(({ parent }) => parent)).size).toBe(2);
});

test('what is stopped makes no span', async () => {
  const cache = manager.cache<number>('users');
  stop();
  await cache.getOrSet('ann', () => 1);
  expect(ended()).toEqual([]);
  expect(await manager.cache<number>('later').get('k')).toBeUndefined();
  expect(ended()).toEqual([]);
});

test('what is stopped, or whose cache is closed, listens no more', async () => {
  let listeners = 0;
  const counting: Observable = {
    observe: (observe) =>
      manager.observe((observed) => {
        const on = (...args: Parameters<typeof observed.cache.on>): (() => void) => {
          listeners++;
          const end = observed.cache.on(...args);
          return () => {
            listeners--;
            end();
          };
        };
        return observe({ ...observed, cache: { ...observed.cache, on: on as typeof observed.cache.on } });
      }),
  };
  const cache = manager.cache<number>('users');
  const inner = cache.namespace('acme');
  const end = trace(counting, tracer);
  const each = listeners / 2;
  expect(each).toBeGreaterThan(0);
  await inner.close();
  expect(listeners).toBe(each);
  end();
  expect(listeners).toBe(0);
});

test.each(['onStart', 'onEnd'] as const)(
  'a span processor that throws in %s harms no operation',
  async (when) => {
    const told: string[] = [];
    diag.setLogger({ ...silent, error: (message) => void told.push(message) });
    const processor: SpanProcessor = {
      onStart: () => undefined,
      onEnd: () => undefined,
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
      [when]: () => {
        throw new Error('the processor');
      },
    };
    stop();
    trace(manager, new TracerProvider({ spanProcessors: [processor] }).getTracer('test'));
    const cache = manager.cache<number>('users');
    expect(await cache.getOrSet('ann', () => 1)).toBe(1);
    expect(await cache.get('ann')).toBe(1);
    expect(told.filter((message) => message.startsWith('@cache/metrics'))).toHaveLength(3);
    diag.disable();
  },
);

test('two tracers of one cache do not touch each other’s spans, and a span of the caller is left alone', async () => {
  const cache = manager.cache<number>('users');
  trace(cache, tracer);
  const door = gate<number>();
  await tracer.startActiveSpan('request', async (request) => {
    const calls = [cache.getOrSet('ann', () => door.pass()), cache.getOrSet('ann', () => 2)];
    await door.arrivals();
    door.open(1);
    await Promise.all(calls);
    request.end();
  });
  const linked = ended().filter(({ links }) => links.length > 0);
  expect(linked.map(({ name }) => name)).toEqual(['cache getOrSet']);
  expect(ended().find(({ name }) => name === 'request')?.attributes).toEqual({});
});

test('of what has ended nothing is remembered', async () => {
  const links = new LoadLinks();
  const begin = (): Span => tracer.startSpan('cache wait');
  const [caller, stranger, loader] = ['call', 'request', 'load'].map((name) => tracer.startSpan(name)) as [
    Span,
    Span,
    Span,
  ];
  await links.during(caller, async () => {
    links.follow(caller, 'elsewhere', begin);
    links.follow(stranger, 'elsewhere', begin);
    links.follow(undefined, 'elsewhere', begin);
    expect(links.isEmpty).toBe(false);
  });
  expect(links.isEmpty).toBe(true);
  await links.during(caller, async () => {
    links.follow(caller, 'here', begin);
    await links.running(loader, 'here', async () => undefined);
  });
  links.follow(caller, 'late', begin);
  expect(links.isEmpty).toBe(true);
});
