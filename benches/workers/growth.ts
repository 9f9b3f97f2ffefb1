/** One cache that grows from nothing, with an eye on every step. */
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { idOf, keyOf } from '../method/keys.ts';
import { session } from '../method/session.ts';
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
  /** Of the whole growth, on the processor. */
  readonly total: number;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Sets in one look at the processor's own clock, which costs too much for each. */
const GROUP = 256;

await serve(async ({ subject, entries }: GrowthSetting) => {
  const cache = openSubject(subject)(entries);
  const collections: Span[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries())
      collections.push({ from: startTime, to: startTime + duration });
  });
  observer.observe({ entryTypes: ['gc'] });

  return async (): Promise<Growth> => {
    /** The longest of each group. */
    const steps: (Span & { readonly group: number })[] = [];
    const pauses: (Span & { readonly group: number })[] = [];
    const groups: (Span & { readonly off: number })[] = [];
    const begun = cpu();
    for (let at = 0; at < entries;) {
      let step: Span = { from: 0, to: 0 };
      let pause: Span = { from: 0, to: 0 };
      const group = groups.length;
      const from = last;
      for (let of = 0; of < GROUP && at < entries; of++, at++) {
        const key = keyOf(idOf(at));
        const value = session(at, 'plain');
        const before = performance.now();
        const pending = cache.set(key, value);
        const after = performance.now();
        if (after - before > step.to - step.from) step = { from: before, to: after };
        await pending;
        const now = performance.now();
        if (now - last > pause.to - pause.from) pause = { from: last, to: now };
        last = now;
      }
      const cpuAfter = cpu();
      groups.push({ from, to: last, off: Math.max(0, last - from - (cpuAfter - cpuBefore)) });
      steps.push({ ...step, group });
      pauses.push({ ...pause, group });
      cpuBefore = cpuAfter;
      // The observer hears of collections, timers run, and the engine may collect: a part of the next pause.
      await turn();
    }
    const total = cpu() - begun;
    await turn();
    observer.disconnect();

    /** Time in `group` without the processor. While it is collected, waiting is for the collector's own helpers. */
    const off = (group: number): number => {
      const { from, to, off: away } = groups[group] as Span & { off: number };
      return Math.max(0, away - overlap(collections, { from, to }));
    };
    return {
      step: longest(steps.map((span) => span.to - span.from - overlap(collections, span) - off(span.group))),
      pause: longest(pauses.map((span) => span.to - span.from - off(span.group))),
      collection: longest(collections.map(({ from, to }) => to - from)),
      total,
    };
  };
});

function cpu(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function longest(spans: readonly number[]): number {
  return spans.reduce((most, span) => Math.max(most, span), 0);
}

/** How much of `span` the collections take, which are in the order of time. */
function overlap(collections: readonly Span[], span: Span): number {
  let low = 0;
  for (let high = collections.length; low < high;) {
    const middle = (low + high) >>> 1;
    if ((collections[middle] as Span).to <= span.from) low = middle + 1;
    else high = middle;
  }
  let shared = 0;
  for (; low < collections.length; low++) {
    const { from, to } = collections[low] as Span;
    if (from >= span.to) break;
    shared += Math.min(to, span.to) - Math.max(from, span.from);
  }
  return shared;
}
