/** `getOrSet` on a miss: acquire the right to load, load once for everybody who waits, commit unless overtaken. */
import { LoadedEntry, type LoadOptions, type LoaderContext } from './api.ts';
import type { Cancel } from './clock.ts';
import { milliseconds } from './duration.ts';
import type { Acquired, Entry } from './engine.ts';
import { CacheError } from './errors.ts';
import { checkKey } from './keyspace.ts';
import { LoaderSlots } from './loader-slots.ts';
import type { Opened } from './opened.ts';
import { isTrouble } from './remote.ts';
import { loadedValue, reveal } from './revealing.ts';
import { Flight, type Landing, type LoadResult, type WaitOptions } from './single-flight.ts';
import { currentWork, runAs, waitingFor } from './wait-for.ts';
import { compose, limitExceeded, tagsOf, validated } from './writes.ts';

/** A loader of any type: the types of the public face end where features begin. */
export type AnyLoader = (context: LoaderContext) => unknown;

/** What a load needs beside its loader; resolved once, when the call begins. */
export interface LoadPlan {
  readonly loader: AnyLoader;
  readonly options: LoadOptions | undefined;
  readonly tags: readonly string[];
  readonly timeout: number;
  /** False when the loader is part of a group that takes its place as one. */
  readonly takesPlace: boolean;
}

export class Loading {
  readonly #opened: Opened;
  readonly #slots: LoaderSlots;
  /** The loads of this process by token: the engine says who holds a lease, and whoever it names is joined. */
  readonly #flights = new Map<string, Flight>();
  /** Loads without a lease, by key, while the provider is in trouble. */
  readonly #outages = new Map<string, Flight>();

  constructor(opened: Opened) {
    this.#opened = opened;
    this.#slots = new LoaderSlots(opened.settings.loaders);
  }

