/** The kit on one more topology: the groups in which a topology can make a difference, or with `CACHE_LONG=1` all of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { conformance, type ConformanceOptions } from '@cache/core/conformance';
import { describe, test } from 'vitest';
import { redis, type RedisOptions } from '../../src/index.ts';

/** A timer may fire early, and the server goes by another clock. */
const EARLY_MS = 3;
const SLICE: ReadonlySet<string> = new Set([
  'conditions',
  'single-flight',
  'fencing',
  'update',
  'counters',
  'indexes',
  'tags',
  'patterns',
  'limits',
]);
/** Waits of many seconds in which nothing differs. */
const SLOW: ReadonlySet<string> = new Set([
  'G7: an update that leaves the terms keeps them, with and without a new life',
  'G3: the hard timeout rejects all 8 callers, and never lets two live loaders run',
]);
/** Milliseconds after which the runner ends a case. The kit ends by itself what hangs, and does so before. */
const LIMIT_MS = 130_000;

const isShort = process.env['CACHE_LONG'] !== '1';

export interface Peculiarities {
  /** Groups that are judged with other options, and with which. */
  readonly apart?: Readonly<Record<string, RedisOptions>>;
}

export function describeKit(name: string, options: RedisOptions, { apart = {} }: Peculiarities = {}): void {
  describe(`${isShort ? 'a slice of the conformance' : 'conformance'} of ${name}`, () => {
    describeGroups(kitOf(name, options), (group) => (!isShort || SLICE.has(group)) && !(group in apart));
    for (const [group, others] of Object.entries(apart))
      describeGroups(kitOf(name, { ...options, ...others }), (other) => other === group);
  });
}

function kitOf(name: string, options: RedisOptions): ConformanceOptions {
  return {
    name,
    // A server that has much else to do is not to be given up.
    provider: () => redis({ deadline: '10s', ...options }),
    peer: () => redis({ deadline: '10s', ...options }),
    time: { waitAtLeast: (ms) => sleep(ms + EARLY_MS) },
  };
}

function describeGroups(kit: ConformanceOptions, isChosen: (group: string) => boolean): void {
  const chosen = conformance(kit).filter((group) => isChosen(group.name));
  if (chosen.length === 0) throw new TypeError('the kit has no group of that name');
  for (const { name, cases } of chosen) {
    describe(name, () => {
      for (const each of cases) {
        if (isShort && SLOW.has(each.name)) continue;
        if (each.skipped !== undefined) test.skip(`${each.name} (${each.skipped})`, each.run);
        else test.concurrent(each.name, { timeout: LIMIT_MS }, each.run);
      }
    });
  }
}
