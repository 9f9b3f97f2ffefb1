/** What is to be reached, and how far the kept results are from it. */
import type { BundleFigures } from '../bundle.ts';
import type { HitFigures } from '../method/hits.ts';
import type { Results } from '../method/results.ts';
import type { GrowthFigures } from '../memory-growth.ts';
import type { LatencyFigures } from '../memory-latency.ts';
import type { MetricsFigures } from '../metrics.ts';
import type { StampedeFigures } from '../getorset-stampede.ts';
import type { UpdateFigures } from '../update.ts';
import { PEERS, type SubjectName } from '../subjects/subjects.ts';
import { duration, table, times } from './markdown.ts';

/** One line: what was measured against the most, or the least, it may be. */
interface Target {
  readonly what: string;
  readonly measured: number;
  readonly bound: number;
  readonly atLeast?: true;
  readonly show: (figure: number) => string;
}

export interface Kept {
  readonly hits: Results<readonly HitFigures[]> | undefined;
  readonly latency: Results<readonly LatencyFigures[]> | undefined;
  readonly growth: Results<readonly GrowthFigures[]> | undefined;
  readonly updates: Results<readonly UpdateFigures[]> | undefined;
  readonly stampedes: Results<readonly StampedeFigures[]> | undefined;
  readonly bundles: Results<readonly BundleFigures[]> | undefined;
  readonly metrics: Results<readonly MetricsFigures[]> | undefined;
}

export function targetsTables(kept: Kept): string {
  const targets = [
    ...latencies(kept.latency?.figures ?? []),
    ...growth(kept.growth?.figures ?? []),
    ...losses(kept.updates?.figures ?? [], kept.stampedes?.figures ?? []),
    ...bundles(kept.bundles?.figures ?? []),
    ...watching(kept.metrics?.figures ?? []),
  ];
  const rest = table(
    ['', 'target', 'measured', ''],
    targets.map((target) => [
      target.what,
      `at most ${target.show(target.bound)}`,
      target.show(target.measured),
      verdict(target),
    ]),
  );
  return `${hits(kept.hits?.figures ?? [])}\n\n${rest}`;
}

function verdict({ measured, bound, atLeast, show }: Target): string {
  if (atLeast === true ? measured >= bound : measured <= bound) return 'met';
  const excess = (atLeast === true ? bound / measured : measured / bound) - 1;
  return `**missed by ${Number.isFinite(excess) ? `${Math.ceil(excess * 100)} %` : show(measured)}**`;
}

/** Rows are targets, columns are situations. */
function hits(figures: readonly HitFigures[]): string {
  const situations = figures.filter(({ subject, read }) => subject === 'frozen' && read === 'get');
  const columns = situations.filter(({ variant }) => variant === 'plain');
  const targets = situations.map(({ entries, variant, keys }) =>
    hitTargets(
      figures.filter(
        (other) => other.entries === entries && other.variant === variant && other.keys === keys,
      ),
    ),
  );
  const rowsOf = (variant: HitFigures['variant']): string[][] => {
    const of = targets.filter((_, at) => situations[at]?.variant === variant);
    const first = of[0] ?? [];
    return first.map((target, row) =>
      [
        `${target.what}${variant === 'date' ? ', with a `Date`' : ''}`,
        `at ${target.atLeast === true ? 'least' : 'most'} ${target.show(target.bound)}`,
      ].concat(of.map((column) => told(column[row] as Target))),
    );
  };
  const head = columns.map(({ entries, keys }) => `${entries.toLocaleString('en')}, ${keys}`);
  return table(['a hit', 'target', ...head], [...rowsOf('plain'), ...rowsOf('date')]);
}

function told(target: Target): string {
  return `${target.show(target.measured)}, ${verdict(target)}`;
}

