/** One cache that grows from nothing, with an eye on every step. */
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { idOf, keyOf } from '../method/keys.ts';
import { session } from '../method/session.ts';
import { waited } from '../method/waiting.ts';
import { serve } from '../method/worker.ts';
import { openSubject, type SubjectName } from '../subjects/subjects.ts';

export interface GrowthSetting {
  readonly subject: SubjectName;
  readonly entries: number;
}

/** Milliseconds. */
export interface Growth {
  /** Longest synchronous part of a `set`, garbage collection and the time other processes had the processor taken out. */
  readonly step: number;
  /** Longest time from one `set` to the next, garbage collection included, the time others had the processor taken out. */
  readonly pause: number;
  /** Longest garbage collection. */
  readonly collection: number;
  /** Of the whole growth, on all processors: the collector's helpers included. */
  readonly total: number;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** A stretch of the growth that took long by the wall's clock, and how much of it others had the processor. */
interface Stretch extends Span {
  readonly waited: number;
}

/** Sets between two turns of the event loop. */
const GROUP = 256;
/** Milliseconds. What is shorter is not looked into: a look costs as much as some sets. */
const LONG = 0.3;

await serve(async ({ subject, entries }: GrowthSetting) => {
  const cache = openSubject(subject)(entries);
  const collections: Span[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries())
      collections.push({ from: startTime, to: startTime + duration });
  });
  observer.observe({ entryTypes: ['gc'] });

  return async (): Promise<Growth> => {
    const steps: Stretch[] = [];
    const pauses: Stretch[] = [];
    const begun = process.cpuUsage();
    let waitedBefore = waited();
    let last = performance.now();
    for (let at = 0; at < entries; at++) {
      const key = keyOf(idOf(at));
      const value = session(at, 'plain');
      const before = performance.now();
      const pending = cache.set(key, value);
      const after = performance.now();
      await pending;
      const now = performance.now();
      if (now - last > LONG) {
        const waitedNow = waited();
        const waitedFor = waitedNow - waitedBefore;
        pauses.push({ from: last, to: now, waited: waitedFor });
        if (after - before > LONG) steps.push({ from: before, to: after, waited: waitedFor });
        waitedBefore = waitedNow;
      }
      last = performance.now();
      if (at % GROUP !== 0) continue;
      waitedBefore = waited();
      last = performance.now();
      // The observer hears of collections, timers run, and the engine may collect: a part of the next pause.
      await turn();
    }
    const { user, system } = process.cpuUsage(begun);
    await turn();
    observer.disconnect();
    return {
      // A wait may lie within a collection, so the two are not added.
      step: longest(
        steps.map((step) => step.to - step.from - Math.max(step.waited, overlap(collections, step))),
      ),
      pause: longest(pauses.map((pause) => pause.to - pause.from - pause.waited)),
      collection: longest(collections.map(({ from, to }) => to - from)),
      total: (user + system) / 1000,
    };
  };
});

function longest(durations: readonly number[]): number {
  return durations.reduce((most, duration) => Math.max(most, duration), 0);
}

/** How much of `span` the collections take. */
function overlap(collections: readonly Span[], span: Span): number {
  return collections.reduce(
    (shared, { from, to }) => shared + Math.max(0, Math.min(to, span.to) - Math.max(from, span.from)),
    0,
  );
}
