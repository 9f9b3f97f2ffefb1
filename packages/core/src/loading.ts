/** `getOrSet` on a miss: ask for the right to load, and lead the load or wait for whoever does. */
import type { LoadOptions } from './api.ts';
import { checkCall } from './call-options.ts';
import { milliseconds } from './duration.ts';
import type { Acquired, Entry } from './engine.ts';
import { CacheError } from './errors.ts';
import { JoinedLoad } from './joined-load.ts';
import { checkKey } from './keyspace.ts';
import { Leading, timeoutError, type AnyLoader, type LoadPlan, type Storing } from './leading.ts';
import type { Place } from './loader-slots.ts';
import type { Opened } from './opened.ts';
import { missed, reveal, valueOf } from './revealing.ts';
import { Flight, type Landing, type LoadResult, type WaitOptions } from './single-flight.ts';
import { isTrouble } from './trouble.ts';
import { currentWork, waitingFor } from './wait-for.ts';
import { checkWriteOptions, tagsOf } from './writes.ts';

/** What the engine said to a request for the right to load. */
export interface Asked {
  /** `undefined`: the provider is in trouble, and the call fails open. */
  readonly acquired: Acquired | undefined;
  /** The load to lead, when the lease was granted. */
  readonly flight: Flight | undefined;
}

/** A value for one caller, and where it came from. `undefined` comes with `'missing'` alone. */
export interface Fetched {
  readonly from: LoadResult['from'];
  readonly value: unknown;
}

/** Another process stored the entry that was waited for. */
interface Found {
  readonly status: 'found';
  readonly entry: Entry;
}

/** What a call waits for, if it does. */
interface Joined {
  load: JoinedLoad | undefined;
}

export class Loading {
  readonly #opened: Opened;
  readonly #leading: Leading;
  /** The waits for loads of other processes. */
  readonly #watches = new Set<Flight>();
  #closed: CacheError | undefined;

  constructor(opened: Opened) {
    this.#opened = opened;
    this.#leading = new Leading(opened);
  }

  /** The name of the cache. */
  get cache(): string {
    return this.#opened.name;
  }