/** In one situation. */
function hitTargets(here: readonly HitFigures[]): Target[] {
  const of = (subject: SubjectName, read: HitFigures['read']): HitFigures =>
    here.find((other) => other.subject === subject && other.read === read) as HitFigures;
  const isolating = here.filter(({ subject, isolates }) => PEERS.includes(subject) && isolates);
  const nearest = Math.min(...isolating.map(({ ns }) => ns.median));
  const [frozen, copy] = [of('frozen', 'get'), of('copy', 'get')];
  const slower = Math.max(frozen.ns.median, copy.ns.median);
  const shared = [of('frozen', 'getOrSet'), of('copy', 'getOrSet')];
  return [
    { what: '`frozen` against the limit', measured: frozen.ratio.median, bound: 1.3, show: times },
    { what: '`copy` against the limit', measured: copy.ratio.median, bound: 2.5, show: times },
    {
      what: '`getOrSet` against `get`',
      measured: Math.max(...shared.map(({ againstGet }) => againstGet?.median ?? Number.NaN)),
      bound: 1.3,
      show: times,
    },
    {
      what: 'the fastest isolating peer against the slower of ours',
      measured: nearest / slower,
      bound: 3,
      atLeast: true,
      show: times,
    },
  ];
}

function latencies(figures: readonly LatencyFigures[]): Target[] {
  return figures
    .filter(
      ({ subject, operation }) => (subject === 'frozen' || subject === 'copy') && operation !== 'nothing',
    )
    .map(({ subject, operation, p99 }) => ({
      what: `p99 of one ${operation}, \`${subject}\``,
      measured: p99.median,
      bound: 10_000,
      show: duration,
    }));
}

function growth(figures: readonly GrowthFigures[]): Target[] {
  const bare = figures.find(({ subject }) => subject === 'sharded Maps');
  return figures
    .filter(({ subject }) => subject === 'frozen' || subject === 'copy')
    .flatMap(({ subject, entries, step, pause }): Target[] => [
      {
        what: `longest step of ours, growing to ${entries.toLocaleString('en')} entries, \`${subject}\``,
        measured: step.median * 1e6,
        bound: 5e6,
        show: duration,
      },
      {
        what: `longest pause against sharded \`Map\`s, \`${subject}\``,
        measured: pause.median / (bare?.pause.median ?? Number.NaN),
        bound: 1.2,
        show: times,
      },
    ]);
}

function losses(updates: readonly UpdateFigures[], stampedes: readonly StampedeFigures[]): Target[] {
  const count = (figure: number): string => figure.toLocaleString('en');
  return [
    ...updates
      .filter(({ atomic, subject }) => atomic && subject !== 'lru-cache, queued updates')
      .map(({ subject, lost, updates: all }): Target => ({
        what: `lost of ${count(all)} updates of one key, \`${subject}\``,
        measured: lost,
        bound: 0,
        show: count,
      })),
    ...stampedes
      .filter(({ subject }) => subject === 'frozen' || subject === 'copy')
      .map(({ subject, callers, keys, loads }): Target => ({
        what: `loads for ${count(callers)} callers of ${keys === 1 ? 'one key' : `${keys} keys`}, \`${subject}\``,
        measured: loads,
        bound: keys,
        show: count,
      })),
  ];
}

/** Kilobytes; packages that have no target are left out. Not the budgets of `tooling/size.mjs`, which keep a package from growing from where it is. */
function weightOf(name: string): number | undefined {
  if (name === '@cache/core') return 25;
  if (name === '@cache/memory') return 8;
  return name.startsWith('@cache/codec-') ? 3 : undefined;
}

function bundles(figures: readonly BundleFigures[]): Target[] {
  return figures.flatMap(({ name, size }) => {
    const bound = weightOf(name);
    if (bound === undefined) return [];
    return [{ what: `bundle of ${name}`, measured: size, bound, show: (kb) => `${kb.toFixed(1)} kB` }];
  });
}

function watching(figures: readonly MetricsFigures[]): Target[] {
  return figures.map(({ provider, isolation, read, atOnce, ratio }) => ({
    what: `a watched hit, ${provider}, ${isolation}, \`${read}\`, ${atOnce} at once`,
    measured: ratio.median,
    bound: provider === 'memory' ? 1.08 : 1.03,
    show: times,
  }));
}
