/** The kept results, a table for each question. */
import { duration, table, times } from '../../report/markdown.ts';
import type { Spread } from '../../method/statistics.ts';
import type { FollowFigures } from '../followers.ts';
import type { RedisFootprintFigures } from '../footprint.ts';
import type { IndexFigures } from '../indexes.ts';
import type { ThroughputFigures } from '../throughput.ts';
import type { TogetherFigures } from '../two-processes.ts';
import type { HotKeyFigures } from '../update.ts';

type Operation = ThroughputFigures['operation'];

const TITLES: Readonly<Record<Operation, string>> = {
  get: '`get`',
  set: '`set`',
  getMany: '`getMany` of 100',
  getOrSet: '`getOrSet`, a hit',
  load: '`getOrSet` that loads',
};

/** For each operation and depth a table; rows are subjects. */
export function throughputTables(figures: readonly ThroughputFigures[]): string {
  const operations = [...new Set(figures.map(({ operation }) => operation))];
  return operations
    .flatMap((operation) => {
      const own = figures.filter((other) => other.operation === operation);
      return [...new Set(own.map(({ inFlight }) => inFlight))].map((inFlight) => {
        const rows = own.filter((other) => other.inFlight === inFlight);
        return `${TITLES[operation]}, ${inFlight === 1 ? 'one after the other' : `${inFlight} in flight`}:\n\n${throughputTable(rows)}`;
      });
    })
    .join('\n\n');
}

function throughputTable(figures: readonly ThroughputFigures[]): string {
  return table(
    ['', 'per second', 'against ioredis', 'p50 · p90 · p99 · p99.9', 'commands', 'server', 'client'],
    figures.map(({ subject, rate, ratio, p50, p90, p99, p999, commands, server, client }) => [
      subject,
      count(rate.median),
      around(ratio),
      [p50, p90, p99, p999].map(duration).join(' · '),
      ...[commands, server, client].map((microseconds) => duration(microseconds * 1_000)),
    ]),
  );
}

/** What the server is asked for an operation of ours, against the bare client. */
export function commandsTable(figures: readonly ThroughputFigures[]): string {
  const shown = figures.filter(({ subject }) => subject === 'ioredis' || subject === '@cache/redis');
  return table(
    ['', 'in flight', 'operation', 'commands for one, and what a call of each takes'],
    shown.map(({ subject, inFlight, operation, calls }) => [
      subject,
      String(inFlight),
      TITLES[operation],
      Object.entries(calls)
        .filter(([, { each }]) => each >= 0.001)
        .toSorted(([, a], [, b]) => b.each * b.microseconds - a.each * a.microseconds)
        .map(([name, { each, microseconds }]) => `${each} ${name} of ${microseconds} µs`)
        .join(', '),
    ]),
  );
}

export function togetherTable(figures: readonly TogetherFigures[]): string {
  return table(
    ['', 'in flight in each', 'per second together', 'against ioredis'],
    figures.map(({ subject, inFlight, rate, ratio }) => [
      subject,
      count(inFlight),
      `${count(rate.median)} (${count(rate.low)}-${count(rate.high)})`,
      around(ratio),
    ]),
  );
}

export function indexTable(figures: readonly IndexFigures[]): string {
  return table(
    ['', 'partitions', 'operation', 'in flight', 'per second', 'against by hand', 'p50 · p99 · p99.9'],
    figures.map(({ subject, partitions, operation, inFlight, rate, ratio, p50, p99, p999 }) => [
      subject,
      `${partitions}${partitions > 1 ? ', on a Cluster' : ''}`,
      operation,
      String(inFlight),
      count(rate.median),
      around(ratio),
      [p50, p99, p999].map(duration).join(' · '),
    ]),
  );
}

export function hotKeyTable(figures: readonly HotKeyFigures[]): string {
  return table(
    ['', 'processes', 'updates', 'per second together', 'lost'],
    figures.map(({ subject, processes, updates, rate, lost }) => [
      subject,
      String(processes),
      count(updates),
      `${count(rate.median)} (${count(rate.low)}-${count(rate.high)})`,
      count(lost),
    ]),
  );
}

export function followTable(figures: readonly FollowFigures[]): string {
  const told = ({ p50, p99 }: FollowFigures['leader']): string => `${duration(p50)} · ${duration(p99)}`;
  return table(
    ['p50 · p99 after the load', 'loads of one key', 'the process that loaded', 'the process that waited'],
    figures.map(({ subject, loads, leader, follower }) => [
      subject,
      String(loads),
      told(leader),
      follower === undefined ? 'loads, too' : told(follower),
    ]),
  );
}

export function footprintTable(figures: readonly RedisFootprintFigures[]): string {
  const [plain] = figures;
  return table(
    [
      'bytes',
      'of the key',
      'of the value',
      '`MEMORY USAGE`',
      'with all that belongs to it',
      'against a plain key',
    ],
    figures.map(({ what, key, value, usage, all }) => [
      what,
      String(key),
      String(value),
      String(usage),
      String(all),
      times(all / (plain?.all ?? Number.NaN)),
    ]),
  );
}

/** A count that does not pretend to more than four digits. */
export function count(figure: number): string {
  return Number(figure.toPrecision(4)).toLocaleString('en', { maximumFractionDigits: 0 });
}

function around({ median, low, high }: Spread): string {
  return `${times(median)} (${low.toFixed(2)}-${high.toFixed(2)})`;
}