  /** The value of `key` for this caller, a hit included, and where it came from. `asked`: what the engine has already answered. */
  async fetch(key: string, plan: LoadPlan, asked?: Asked): Promise<Fetched> {
    const result = await this.load(key, plan, asked);
    if (result.from !== 'hit') return this.#fetched(result);
    const { entry, waited } = result;
    // A call that waited has missed already.
    const found = (waited ? valueOf : reveal)(this.#opened, key, entry.payload, plan.options, entry);
    const value = found instanceof Promise ? ((await found) as unknown) : found;
    if (value !== undefined) return { from: waited ? 'load' : 'hit', value };
    // What cannot be read, or is unfit, is as good as absent. It is replaced only if it is still there: a write may have come meanwhile.
    const landing = await this.#leadOutage(key, plan, { version: entry.version });
    return this.#fetched(landing.status === 'released' ? { from: 'missing' } : resultOf(landing));
  }

  #fetched(result: Exclude<LoadResult, { from: 'hit' }>): Fetched {
    if (result.from === 'missing') return { from: 'missing', value: undefined };
    return { from: 'load', value: this.#opened.packing.give(result.value) };
  }

  /** Checks what a load needs: misuse is told before the loader runs. */
  plan(loader: AnyLoader, options: LoadOptions | undefined, claim?: () => Place): LoadPlan {
    if (typeof loader !== 'function')
      throw new TypeError(`the loader is ${typeof loader}: give a function that makes the value`);
    const timeout =
      options?.timeout === undefined
        ? this.#opened.settings.timeout
        : milliseconds(options.timeout, 'timeout');
    if (options !== undefined) checkWriteOptions(this.#opened, options);
    const tags = tagsOf(this.#opened, options?.tags);
    // A copy: what the caller does to its options while the loader runs is not meant for this load.
    return {
      loader,
      options: options && { ...options, tags: options.tags && [...options.tags] },
      tags,
      timeout,
      claim,
    };
  }

  /** Claims on one place among the running loaders, for loads that run as one. */
  claimTogether(): () => Place {
    return this.#leading.claimTogether();
  }

  /** Asks the engine for `key`. A lease that is granted after the caller has left, or the cache has closed, is given back. */
  acquire(key: string, plan: LoadPlan, awaited: string | undefined): Asked | Promise<Asked> {
    const { engine, remote, traits, settings, nextId } = this.#opened;
    const token = nextId();
    // In one process the holder cannot die without the entries, so its lease needs no end and no sign of life.
    const leaseMs = traits.scope === 'process' ? Infinity : settings.lease;
    const overUnreadable = remote.opensFor(plan.options);
    const answer = engine.acquire(key, { token, leaseMs, tags: plan.tags, awaited, overUnreadable });
    const asked = (acquired: Acquired | undefined): Asked => {
      if (this.#closed === undefined) {
        const flight = acquired?.status === 'lead' ? this.#leading.grant(key, token, plan) : undefined;
        return { acquired, flight };
      }
      if (acquired?.status === 'lead') this.#leading.release(key, token);
      throw this.#closed;
    };
    if (!(answer instanceof Promise)) return asked(answer);
    const giveBack = (): void => {
      answer.then(
        ({ status }) => (status === 'lead' ? this.#leading.release(key, token) : undefined),
        // The same failure that the caller has been told.
        () => undefined,
      );
    };
    return remote.read(answer, 'getOrSet', key, plan.options).then(
      (acquired) => {
        if (acquired === undefined) giveBack();
        return asked(acquired);
      },
      (error: unknown) => {
        giveBack();
        throw error;
      },
    );
  }

  /** The value of `key`, loaded if need be. `asked`: what the engine has already answered. */
  async load(key: string, plan: LoadPlan, asked?: Asked): Promise<LoadResult> {
    checkKey(key);
    const joined: Joined = { load: undefined };
    try {
      return await this.#load(key, plan, asked, joined);
    } finally {
      joined.load?.end('left');
    }
  }

  /** `joined`: what it waits for, told before this rejects or gives something. */
  async #load(key: string, plan: LoadPlan, asked: Asked | undefined, joined: Joined): Promise<LoadResult> {
    let awaited: string | undefined;
    let waited = false;
    for (let answered = asked; ; answered = undefined) {
      // A lease that was granted must be led or given back, whoever has left: then the wait below sees the signal.
      if (answered === undefined) checkCall(plan.options);
      let next = answered ?? this.acquire(key, plan, awaited);
      if (next instanceof Promise) next = await next;
      const { acquired, flight } = next;
      this.#lookedAgain(joined, acquired);
      if (acquired?.status === 'hit') return { from: 'hit', entry: acquired.entry, waited };
      // A call misses once, whatever becomes of its load and however often it looks again.
      if (!waited) missed(this.#opened, key);
      waited = true;
      if (acquired?.status === 'failed') throw this.#failedElsewhere(key, acquired.message);

      const leads = flight !== undefined;
      const landing = await (leads
        ? this.#lead(flight, plan, 'commit')
        : acquired?.status === 'wait'
          ? this.#follow(key, acquired, plan, joined)
          : this.#leadOutage(key, plan, 'nothing'));

      if (landing.status === 'found') {
        joined.load?.end('served');
        return { from: 'hit', entry: landing.entry, waited };
      }
      // A value that was not stored is its leader's alone, and a released lease says nothing: look again.
      if (landing.status !== 'released' && (leads || landing.status !== 'loaded' || landing.shared)) {
        joined.load?.end(landing.status === 'failed' ? 'failed' : 'served');
        return resultOf(landing);
      }
      awaited = acquired?.status === 'wait' ? acquired.holder : undefined;
    }
  }

  #lead(flight: Flight, plan: LoadPlan, storing: Storing): Promise<Landing> {
    const landing = this.#wait(flight, plan, true);
    this.#leading.start(flight, plan, storing);
    return landing;
  }

  /** Loads without a lease, with the others of this process that do so. */
  #leadOutage(key: string, plan: LoadPlan, storing: Storing): Promise<Landing> {
    const running = this.#leading.outage(key);
    if (running !== undefined) return this.#wait(running, plan);
    return this.#lead(this.#leading.beginOutage(key, this.#opened.nextId(), plan), plan, storing);
  }

  /** Gives up every running load, and every wait for one. */
  close(error: CacheError): void {
    this.#closed = error;
    this.#leading.close(error);
    for (const watch of this.#watches) watch.abandon(error);
  }

  /** Waits for a load that somebody else began: a call of this process, or another process. */
  async #follow(
    key: string,
    acquired: Acquired & { status: 'wait' },
    plan: LoadPlan,
    joined: Joined,
  ): Promise<Landing | Found> {
    const { holder } = acquired;
    const own = this.#leading.flight(holder);
    if (joined.load?.load !== holder)
      joined.load = new JoinedLoad(this.#opened, key, holder, own === undefined);
    joined.load.hasLapsed = false;
    return own === undefined
      ? this.#followElsewhere(key, acquired, plan, joined.load)
      : this.#wait(own, plan);
  }

  /** Tells that a wait is over, unless what was waited for still runs. */
  #lookedAgain({ load }: Joined, acquired: Acquired | undefined): void {
    if (load === undefined || (acquired?.status === 'wait' && acquired.holder === load.load)) return;
    if (acquired?.status === 'hit') load.end('served');
    else if (acquired?.status === 'failed') load.end('failed');
    else load.end(acquired?.status === 'lead' && load.hasLapsed ? 'takenOver' : 'ended');
  }

  /** A flight stands for the wait, so that aborts and the hard timeout work as for a load of our own. */
  async #followElsewhere(
    key: string,
    { holder, settled }: Acquired & { status: 'wait' },
    plan: LoadPlan,
    joined: JoinedLoad,
  ): Promise<Landing | Found> {
    const { clock } = this.#opened;
    const watch = new Flight({ cache: this.#opened.name, key, token: holder }, clock, Infinity, () => {});
    this.#watches.add(watch);
    const cancel = clock.after(plan.timeout, () =>
      watch.abandon(timeoutError(this.#opened, key, plan.timeout)),
    );
    let stored: Entry | undefined;
    settled(watch.signal).then(
      (outcome) => {
        if (outcome.status === 'stored') stored = outcome.entry;
        joined.hasLapsed = outcome.status === 'released' && outcome.lapsed === true;
        if (outcome.status !== 'failed') watch.land({ status: 'released' });
        else watch.land({ status: 'failed', error: this.#failedElsewhere(key, outcome.message) });
      },
      (error: unknown) => watch.land(isTrouble(error) ? { status: 'released' } : { status: 'failed', error }),
    );
    try {
      const landing = await this.#wait(watch, plan, true);
      return stored === undefined ? landing : { status: 'found', entry: stored };
    } finally {
      cancel();
      this.#watches.delete(watch);
    }
  }

  #wait(flight: Flight, plan: LoadPlan, leads = false): Promise<Landing> {
    const waiting: WaitOptions = {
      signal: plan.options?.signal,
      timeout: plan.timeout,
      timeoutError: () => timeoutError(this.#opened, flight.key, plan.timeout),
    };
    return currentWork() === undefined
      ? flight.wait(waiting, leads)
      : waitingFor(flight, () => flight.wait(waiting, leads));
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

/** What a landing means to a call that may have it. */
function resultOf(landing: Landing): Exclude<LoadResult, { from: 'hit' }> {
  if (landing.status === 'loaded') return { from: 'load', value: landing.value };
  if (landing.status === 'failed') throw landing.error;
  return { from: 'missing' };
}
