/** Opens engines for tests: every boundary inside comes early, and versions count up. */
import type { Engine, EngineEvent, Entry, MaybePromise, OpenContext, Pattern, Write } from '@cache/core';
import { provide } from '../src/memory.ts';
import { type MemoryOptions, resolve } from '../src/options.ts';
import type { Layout } from '../src/pool.ts';
import { FakeClock } from './fake-clock.ts';

export const TIGHT: Layout = { slotsPerChunk: 4, keysPerShard: 4 };

/** An engine whose every answer is there at once. */
export type SyncEngine = {
  [Method in keyof Engine]: Engine[Method] extends (...given: infer Given) => MaybePromise<infer Answer>
    ? (...given: Given) => Answer
    : Engine[Method];
};

export interface Opened {
  readonly clock: FakeClock;
  readonly engine: SyncEngine;
  readonly events: EngineEvent[];
  /** Opens another engine on the same provider. */
  readonly open: (context?: Partial<OpenContext>) => SyncEngine;
}

export function opened(options: MemoryOptions = {}, layout: Layout = TIGHT): Opened {
  const clock = new FakeClock();
  const provider = provide(resolve(options), layout);
  const events: EngineEvent[] = [];
  const open = (context: Partial<OpenContext> = {}): SyncEngine =>
    provider.open({
      cache: 'users',
      space: 'users:',
      routeOf: undefined,
      deadline: Infinity,
      clock,
      random: () => 0.5,
      report: (event) => events.push(event),
      ...context,
    }) as SyncEngine;
  return { clock, engine: open(), events, open };
}

let versions = 0;

/** A write of `payload`, for ever and in no group unless `more` says otherwise. */
export function writeOf(payload: unknown, more: Partial<Write> = {}): Write {
  return {
    payload,
    version: `v${++versions}`,
    life: { ttl: Infinity, grace: 0 },
    tags: [],
    terms: [],
    loadMs: 0,
    size: 0,
    limit: undefined,
    ...more,
  };
}

export function patternOf(glob: string): Pattern {
  const source = glob.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '[^]*');
  const expression = new RegExp(`^${source}$`);
  return { glob, prefix: glob.split('*')[0] ?? '', matches: (key) => expression.test(key) };
}

export function keysOf(found: readonly (readonly [string, Entry])[]): string[] {
  return found.map(([key]) => key).toSorted();
}

/** All pages of a scan. */
export function scanned(engine: SyncEngine, glob = '*'): string[] {
  return [...(engine.scan(patternOf(glob)) as Iterable<readonly string[]>)].flat().toSorted();
}
