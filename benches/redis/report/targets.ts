/** What is to be reached, and how far the kept results are from it. */
import { duration, table, times } from '../../report/markdown.ts';
import type { FollowFigures } from '../followers.ts';
import type { IndexFigures } from '../indexes.ts';
import { OURS } from '../subjects/subjects.ts';
import { OURS_UPDATING } from '../subjects/updating.ts';
import type { ThroughputFigures } from '../throughput.ts';
import type { TogetherFigures } from '../two-processes.ts';
import type { HotKeyFigures } from '../update.ts';
import { count } from './tables.ts';

/** One line: what was measured against the most, or the least, it may be. */
interface Target {
  readonly what: string;
  readonly measured: number;
  readonly bound: number;
  readonly atLeast: boolean;
  readonly show: (figure: number) => string;
}

export interface Figures {
  readonly throughput: readonly ThroughputFigures[];
  readonly together: readonly TogetherFigures[];
  readonly indexes: readonly IndexFigures[];
  readonly updates: readonly HotKeyFigures[];
  readonly followers: readonly FollowFigures[];
}

export function targetsTable(figures: Figures): string {
  const targets = [
    ...ratios(figures.throughput),
    ...together(figures.together),
    ...indexes(figures.indexes),
    ...updates(figures.updates),
    ...loads(figures.followers),
  ];
  return table(
    ['', 'target', 'measured', ''],
    targets.map((target) => [
      target.what,
      `at ${target.atLeast ? 'least' : 'most'} ${target.show(target.bound)}`,
      target.show(target.measured),
      verdict(target),
    ]),
  );
}

function verdict({ measured, bound, atLeast, show }: Target): string {
  if (atLeast ? measured >= bound : measured <= bound) return 'met';
  const excess = (atLeast ? bound / measured : measured / bound) - 1;
  return `**missed by ${Number.isFinite(excess) ? `${Math.ceil(excess * 100)} %` : show(measured)}**`;
}

const RATIOS = [
  { what: '`get`, 256 in flight', operation: 'get', inFlight: 256, bound: 0.65 },
  { what: '`get`, one after the other', operation: 'get', inFlight: 1, bound: 0.5 },
  { what: '`set`, 256 in flight', operation: 'set', inFlight: 256, bound: 0.6 },
  { what: '`getMany` of 100', operation: 'getMany', inFlight: 1, bound: 0.7 },
] as const;

function ratios(figures: readonly ThroughputFigures[]): Target[] {
  return RATIOS.flatMap(({ what, operation, inFlight, bound }) => {
    const of = (subject: ThroughputFigures['subject']): ThroughputFigures | undefined =>
      figures.find(
        (each) => each.subject === subject && each.operation === operation && each.inFlight === inFlight,
      );
    const ours = of(OURS);
    const parsing = of('ioredis, JSON');
    if (ours === undefined || parsing === undefined) return [];
    const shown = { bound, atLeast: true, show: times };
    return [
      { ...shown, what: `${what}, against ioredis`, measured: ours.ratio.median },
      {
        ...shown,
        what: `${what}, against ioredis and \`JSON\``,
        measured: ours.ratio.median / parsing.ratio.median,
      },
    ];
  });
}

function together(figures: readonly TogetherFigures[]): Target[] {
  return figures
    .filter(({ subject }) => subject === OURS)
    .map(({ processes, inFlight, rate }) => ({
      what: `\`get\` per second of ${processes} processes, ${count(inFlight)} in flight in each`,
      measured: rate.median,
      bound: 100_000,
      atLeast: true,
      show: count,
    }));
}

function indexes(figures: readonly IndexFigures[]): Target[] {
  return figures
    .filter(({ subject }) => subject === OURS)
    .flatMap(({ partitions, operation, rate, p50 }): Target[] => {
      const where = partitions === 1 ? 'one partition' : `${partitions} partitions on a Cluster`;
      if (operation === 'look-up') {
        const bound = partitions === 1 ? 1e6 : 2e6;
        const what = `look-up of 100 entries, ${where}`;
        return [{ what, measured: p50, bound, atLeast: false, show: duration }];
      }
      if (partitions > 1) return [];
      const what = `index ${operation}s per second, ${where}`;
      return [{ what, measured: rate.median, bound: 25_000, atLeast: true, show: count }];
    });
}

function updates(figures: readonly HotKeyFigures[]): Target[] {
  return figures
    .filter(({ subject }) => subject === OURS_UPDATING)
    .flatMap(({ processes, updates: all, rate, lost }) => [
      {
        what: `updates of one key per second, from ${processes} processes`,
        measured: rate.median,
        bound: 30_000,
        atLeast: true,
        show: count,
      },
      { what: `lost of ${count(all)} updates`, measured: lost, bound: 0, atLeast: false, show: count },
    ]);
}

function loads(figures: readonly FollowFigures[]): Target[] {
  return figures
    .filter(({ subject }) => subject === OURS)
    .map(({ loads: most }) => ({
      what: 'loads of a key that two processes want at once',
      measured: most,
      bound: 1,
      atLeast: false,
      show: count,
    }));
}
