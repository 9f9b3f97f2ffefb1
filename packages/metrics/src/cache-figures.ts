/** The figures of one cache, its namespaces included where they are not told apart. */
import type {
  BreakerState,
  Cache,
  CacheCounts,
  CacheEvents,
  Observation,
  Observed,
  Operation,
  OperationEnd,
} from '@cache/core';
import { codeOf, hasUnknownOutcome, isAborted } from './failures.ts';
import { Figures, type Cell, type MeasurementListener, type Sample } from './figures.ts';
import type { Histogram } from './histogram.ts';
import type { MetricName } from './definitions.ts';
import type { HottestKeys } from './hottest-keys.ts';
import type { Latencies } from './latencies.ts';

/** What seldom happens: shown before it first does, for otherwise the first one is no increase to whoever watches. */
const FROM_ZERO = ['takeovers', 'updateConflicts', 'expirations', 'migrations'] as const;

const BREAKER_STATES: readonly BreakerState[] = ['closed', 'half-open', 'open'];

/** What is kept of operations of one name and outcome. */
interface Ended {
  readonly count: Cell;
  readonly durations: Histogram;
  readonly latencies: Latencies;
}

/** A cache that is watched, and its counts when that began. */
interface Member {
  readonly observed: Observed<Cache<unknown>>;
  readonly before: Counted;
}

/** Counters of a cache that a figure shows as they are. */
const COUNTED = {
  hits: 'hits',
  misses: 'misses',
  errors: 'providerErrors',
  overtaken: 'refusedCommits',
} as const;

/** Reads that core counts for us, as operations with an outcome. */
const READS = { getHits: ['get', 'hit'], getMisses: ['get', 'miss'], loadHits: ['getOrSet', 'hit'] } as const;

/** Reads that core counts for us, while they are under way. */
const READS_IN_FLIGHT = { getsInFlight: 'get', loadsInFlight: 'getOrSet' } as const;

type Counted = Readonly<Record<keyof typeof COUNTED | keyof typeof READS, number>>;

const NOTHING: Counted = {
  hits: 0,
  misses: 0,
  errors: 0,
  overtaken: 0,
  getHits: 0,
  getMisses: 0,
  loadHits: 0,
};

export class CacheFigures {
  readonly #place: readonly string[];
  readonly #figures: Figures;
  readonly #hottest: HottestKeys;
  readonly #latenciesOf: (operation: string) => Latencies;
  readonly #members = new Set<Member>();
  /** By operation and outcome. */
  readonly #ended = new Map<string, Map<string, Ended>>();
  /** By operation. */
  readonly #inFlight = new Map<string, Cell>();
  /** What members counted that have left. */
  #left: Counted = NOTHING;
  /** What of the reads that core counts is in the figures already. */
  #shown: Counted = NOTHING;
  readonly #shownInFlight = { getsInFlight: 0, loadsInFlight: 0 };

  /** `place`: the labels of all its figures. `hottest`: those of this place. `measured` hears of every duration. */
  constructor(
    place: readonly string[],
    latenciesOf: (operation: string) => Latencies,
    hottest: HottestKeys,
    measured: MeasurementListener,
  ) {
    this.#place = place;
    this.#figures = new Figures(place, measured);
    this.#latenciesOf = latenciesOf;
    this.#hottest = hottest;
  }

  /** Whether no cache is watched any more. */
  get isDeserted(): boolean {
    return this.#members.size === 0;
  }

  /** Counts what this cache does from now on. `left` is called when that ends. */
  watch(observed: Observed<Cache<unknown>>, left: () => void): Observation {
    const member: Member = { observed, before: countedBy(observed.counts) };
    this.#members.add(member);
    const stops = this.#listen(observed);
    for (const metric of FROM_ZERO) this.#figures.cell(metric);
    // Looked up beforehand: each read over a network pays for it.
    const reads = {
      hit: this.#endedAs(...READS.getHits),
      miss: this.#endedAs(...READS.getMisses),
      loadHit: this.#endedAs(...READS.loadHits),
    };
    return {
      timed: (name, isHit, duration, weight) =>
        time(name === 'getOrSet' ? reads.loadHit : isHit ? reads.hit : reads.miss, duration, weight),
      begin: ({ name }) => {
        const inFlight = this.#inFlightOf(name);
        inFlight.value += 1;
        return inFlight;
      },
      end: (operation, end, begun) => {
        (begun as Cell).value -= 1;
        this.#end(operation, end);
      },
      close: () => {
        for (const stop of stops) stop();
        this.#left = sum(this.#left, since(member));
        this.#members.delete(member);
        left();
      },
    };
  }

