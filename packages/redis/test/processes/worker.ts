/** A process with a cache, which does what it is told over IPC. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cache, createManager, entry, type LoadOptions } from '@cache/core';
import { gate, type Gate } from '@cache/core/testing';
import { redis } from '../../src/index.ts';
import type { Ending, FromWorker, Order, Setting, Stampeded, ToWorker } from './orders.ts';

const setting = JSON.parse(process.argv[2] as string) as Setting;
const { url, namespace, partitions, lease } = setting;
/** Longer than a busy machine takes: a call that fails open has loaded by itself. */
const deadline = '20s';
const manager = createManager({
  namespace,
  providers: [redis({ url, deadline, ...(partitions !== undefined && { partitions }) })],
});
const cache = manager.cache<unknown>('shared', {
  indexes: { team: (value) => (value as { readonly team?: string }).team },
  deadline,
  ...(lease !== undefined && { lease }),
});
/** By the order, for loaders that wait. */
const endings = new Map<number, Gate<Ending>>();
let added = 0;
const stopping = new AbortController();

const tell = (message: FromWorker): void => void process.send?.(message);

process.on('message', (message) => {
  const { id, ...rest } = message as ToWorker;
  if (rest.type === 'end') endings.get(id)?.open(rest.ending);
  else void answer(id, rest.order);
});
process.on('disconnect', () => process.exit());
await cache.ready();
tell({ type: 'up' });

/** Never rejects. */
async function answer(id: number, order: Order): Promise<void> {
  try {
    tell({ type: 'done', id, result: await obey(id, order) });
  } catch (error) {
    const { code, message } = error as Error & { readonly code?: string };
    tell({ type: 'failed', id, code, message });
  }
}

async function obey(id: number, order: Order): Promise<unknown> {
  switch (order.do) {
    case 'call': {
      const run = cache[order.method] as (this: Cache<unknown>, ...args: unknown[]) => Promise<unknown>;
      return run.apply(cache, [...order.args]);
    }
    case 'load': {
      const { key, options } = order;
      const { takes, value, ...rest } = options;
      return cache.getOrSet(key, () => (takes === undefined ? ended(id) : sleep(takes, value)), rest);
    }
    case 'update':
      return cache.update(order.key, () => order.value);
    case 'addOne':
      return Promise.all(Array.from({ length: order.times }, () => addOne(order.key)));
    case 'keepAdding': {
      const { key, group } = order;
      while (!stopping.signal.aborted) {
        await Promise.all(Array.from({ length: group }, () => addOne(key)));
        added += group;
      }
      return added;
    }
    case 'progress':
      return added;
    case 'stampede':
      return stampede(order);
    case 'stop':
      stopping.abort();
  }
  return undefined;
}

function addOne(key: string): Promise<unknown> {
  return cache.update(key, (count) => ((count as number | undefined) ?? 0) + 1);
}

/** A loader that ends as it is told. */
async function ended(id: number): Promise<unknown> {
  const door = endings.get(id) ?? gate<Ending>();
  endings.set(id, door);
  tell({ type: 'loading', id });
  const ending = await door.pass();
  if ('error' in ending) throw new Error(ending.error);
  if ('asks' in ending) return cache.getOrSet(ending.asks, () => 'inner');
  const options: LoadOptions = ending.tags === undefined ? {} : { tags: ending.tags };
  return ending.tags === undefined ? ending.value : entry(ending.value, options);
}

async function stampede({ keys, calls, takes }: Order & { do: 'stampede' }): Promise<Stampeded> {
  let loads = 0;
  const given = new Map<string, Set<unknown>>(keys.map((key) => [key, new Set()]));
  const started = performance.now();
  const call = async (key: string): Promise<void> => {
    const value = await cache.getOrSet(key, async () => {
      loads += 1;
      return sleep(takes, `${key} by ${process.pid}, load ${loads}`);
    });
    given.get(key)?.add(value);
  };
  await Promise.all(Array.from({ length: calls }, (_, at) => call(keys[at % keys.length] as string)));
  const took = performance.now() - started;
  return { loads, given: Object.fromEntries([...given].map(([key, values]) => [key, [...values]])), took };
}
