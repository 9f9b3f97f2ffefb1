/** Leading a load: from the granted lease to the landing. */
import { LoadedEntry, type LoadOptions, type LoaderContext } from './api.ts';
import type { Cancel } from './clock.ts';
import type { Condition } from './engine.ts';
import { CacheError } from './errors.ts';
import { LoaderSlots, type Place } from './loader-slots.ts';
import type { Opened } from './opened.ts';
import { Flight, type Landing } from './single-flight.ts';
import { isTrouble, wasRefused } from './trouble.ts';
import { currentWork, runAs } from './wait-for.ts';
import { limitExceeded } from './limits.ts';
import { validated } from './validating.ts';
import { compose } from './writes.ts';

/** A loader of any type: the types of the public face end where features begin. */
export type AnyLoader = (context: LoaderContext) => unknown;

/** What a load needs beside its loader; resolved once, when the call begins. */
export interface LoadPlan {
  readonly loader: AnyLoader;
  readonly options: LoadOptions | undefined;
  readonly tags: readonly string[];
  readonly timeout: number;
  /** The claim on a place among the running loaders, where it is not the loader's alone. */
  readonly claim: (() => Place) | undefined;
}

/** What becomes of a loaded value: committed under the lease, kept by the callers alone, or written if that condition still holds. */
export type Storing = 'commit' | 'nothing' | Condition;

/** What a load that has not begun needs besides its plan. */
interface Prepared {
  readonly forget: () => void;
  readonly place: Place | undefined;
}

/** So many loads are stored at once. */
const MOST_COMMITS = 1_000;

/** The loads that calls of this cache lead. */
export class Leading {
  readonly #opened: Opened;
  readonly #slots: LoaderSlots;
  /** The deadline is that of a commit: it must not pass while thousands of a batch wait for each other. */
  readonly #commits = new LoaderSlots(MOST_COMMITS);
  /** By token: the engine says who holds a lease, and whoever it names is joined. */
  readonly #flights = new Map<string, Flight>();
  /** Loads without a lease, by key, while the provider is in trouble; and how many writes had come through when each began. */
  readonly #outages = new Map<string, Flight>();
  readonly #begunAt = new WeakMap<Flight, number>();
  /** Loads that have not begun. */
  readonly #prepared = new Map<Flight, Prepared>();
  /** The timers of loads that are late. */
  readonly #lateness = new Set<Cancel>();

  constructor(opened: Opened) {
    this.#opened = opened;
    this.#slots = new LoaderSlots(opened.settings.loaders);
  }

  /** Claims on one place for loads that run as one. */
  claimTogether(): () => Place {
    return this.#slots.claimTogether();
  }

  /** The running load that holds the lease under `token`. */
  flight(token: string): Flight | undefined {
    return this.#flights.get(token);
  }

  /** The running load of `key` without a lease. One that began before a write came through is not for those who come after it. */
  outage(key: string): Flight | undefined {
    const flight = this.#outages.get(key);
    return flight !== undefined && this.#begunAt.get(flight) === this.#opened.remote.writes
      ? flight
      : undefined;
  }