  /** Everything, as it is now. */
  *read(): Generator<readonly [MetricName, Sample]> {
    let counts = this.#left;
    let breaker: BreakerState | undefined;
    let loading = 0;
    const inFlight = { getsInFlight: 0, loadsInFlight: 0 };
    for (const member of this.#members) {
      loading += member.observed.counts.loading;
      for (const [name] of entriesOf(inFlight)) inFlight[name] += member.observed.counts.reads[name];
      counts = sum(counts, since(member));
      breaker ??= member.observed.breaker();
    }
    for (const [name, metric] of entriesOf(COUNTED)) this.#figures.cell(metric).value = counts[name];
    this.#figures.cell('loadsRunning').value = loading;
    for (const [name, [operation, outcome]] of entriesOf(READS))
      this.#endedAs(operation, outcome).count.value += counts[name] - this.#shown[name];
    this.#shown = counts;
    for (const [name, operation] of entriesOf(READS_IN_FLIGHT)) {
      this.#inFlightOf(operation).value += inFlight[name] - this.#shownInFlight[name];
      this.#shownInFlight[name] = inFlight[name];
    }
    for (const state of breaker === undefined ? [] : BREAKER_STATES)
      this.#figures.cell('breakerState', [state]).value = Number(state === breaker);
    yield* this.#figures.read();
    // Anew each time: those that are no longer among them are not shown.
    const hottest = new Figures(this.#place);
    for (const { name, count } of this.#hottest.top) hottest.cell('hottestKeys', [name]).value = count;
    yield* hottest.read();
  }

  /** Asks the providers how much they hold. Never rejects: what is not known is left out. */
  async sizes(): Promise<readonly (readonly [MetricName, Sample])[]> {
    const figures = new Figures(this.#place);
    const known = await Promise.all([...this.#members].map(({ observed }) => this.#sizeOf(observed.cache)));
    const entries = known.map((size) => size?.entries);
    const bytes = known.map((size) => size?.bytes);
    if (isComplete(entries)) figures.cell('entries').value = entries.reduce(add, 0);
    if (isComplete(bytes)) figures.cell('size').value = bytes.reduce(add, 0);
    return [...figures.read()];
  }

  async #sizeOf(
    cache: Cache<unknown>,
  ): Promise<{ readonly entries: number | undefined; readonly bytes: number | undefined } | undefined> {
    try {
      return await cache.stats();
    } catch (error) {
      this.#fail(error, 'nobody', 'stats');
      return undefined;
    }
  }

  #end(operation: Operation, { outcome, duration, error }: OperationEnd): void {
    const isLeft = outcome === 'failed' && isAborted(operation);
    time(this.#count(operation.name, isLeft ? 'aborted' : outcome), duration, 1);
    if (outcome === 'failed' && !isLeft) this.#fail(error, 'caller', operation.name);
  }

  #inFlightOf(operation: string): Cell {
    const known = this.#inFlight.get(operation);
    if (known !== undefined) return known;
    const cell = this.#figures.cell('operationsInFlight', [operation]);
    this.#inFlight.set(operation, cell);
    return cell;
  }

  #count(operation: string, outcome: string): Ended {
    const ended = this.#endedAs(operation, outcome);
    ended.count.value += 1;
    return ended;
  }

  #endedAs(operation: string, outcome: string): Ended {
    const byOutcome = this.#ended.get(operation) ?? new Map<string, Ended>();
    const known = byOutcome.get(outcome);
    if (known !== undefined) return known;
    const ended: Ended = {
      count: this.#figures.cell('operations', [operation, outcome]),
      durations: this.#figures.histogram('operationDuration', [operation, outcome]),
      latencies: this.#latenciesOf(operation),
    };
    this.#ended.set(operation, byOutcome.set(outcome, ended));
    return ended;
  }

  #fail(error: unknown, seen: 'caller' | 'nobody', operation: string): void {
    const code = codeOf(error);
    this.#figures.add('errors', [code, operation, seen]);
    if (hasUnknownOutcome(error)) this.#figures.add('unknownOutcomes', [operation]);
  }

