/** What the caches of a manager do, in figures that anything can export. */
import type { Cache, Observe, Observed } from '@cache/core';
import { BoundedNames } from './bounded-names.ts';
import { CacheFigures } from './cache-figures.ts';
import { codeOf } from './failures.ts';
import { familiesOf, Figures, type Family, type MeasurementListener, type Sample } from './figures.ts';
import { HottestKeys, keyLabelOf, type KeyLabel } from './hottest-keys.ts';
import { Latencies, type LatencyPercentiles } from './latencies.ts';
import type { MetricName } from './definitions.ts';
import { settingsOf, type MetricsOptions } from './options.ts';

/** A manager, or a cache with its namespaces. */
export interface Observable {
  observe(observe: Observe<Cache<unknown>>): () => void;
}

/**
 * The figures of a manager or a cache, since they are watched. A cache that closes takes its own away; one that is made anew under its name
 * begins at zero.
 */
export interface Metrics {
  /** The value of the label `manager`. */
  readonly name: string;
  /**
   * All figures as they are now, by metric, in the order of `METRICS`. Asks each provider how much it holds, within its deadline; what it does
   * not know is left out. Never rejects. The figures are the caller's own.
   */
  collect(): Promise<readonly Family[]>;
  /**
   * How long operations of this name took, of all caches together and whatever their outcome: milliseconds. `undefined`: there were none. A `get` or
   * `getOrSet` that a provider in this process answers at once is measured one time in 64, and counts for 64.
   */
  getOperationLatencyPercentiles(operation: string): LatencyPercentiles | undefined;
  /** Counts a hit of a cache that is not one of ours, so that it stands beside them. */
  recordHit(cache: string): void;
  /** Counts a miss of a cache that is not one of ours. */
  recordMiss(cache: string): void;
  /** Counts an operation of a cache that is not one of ours, which took `duration` milliseconds. */
  recordOperation(cache: string, operation: string, outcome: string, duration: number): void;
  /** Counts something that concerns security, by a type and a severity of which there are few. Give no token and no key. */
  recordSecurityEvent(type: string, severity: string): void;
  /** Takes note of an operation that took `actual` milliseconds and was made to take `adjusted`. */
  recordTimingProtection(operation: string, actual: number, adjusted: number): void;
  /**
   * Calls `listener` with each value that a histogram gets, for those who keep histograms of their own: a value that counts for 64 comes once.
   * Returns the function that stops it. What the listener throws, or rejects with, is counted in
   * `cache_errors_total` and harms nobody.
   */
  onMeasurement(listener: MeasurementListener): () => void;
  /**
   * Adds the figures of somebody else, whose metrics are in `METRICS`, to all that is collected, until what it gives is called. `name` is
   * theirs alone among those of their kind: one that is taken is a `TypeError`, and so are closed metrics. It hears no measurements. `closed` is
   * called when these metrics are closed before.
   */
  include(kind: string, name: string, read: ReadFigures, closed: () => void): () => void;
  /** Stops watching, and forgets all figures. A second call does nothing. */
  close(): void;
  [Symbol.dispose](): void;
}

/** Gives figures as they are now. Must not throw. */
export type ReadFigures = () => Iterable<readonly [MetricName, Sample]>;

/** Values of a label that the program gives, such as types of security events: at most so many different ones. */
const MOST_GIVEN_NAMES = 50;

/** Begins to watch `subject`. Throws a `TypeError` for options that are none. */
export function metricsOf(subject: Observable, options?: MetricsOptions): Metrics {
  if (typeof subject?.observe !== 'function')
    throw new TypeError('metricsOf: expected a manager or a cache of @cache/core');
  return new WatchedMetrics(subject, options);
}

class WatchedMetrics implements Metrics {
  readonly name: string;
  readonly #settings: ReturnType<typeof settingsOf>;
  readonly #caches: BoundedNames;
  readonly #given = new Map<string, BoundedNames>();
  /** By the labels of their places. */
  readonly #figures = new Map<string, CacheFigures>();
  readonly #keyLabel: KeyLabel;
  readonly #recorded: Figures;
  readonly #latencies = new Map<string, Latencies>();
  readonly #listeners = new Set<MeasurementListener>();
  /** The figures of others, by their kind and name. */
  readonly #included = new Map<string, { readonly read: ReadFigures; readonly closed: () => void }>();
  readonly #stop: () => void;
  #isClosed = false;

  constructor(subject: Observable, options: MetricsOptions | undefined) {
    this.#settings = settingsOf(options);
    this.name = this.#settings.name;
    this.#caches = new BoundedNames(this.#settings.maxCaches);
    this.#recorded = new Figures([this.name], this.#measured);
    this.#keyLabel = keyLabelOf(this.#settings);
    this.#stop = subject.observe((observed) => this.#watch(observed));
  }