  /** Abandons every running load. */
  close(error: CacheError): void {
    for (const flight of [...this.#flights.values(), ...this.#outages.values()]) flight.abandon(error);
    for (const { key, token } of this.#flights.values()) this.release(key, token);
    for (const stop of this.#lateness) stop();
    this.#flights.clear();
    this.#outages.clear();
    this.#prepared.clear();
  }

  /** Ends a lease that nobody will use. */
  release(key: string, token: string, failure?: string): void {
    this.#inBackground(key, () => this.#opened.engine.release(key, token, failure));
  }

  /**
   * Takes note of a granted lease: from here on, whoever is told of its holder joins the load. Its caller must `start` it, or wait for it
   * with a signal that has fired.
   */
  grant(key: string, token: string, plan: LoadPlan): Flight {
    return this.#prepare(this.#flights, token, key, token, plan, () => this.release(key, token));
  }

  /** A load without a lease, for the calls of this process. */
  beginOutage(key: string, token: string, plan: LoadPlan): Flight {
    const flight = this.#prepare(this.#outages, key, key, token, plan, () => {});
    this.#begunAt.set(flight, this.#opened.remote.writes);
    return flight;
  }

  /** Runs a prepared load, right after the caller has begun to wait for it. A second call does nothing. */
  start(flight: Flight, plan: LoadPlan, storing: Storing): void {
    const prepared = this.#prepared.get(flight);
    if (prepared === undefined) return;
    this.#prepared.delete(flight);
    queueMicrotask(() => void this.#run(flight, plan, storing, prepared));
  }

  #prepare(
    flights: Map<string, Flight>,
    name: string,
    key: string,
    token: string,
    plan: LoadPlan,
    deserted: () => void,
  ): Flight {
    const { name: cache, clock } = this.#opened;
    const forget = (): void => {
      if (flights.get(name) === flight) flights.delete(name);
    };
    // A load that a running loader asks for takes no place: the asking one holds a place already.
    const place = currentWork() === undefined ? (plan.claim?.() ?? this.#slots.claim()) : undefined;
    const flight: Flight = new Flight({ cache, key, token }, clock, plan.timeout, () => {
      forget();
      place?.leave();
      deserted();
    });
    flight.hurry = () => place?.hurry();
    flights.set(name, flight);
    this.#prepared.set(flight, { forget, place });
    return flight;
  }

  /** Runs a load to its landing. Never rejects. */
  async #run(flight: Flight, plan: LoadPlan, storing: Storing, { forget, place }: Prepared): Promise<void> {
    // Nobody waits for it any more; its timers were never needed.
    if (flight.signal.aborted) return forget();
    const { clock, settings, traits, engine } = this.#opened;
    const { key, token } = flight;
    const leased = storing === 'commit';
    const stopBeating = leased && traits.scope !== 'process' ? this.#heartbeat(key, token) : () => {};
    let stopLateness: Cancel = () => {};
    const stopTimer = clock.after(plan.timeout, () => {
      flight.becomeLate(timeoutError(this.#opened, key, plan.timeout));
      // A loader that never settles must not hold its key, or its place, for ever: from here on its lease has an end.
      stopBeating();
      place?.leave();
      if (leased) this.#inBackground(key, () => engine.extend(key, token, settings.lease));
      // When it has ended, those who came meanwhile look again, and one of them leads.
      const stopWaiting = clock.after(settings.lease, () => {
        this.#lateness.delete(stopWaiting);
        forget();
        flight.land({ status: 'released' });
      });
      this.#lateness.add(stopWaiting);
      stopLateness = () => {
        this.#lateness.delete(stopWaiting);
        stopWaiting();
      };
    });
    // Nobody waits for an abandoned load: a loader that never settles must not keep its timers.
    flight.signal.addEventListener('abort', () => {
      stopTimer();
      stopBeating();
    });
    try {
      await place?.enter();
      const landing: Landing = flight.signal.aborted
        ? { status: 'released' }
        : await this.#attempt(flight, plan, storing);
      // Those who came after the timeout did not ask for the error that our own signal provoked.
      flight.land(landing.status === 'failed' && flight.isLate ? { status: 'released' } : landing);
    } catch (error) {
      // Nothing above should throw; if it does, nobody must wait for ever.
      flight.land({ status: 'failed', error });
      if (leased) this.release(key, token);
    } finally {
      stopTimer();
      stopLateness();
      stopBeating();
      place?.leave();
      forget();
    }
  }

  /** Runs the loader and stores what it gives. Never rejects. */
  async #attempt(flight: Flight, plan: LoadPlan, storing: Storing): Promise<Landing> {
    const { tally, events, clock } = this.#opened;
    const { key, token } = flight;
    const leased = storing === 'commit';
    const started = clock.elapsed();
    let isLoaded = false;
    try {
      const loaded = await this.#load(flight, plan);
      isLoaded = true;
      const duration = clock.elapsed() - started;
      const landing = await this.#store(flight, plan, loaded, duration, storing);
      tally.loads += 1;
      tally.loadTime += duration;
      if (events.active.load !== undefined)
        events.emit('load', { key, outcome: outcomeOf(landing), duration });
      return landing;
    } catch (error) {
      const duration = clock.elapsed() - started;
      tally.loadErrors += 1;
      tally.loadTime += duration;
      if (events.active.loadError !== undefined) events.emit('loadError', { key, error, duration });
      // First the lease, then the outcome: whoever asks again after it must find the key free. Others are told of a failing loader, not
      // of our trouble with the provider: they had better load themselves.
      const isOurs = flight.isLate || (isLoaded && isTrouble(error));
      if (leased) await this.#released(key, token, isOurs ? undefined : messageOf(error));
      return { status: 'failed', error };
    }
  }

  async #load(flight: Flight, { loader }: LoadPlan): Promise<unknown> {
    const { tally } = this.#opened;
    const { key, token, signal } = flight;
    tally.loading += 1;
    try {
      return await runAs(flight, () => loader({ key, load: token, signal }));
    } finally {
      tally.loading -= 1;
    }
  }

  /** Commits what the loader gave. Throws when the value is refused: then the load has failed. */
  async #store(
    flight: Flight,
    plan: LoadPlan,
    loaded: unknown,
    duration: number,
    storing: Storing,
  ): Promise<Landing> {
    const { engine, remote, tally, packing } = this.#opened;
    const { key, token } = flight;
    const value = loaded instanceof LoadedEntry ? (loaded.value as unknown) : loaded;
    if (value === undefined) {
      if (storing === 'commit') await this.#released(key, token);
      return { status: 'missing' };
    }
    const own = loaded instanceof LoadedEntry ? loaded.options : undefined;
    const options =
      own === undefined
        ? plan.options
        : {
            ...plan.options,
            ttl: own.ttl === undefined ? plan.options?.ttl : own.ttl,
            tags: own.tags === undefined ? plan.options?.tags : own.tags,
          };
    const checked = validated(this.#opened, key, value);
    const accepted: unknown = checked instanceof Promise ? await checked : checked;
    // Those who wait get it from here: the payload is the engine's once it is handed over.
    const isolated = packing.isolate(accepted);
    const write = compose(
      this.#opened,
      key,
      accepted,
      packing.packIsolated(isolated, key),
      options,
      duration,
    );
    if (storing !== 'commit') {
      if (storing !== 'nothing') await remote.write(engine.write(key, write, storing), 'getOrSet', key);
      return { status: 'loaded', value: isolated, stored: false, shared: true };
    }
    const place = this.#commits.claim();
    try {
      const turn = place.enter();
      if (turn !== undefined) await turn;
      const answer = engine.commit(key, token, write);
      const committed = answer instanceof Promise ? await remote.write(answer, 'getOrSet', key) : answer;
      if (committed === 'limited') throw limitExceeded(this.#opened, key, write.limit);
      if (committed === 'overtaken') tally.overtaken += 1;
      // Tags learnt from the loader are not in the lease: whoever joined under it may have come after their invalidation.
      const stored = committed === 'stored';
      return { status: 'loaded', value: isolated, stored, shared: stored && own?.tags === undefined };
    } catch (error) {
      if (!isTrouble(error) || !remote.opensFor(plan.options)) throw error;
      remote.failed('getOrSet', key, error);
      const shared = own?.tags === undefined && wasRefused(error) && (await this.#stands(key, token));
      // Whoever comes next must not wait for a lease that nobody will use.
      this.release(key, token);
      return { status: 'loaded', value: isolated, stored: false, shared };
    } finally {
      place.leave();
    }
  }

  /** Whether nothing overtook the load so far, as far as the provider says so. */
  async #stands(key: string, token: string): Promise<boolean> {
    const { engine, remote, settings } = this.#opened;
    try {
      return await remote.ask(engine.extend(key, token, settings.lease), 'getOrSet', key);
    } catch (error) {
      remote.failed('getOrSet', key, error);
      return false;
    }
  }

  /** Ends the lease of a load that stored nothing. A failure is told, not thrown: then the lease ends by itself. */
  async #released(key: string, token: string, failure?: string): Promise<void> {
    const { engine, remote } = this.#opened;
    try {
      const answer = engine.release(key, token, failure);
      if (answer instanceof Promise) await remote.write(answer, 'getOrSet', key);
    } catch (error) {
      remote.failed('getOrSet', key, error);
    }
  }

  /** Extends the lease until it is stopped. That the lease was lost is told by the commit. */
  #heartbeat(key: string, token: string): Cancel {
    const { clock, engine, settings } = this.#opened;
    let stopped = false;
    let cancel: Cancel = () => {};
    const beat = (): void => {
      if (stopped) return;
      this.#inBackground(key, () => engine.extend(key, token, settings.lease));
      cancel = clock.after(settings.lease / 3, beat);
    };
    cancel = clock.after(settings.lease / 3, beat);
    return () => {
      stopped = true;
      cancel();
    };
  }

  /** A step nobody waits for: its failure is told, not thrown. */
  #inBackground(key: string, step: () => unknown): void {
    const failed = (error: unknown): void => this.#opened.remote.failed('getOrSet', key, error);
    try {
      const answer = step();
      if (answer instanceof Promise) answer.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

/** The error of a call that waited for a loader as long as it would. */
export function timeoutError({ name }: Opened, key: string, timeout: number): CacheError {
  return new CacheError(
    'LOADER_TIMEOUT',
    `cache '${name}': the loader of '${key}' did not settle within ${timeout} ms`,
    { cache: name, key },
  );
}

function outcomeOf(landing: Landing): 'stored' | 'overtaken' | 'missing' {
  if (landing.status === 'missing') return 'missing';
  return landing.status === 'loaded' && landing.stored ? 'stored' : 'overtaken';
}

/** All that crosses a process of what a loader threw; it may be anything, and have no text. */
function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'it threw something that has no text';
  }
}