  /** Listens to what operations do not tell. Gives what stops it. */
  #listen({ cache, path }: Observed<Cache<unknown>>): readonly (() => void)[] {
    const figures = this.#figures;
    /** A key of a namespace stands behind its name. */
    const load = (key: string, outcome: string, duration: number): void => {
      this.#hottest.add([...path.slice(1), key].join('/'));
      figures.add('loads', [outcome]);
      figures.histogram('loadDuration', [outcome]).record(duration / 1_000);
    };
    const stops: (() => void)[] = [];
    const on = <E extends keyof CacheEvents>(event: E, listener: (payload: CacheEvents[E]) => void): void => {
      stops.push(cache.on(event, listener));
    };
    on('load', ({ key, outcome, duration }) => load(key, outcome, duration));
    on('loadError', ({ key, duration }) => load(key, 'failed', duration));
    on('join', ({ elsewhere }) => figures.add('joins', [elsewhere ? 'elsewhere' : 'here']));
    on('wait', ({ elsewhere, outcome, duration }) => {
      figures.histogram('loadWaits', [elsewhere ? 'elsewhere' : 'here', outcome]).record(duration / 1_000);
      if (outcome === 'takenOver') figures.add('takeovers');
    });
    on('update', ({ calls, attempt, waiting }) => {
      figures.histogram('updateBatch').record(calls);
      figures.histogram('updateQueue').record(waiting);
      figures.add('updateConflicts', [], attempt - 1);
    });
    on('deleteGroup', ({ by, count }) => figures.add('groupDeletions', [by], count));
    on('evict', ({ cause }) => figures.add('evictions', [cause]));
    on('expire', () => figures.add('expirations'));
    on('invalid', ({ reason }) => figures.add('invalidValues', [reason]));
    on('migrate', () => figures.add('migrations'));
    on('connection', ({ state }) => figures.add('connectionChanges', [state]));
    on('jitter', ({ ttl, shortened }) => figures.histogram('jitter').record(shortened / ttl));
    on('late', ({ operation }) => figures.add('deadlineMisses', [operation]));
    on('error', ({ error, operation }) => this.#fail(error, 'nobody', operation));
    // All of a cache have one breaker, and each is told of it.
    on('breaker', ({ state }) => {
      const [first] = this.#members;
      if (first?.observed.cache === cache) figures.add('breakerChanges', [state]);
    });
    return stops;
  }
}

function time({ durations, latencies }: Ended, ms: number, weight: number): void {
  durations.record(ms / 1_000, weight);
  latencies.record(ms, weight);
}

function countedBy({ hits, misses, errors, overtaken, reads }: CacheCounts): Counted {
  const { hits: getHits, misses: getMisses, loadHits } = reads;
  return { hits, misses, errors, overtaken, getHits, getMisses, loadHits };
}

function since({ observed: { counts }, before }: Member): Counted {
  return combined(countedBy(counts), before, (now, then) => now - then);
}

function sum(a: Counted, b: Counted): Counted {
  return combined(a, b, add);
}

function combined(a: Counted, b: Counted, how: (a: number, b: number) => number): Counted {
  return Object.fromEntries(entriesOf(NOTHING).map(([name]) => [name, how(a[name], b[name])])) as Counted;
}

function entriesOf<K extends string, V>(record: Readonly<Record<K, V>>): readonly (readonly [K, V])[] {
  return Object.entries(record) as [K, V][];
}

function add(a: number, b: number): number {
  return a + b;
}

function isComplete(numbers: readonly (number | undefined)[]): numbers is readonly number[] {
  return numbers.every((each) => each !== undefined);
}