  async collect(): Promise<readonly Family[]> {
    if (this.#isClosed) return familiesOf([]);
    const sizes = await Promise.all([...this.#figures.values()].map((figures) => figures.sizes()));
    // What failed to tell its size is counted, so the counts are read afterwards.
    const samples: (readonly [MetricName, Sample])[] = [...sizes.flat(), ...this.#recorded.read()];
    for (const figures of this.#figures.values()) samples.push(...figures.read());
    for (const { read } of this.#included.values()) samples.push(...read());
    return this.#isClosed ? familiesOf([]) : familiesOf(samples);
  }

  getOperationLatencyPercentiles(operation: string): LatencyPercentiles | undefined {
    return this.#latencies.get(operation)?.percentiles;
  }

  recordHit(cache: string): void {
    this.#recorded.add('hits', this.#placeOf(cache));
  }

  recordMiss(cache: string): void {
    this.#recorded.add('misses', this.#placeOf(cache));
  }

  recordOperation(cache: string, operation: string, outcome: string, duration: number): void {
    checkDuration(duration, 'duration');
    const name = this.#bounded('operation', operation);
    const labels = [...this.#placeOf(cache), name, this.#bounded('outcome', outcome)];
    this.#recorded.add('operations', labels);
    this.#recorded.histogram('operationDuration', labels).record(duration / 1_000);
    this.#latenciesOf(name).record(duration);
  }

  recordSecurityEvent(type: string, severity: string): void {
    this.#recorded.add('securityEvents', [this.#bounded('type', type), this.#bounded('severity', severity)]);
  }

  recordTimingProtection(operation: string, actual: number, adjusted: number): void {
    checkDuration(actual, 'actual');
    checkDuration(adjusted, 'adjusted');
    const added = Math.max(0, adjusted - actual) / 1_000;
    this.#recorded.histogram('timingProtection', [this.#bounded('operation', operation)]).record(added);
  }

  onMeasurement(listener: MeasurementListener): () => void {
    // A wrapper of its own, so that the same function may listen twice.
    const own: MeasurementListener = (...measurement) => listener(...measurement);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  include(kind: string, name: string, read: ReadFigures, closed: () => void): () => void {
    if (this.#isClosed)
      throw new TypeError(`the metrics are closed: there are no figures of ${kind} any more`);
    const place = JSON.stringify([kind, name]);
    if (this.#included.has(place))
      throw new TypeError(`there are figures of ${kind} '${name}': give one of them another name`);
    const included = { read, closed };
    this.#included.set(place, included);
    return () => {
      if (this.#included.get(place) === included) this.#included.delete(place);
    };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stop();
    this.#listeners.clear();
    this.#figures.clear();
    for (const { closed } of this.#included.values()) closed();
    this.#included.clear();
    this.#latencies.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  readonly #measured: MeasurementListener = (metric, labels, value) => {
    for (const listener of this.#listeners) {
      try {
        const answer = listener(metric, labels, value);
        // The rejection of an async listener would end the process as an unhandled one.
        if (answer instanceof Promise) answer.catch((error: unknown) => this.#listenerFailed(labels, error));
      } catch (error) {
        this.#listenerFailed(labels, error);
      }
    }
  };

  #listenerFailed({ cache = 'none', provider = 'none' }: Sample['labels'], error: unknown): void {
    this.#recorded.add('errors', [cache, provider, codeOf(error), 'listener of measurements', 'nobody']);
  }

  #watch(observed: Observed<Cache<unknown>>): ReturnType<Observe<Cache<unknown>>> {
    const { path, provider } = observed;
    const wanted = this.#settings.namespaces === 'apart' ? path.join('/') : (path[0] as string);
    const cache = this.#caches.take(wanted);
    const place = [this.name, cache, provider];
    const name = JSON.stringify(place);
    const figures = this.#figures.get(name) ?? this.#figuresAt(place);
    this.#figures.set(name, figures);
    return figures.watch(observed, () => {
      this.#caches.release(cache);
      if (figures.isDeserted) this.#figures.delete(name);
    });
  }

  #figuresAt(place: readonly string[]): CacheFigures {
    const hottest = new HottestKeys(this.#settings.hottestKeys, this.#keyLabel);
    return new CacheFigures(place, (operation) => this.#latenciesOf(operation), hottest, this.#measured);
  }

  /** The labels of a cache that is not one of ours. */
  #placeOf(cache: string): readonly string[] {
    return [this.#bounded('cache', cache), 'none'];
  }

  #bounded(label: string, given: string): string {
    if (typeof given !== 'string') throw new TypeError(`the ${label} is ${typeof given}: give a string`);
    const names = this.#given.get(label) ?? new BoundedNames(MOST_GIVEN_NAMES);
    this.#given.set(label, names);
    return names.take(given);
  }

  #latenciesOf(operation: string): Latencies {
    const latencies = this.#latencies.get(operation) ?? new Latencies();
    this.#latencies.set(operation, latencies);
    return latencies;
  }
}

function checkDuration(given: number, name: string): void {
  if (!(given >= 0 && given < Infinity))
    throw new TypeError(`${name} is ${given}: give a number of milliseconds that is not negative`);
}