  /** The whole of `getOrSet`, a hit included: the value of `key` for this caller. */
  async getOrSet(key: string, loader: AnyLoader, options: LoadOptions | undefined): Promise<unknown> {
    const plan = this.plan(loader, options);
    const result = await this.load(key, plan);
    if (result.from !== 'hit') return loadedValue(this.#opened, key, result);
    const value = reveal(this.#opened, key, result.payload, options);
    if (value !== undefined) return value;
    // What cannot be read is as good as absent: its next load replaces it.
    await this.#opened.remote.write(this.#opened.engine.expire(key), 'getOrSet', key, options);
    return loadedValue(this.#opened, key, await this.load(key, plan));
  }

  plan(loader: AnyLoader, options: LoadOptions | undefined, takesPlace = true): LoadPlan {
    if (typeof loader !== 'function')
      throw new TypeError(`the loader is ${typeof loader}: give a function that makes the value`);
    const timeout =
      options?.timeout === undefined
        ? this.#opened.settings.timeout
        : milliseconds(options.timeout, 'timeout');
    return { loader, options, tags: tagsOf(this.#opened, options?.tags), timeout, takesPlace };
  }

  /** Asks the engine for `key`; `undefined` when it is in trouble and the call fails open. */
  acquire(key: string, plan: LoadPlan, awaited: string | undefined): Asked | Promise<Asked> {
    const { engine, remote, traits, settings, nextId } = this.#opened;
    const token = nextId();
    // In one process the holder cannot die without the entries, so its lease needs no end and no sign of life.
    const leaseMs = traits.scope === 'process' ? Infinity : settings.lease;
    const answer = engine.acquire(key, { token, leaseMs, tags: plan.tags, awaited });
    if (!(answer instanceof Promise)) return { token, acquired: answer };
    return remote.read(answer, 'getOrSet', key, plan.options).then((acquired) => ({ token, acquired }));
  }

  /** The value of `key`, loaded if need be. `asked`: what the engine has already answered. */
  async load(key: string, plan: LoadPlan, asked?: Asked): Promise<LoadResult> {
    checkKey(key);
    const signal = plan.options?.signal;
    for (let awaited: string | undefined; ;) {
      signal?.throwIfAborted();
      let next = asked ?? this.acquire(key, plan, awaited);
      if (next instanceof Promise) next = await next;
      asked = undefined;
      const { token, acquired } = next;
      if (acquired?.status === 'hit') return { from: 'hit', payload: acquired.entry.payload };
      if (acquired?.status === 'failed') throw this.#failedElsewhere(key, acquired.message);

      let landing: Landing | Found;
      const leads = acquired?.status === 'lead';
      if (leads) landing = await this.#wait(this.#begin(key, token, plan, true), plan);
      else if (acquired === undefined)
        landing = await this.#wait(this.#outages.get(key) ?? this.#begin(key, token, plan, false), plan);
      else landing = await this.#follow(key, acquired, plan);

      if (landing.status === 'found') return { from: 'hit', payload: landing.entry.payload };
      // A value that was not stored is its leader's alone, and a released lease says nothing: look again.
      if (landing.status !== 'released' && (leads || landing.status !== 'loaded' || landing.shared))
        return resultOf(landing);
      awaited = acquired?.status === 'wait' ? acquired.holder : undefined;
    }
  }

  /** Abandons every running load. */
  close(error: CacheError): void {
    for (const flight of [...this.#flights.values(), ...this.#outages.values()]) flight.abandon(error);
    this.#flights.clear();
    this.#outages.clear();
  }

  #wait(flight: Flight, plan: LoadPlan): Promise<Landing> {
    const waiting: WaitOptions = {
      signal: plan.options?.signal,
      timeout: plan.timeout,
      timeoutError: () => this.#timeoutError(flight.key, plan.timeout),
    };
    return currentWork() === undefined
      ? flight.wait(waiting)
      : waitingFor(flight, flight.key, () => flight.wait(waiting));
  }

  /** Waits for a load that somebody else began: a call of this process, or another process. */
  async #follow(
    key: string,
    acquired: Acquired & { status: 'wait' },
    plan: LoadPlan,
  ): Promise<Landing | Found> {
    const { tally, events } = this.#opened;
    const own = this.#flights.get(acquired.holder);
    tally.joins += 1;
    if (events.active.join !== undefined) events.emit('join', { key, elsewhere: own === undefined });
    if (own !== undefined) return this.#wait(own, plan);

    // A flight stands for the wait, so that aborts and the hard timeout work as for a load of our own.
    const { settled } = acquired;
    const watch = new Flight(key, acquired.holder, this.#opened.clock, () => {});
    const cancel = this.#opened.clock.after(plan.timeout, () =>
      watch.abandon(this.#timeoutError(key, plan.timeout)),
    );
    let stored: Entry | undefined;
    settled(watch.signal)
      .then((outcome) => {
        if (outcome.status === 'stored') stored = outcome.entry;
        watch.land(
          outcome.status === 'failed'
            ? { status: 'failed', error: this.#failedElsewhere(key, outcome.message) }
            : { status: 'released' },
        );
      })
      .catch((error: unknown) =>
        watch.land(isTrouble(error) ? { status: 'released' } : { status: 'failed', error }),
      );
    try {
      const landing = await this.#wait(watch, plan);
      return stored === undefined ? landing : { status: 'found', entry: stored };
    } finally {
      cancel();
    }
  }

  /** Starts a load. The caller must begin to wait for the flight in the same turn: the load runs right after it. */
  #begin(key: string, token: string, plan: LoadPlan, leased: boolean): Flight {
    const flights = leased ? this.#flights : this.#outages;
    const name = leased ? token : key;
    const forget = (): void => {
      if (flights.get(name) === flight) flights.delete(name);
    };
    const flight: Flight = new Flight(key, token, this.#opened.clock, () => {
      forget();
      flight.hurry?.();
      if (leased) this.#inBackground(key, this.#opened.engine.release(key, token, undefined));
    });
    flights.set(name, flight);
    queueMicrotask(() => void this.#run(flight, plan, leased).finally(forget));
    return flight;
  }

  /** Runs a load to its landing. Never rejects. */
  async #run(flight: Flight, plan: LoadPlan, leased: boolean): Promise<void> {
    const { clock, settings, traits, engine } = this.#opened;
    const { key, token } = flight;
    const place = this.#slots.claim();
    const stopBeating = leased && traits.scope !== 'process' ? this.#heartbeat(key, token) : () => {};
    const stopTimer = clock.after(plan.timeout, () => {
      flight.becomeLate(this.#timeoutError(key, plan.timeout));
      // A loader that never settles must not hold its key, or its place, for ever: from here on its lease has an end.
      stopBeating();
      place.leave();
      if (leased) this.#inBackground(key, engine.extend(key, token, settings.lease));
    });
    try {
      // A load that a running loader asks for takes no place: the asking one holds a place already.
      if (plan.takesPlace && currentWork() === undefined) {
        flight.hurry = place.hurry;
        await place.enter();
      }
      const landing: Landing = flight.signal.aborted
        ? { status: 'released' }
        : await this.#attempt(flight, plan, leased);
      // Those who came after the timeout did not ask for the error that our own signal provoked.
      flight.land(landing.status === 'failed' && flight.isLate ? { status: 'released' } : landing);
    } finally {
      stopTimer();
      stopBeating();
      place.leave();
    }
  }

  /** Runs the loader and stores what it gives. Never rejects. */
  async #attempt(flight: Flight, plan: LoadPlan, leased: boolean): Promise<Landing> {
    const { engine, tally, events, clock } = this.#opened;
    const { key, token } = flight;
    const started = clock.elapsed();
    try {
      const loaded = await runAs(flight, () => plan.loader({ key, signal: flight.signal }));
      const duration = clock.elapsed() - started;
      const landing = await this.#store(flight, plan, loaded, duration, leased);
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
      if (leased)
        this.#inBackground(key, engine.release(key, token, flight.isLate ? undefined : messageOf(error)));
      return { status: 'failed', error };
    }
  }

  /** Commits what the loader gave. Throws when the value is refused: then the load has failed. */
  async #store(
    flight: Flight,
    plan: LoadPlan,
    loaded: unknown,
    duration: number,
    leased: boolean,
  ): Promise<Landing> {
    const { engine, remote, tally, packing, settings } = this.#opened;
    const { key, token } = flight;
    const value = loaded instanceof LoadedEntry ? (loaded.value as unknown) : loaded;
    if (value === undefined) {
      if (leased) this.#inBackground(key, engine.release(key, token, undefined));
      return { status: 'missing' };
    }
    const own = loaded instanceof LoadedEntry ? loaded.options : undefined;
    const options =
      own === undefined
        ? plan.options
        : { ...plan.options, ttl: own.ttl ?? plan.options?.ttl, tags: own.tags ?? plan.options?.tags };
    const checked = validated(this.#opened, key, value);
    const accepted = checked instanceof Promise ? await checked : checked;
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
    if (!leased) return { status: 'loaded', value: isolated, stored: false, shared: true };
    try {
      const answer = engine.commit(key, token, write);
      const committed = answer instanceof Promise ? await remote.write(answer, 'getOrSet', key) : answer;
      if (committed === 'limited') throw limitExceeded(this.#opened, key);
      if (committed === 'overtaken') tally.overtaken += 1;
      // Tags learnt from the loader are not in the lease: whoever joined under it may have come after their invalidation.
      const stored = committed === 'stored';
      return { status: 'loaded', value: isolated, stored, shared: stored && own?.tags === undefined };
    } catch (error) {
      if (!isTrouble(error) || (plan.options?.onFailure ?? settings.onFailure) === 'throw') throw error;
      remote.failed('getOrSet', key, error);
      return { status: 'loaded', value: isolated, stored: false, shared: false };
    }
  }

  /** Extends the lease until it is stopped. That the lease was lost is told by the commit. */
  #heartbeat(key: string, token: string): Cancel {
    const { clock, engine, settings } = this.#opened;
    let stopped = false;
    let cancel: Cancel = () => {};
    const beat = (): void => {
      if (stopped) return;
      this.#inBackground(key, engine.extend(key, token, settings.lease));
      cancel = clock.after(settings.lease / 3, beat);
    };
    cancel = clock.after(settings.lease / 3, beat);
    return () => {
      stopped = true;
      cancel();
    };
  }

  /** A step nobody waits for: its failure is told, not thrown. */
  #inBackground(key: string, step: unknown): void {
    if (step instanceof Promise)
      step.catch((error: unknown) => this.#opened.remote.failed('getOrSet', key, error));
  }

  #timeoutError(key: string, timeout: number): CacheError {
    const { name } = this.#opened;
    return new CacheError(
      'LOADER_TIMEOUT',
      `cache '${name}': the loader of '${key}' did not settle within ${timeout} ms`,
      { cache: name, key },
    );
  }

  #failedElsewhere(key: string, message: string): CacheError {
    const { name } = this.#opened;
    return new CacheError(
      'LOADER_FAILED_ELSEWHERE',
      `cache '${name}': the loader of '${key}' failed in another process: ${message}`,
      { cache: name, key },
    );
  }
}

/** What the engine said to a request for the right to load, and the token of the request. */
export interface Asked {
  readonly token: string;
  readonly acquired: Acquired | undefined;
}

/** Another process stored the entry that was waited for. */
interface Found {
  readonly status: 'found';
  readonly entry: Entry;
}

/** What a landing means to a call that may have it. */
function resultOf(landing: Landing): LoadResult {
  if (landing.status === 'loaded') return { from: 'load', value: landing.value };
  if (landing.status === 'failed') throw landing.error;
  return { from: 'missing' };
}

function outcomeOf(landing: Landing): 'stored' | 'overtaken' | 'missing' {
  if (landing.status === 'missing') return 'missing';
  return landing.status === 'loaded' && landing.stored ? 'stored' : 'overtaken';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
