/** From a provider to an open cache, and to its end. */
import type { CallOptions } from './api.ts';
import { createBinaryCodec } from './binary-codec.ts';
import { Breaker } from './breaker.ts';
import { checkCall } from './call-options.ts';
import type { Clock } from './clock.ts';
import type { Codec } from './codec.ts';
import type { Engine, EngineTraits, MaybePromise } from './engine.ts';
import { CacheError, isCacheError } from './errors.ts';
import { Events } from './events.ts';
import { checkCodec, codecsOf } from './framing.ts';
import { guardedEngine } from './guarded-engine.ts';
import type { NextId } from './ids.ts';
import { spaceOf } from './keyspace.ts';
import { Loading } from './loading.ts';
import type { Observed } from './observing.ts';
import type { Opened } from './opened.ts';
import type { Settings } from './options.ts';
import { createPacking } from './packing.ts';
import type { EngineEvent, OpenContext, Provider } from './provider.ts';
import { recordEngine, recordEngineTraits } from './record/record-engine.ts';
import { Remote } from './remote.ts';
import { Tally, type ReadTally } from './tally.ts';
import { isTrouble } from './trouble.ts';
import { unreachableEngine } from './unreachable-engine.ts';
import { Updates } from './update.ts';

/** What a manager gives all its caches. */
export interface Surroundings {
  readonly namespace: string | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly nextId: NextId;
}

/** What an open cache works with. */
export interface Working {
  readonly opened: Opened;
  readonly loading: Loading;
  readonly updates: Updates;
}

export class Lifecycle {
  readonly name: string;
  readonly provider: Provider;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly events: Events = new Events();
  /** One for a cache and its namespaces: they have one provider and one set of options. */
  readonly breaker: Breaker | undefined;
  readonly #path: readonly string[];
  readonly #surroundings: Surroundings;
  readonly #traits: EngineTraits;
  readonly #codecs: readonly Codec[];
  readonly #tally = new Tally();
  readonly #deadline: number;
  readonly #remote: Remote;
  readonly #stopListening: (() => void) | undefined;
  #working: Working | undefined;
  #opening: Promise<Working> | undefined;
  /** Works in the place of a provider that cannot be opened, whose trouble it tells. */
  #standIn: Working | undefined;
  #trouble: unknown;
  #closed = false;

  /** Throws `UNSUPPORTED` when the provider lacks what the settings need, and whatever the provider throws at once. */
  constructor(
    path: readonly string[],
    provider: Provider,
    settings: Settings,
    surroundings: Surroundings,
    above?: Lifecycle,
  ) {
    this.name = path.join('/');
    this.provider = provider;
    this.settings = settings;
    this.clock = surroundings.clock;
    this.#path = path;
    this.#surroundings = surroundings;
    this.#traits = provider.kind === 'engine' ? provider.traits : recordEngineTraits(provider.traits);
    this.#codecs = this.#traits.holds === 'values' ? [] : codecsOf(settings.codec, this.#defaultCodec());
    // An engine in this process has nobody to wait for: only what others share can fail to answer.
    this.#deadline = this.#traits.scope === 'process' ? Infinity : settings.deadline;
    this.breaker = above === undefined ? this.#createBreaker() : above.breaker;
    this.#remote = new Remote(
      this.name,
      provider.name,
      { deadline: this.#deadline, onFailure: settings.onFailure },
      { clock: this.clock, events: this.events, tally: this.#tally, breaker: this.breaker },
    );
    this.#checkTraits();
    // A namespace may be made while the circuit of its cache is open: then its first call opens it.
    const engine = this.breaker?.refusal(this.name) === undefined ? this.#openEngine() : undefined;
    if (engine instanceof Promise) void this.#await(engine);
    else if (engine !== undefined) this.#working = this.#begin(this.#guarded(engine));
    this.#stopListening = this.breaker?.onChange((state) => {
      if (this.events.active.breaker !== undefined) this.events.emit('breaker', { state });
    });
  }

  /** Set while the cache is open. */
  get working(): Working | undefined {
    return this.#working;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Reads of which no observer is told one by one. */
  get reads(): ReadTally {
    return this.#tally.reads;
  }

  /** What an observer is shown. */
  get observable(): Omit<Observed<unknown>, 'cache'> {
    return {
      path: this.#path,
      provider: this.provider.name,
      counts: this.#tally,
      breaker: () => this.breaker?.state,
    };
  }

  /**
   * Like `open`, but for a provider in trouble gives a stand-in whose every answer is that trouble: then reads fail open and writes reject,
   * as they do when an open provider fails.
   */
  async work(options?: Pick<CallOptions, 'signal'>): Promise<Working> {
    checkCall(options);
    try {
      return await this.open(options?.signal);
    } catch (error) {
      if (!isTrouble(error)) throw error;
      this.#trouble = error;
      this.#standIn ??= this.#begin(
        unreachableEngine(() => this.#trouble),
        { ...this.#traits, synchronous: false },
      );
      return this.#standIn;
    }
  }

  /** Waits until the provider is open, for no longer than the deadline; tries again when it failed before. */
  async open(signal?: AbortSignal): Promise<Working> {
    signal?.throwIfAborted();
    if (this.#closed) throw this.#closedError();
    if (this.#working !== undefined) return this.#working;
    const opening = this.#opening ?? this.#openAgain();
    try {
      return await this.#remote.ask(opening, 'open', undefined, { signal });
    } catch (error) {
      // One that is silent for too long is left to itself: the next call opens anew.
      if (isCacheError(error, 'DEADLINE_EXCEEDED') && this.#opening === opening) this.#opening = undefined;
      throw error;
    }
  }

  /** The lifecycle of a namespace. */
  below(name: string): Lifecycle {
    if (this.#closed) throw this.#closedError();
    return new Lifecycle([...this.#path, name], this.provider, this.settings, this.#surroundings, this);
  }

  /** Gives up what waits and runs, then closes the engine. A second call does nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const open = this.#working;
    this.#working = undefined;
    this.events.close();
    const error = this.#closedError();
    for (const working of [open, this.#standIn]) {
      working?.loading.close(error);
      working?.updates.close(error);
    }
    this.#remote.close(error);
    this.#stopListening?.();
    if (this.#path.length === 1) this.breaker?.close();
    if (open !== undefined) await this.#remote.write(open.opened.engine.close(), 'close');
  }

  #openAgain(): Promise<Working> {
    const refusal = this.breaker?.refusal(this.name);
    if (refusal !== undefined) throw refusal;
    return this.#await(Promise.resolve(this.#openEngine()));
  }

  #await(engine: Promise<Engine>): Promise<Working> {
    const opening = this.#expect(engine);
    this.#opening = opening;
    void this.breaker?.watch(opening);
    // Whoever asks for the cache meanwhile gets the failure; if nobody does, it is told as an event.
    opening.catch((error: unknown) => this.events.emit('error', { operation: 'open', error }));
    return opening;
  }

  /** An opening that failed is forgotten, so that the next call tries again. One that comes too late is closed. */
  async #expect(engine: Promise<Engine>): Promise<Working> {
    try {
      const opened = await engine;
      if (this.#closed || this.#working !== undefined) await opened.close();
      if (this.#closed) throw this.#closedError();
      this.#working ??= this.#begin(this.#guarded(opened));
      return this.#working;
    } finally {
      this.#opening = undefined;
    }
  }

  #openEngine(): MaybePromise<Engine> {
    const { provider } = this;
    const { namespace, clock, random } = this.#surroundings;
    const context: OpenContext = {
      cache: this.#path[0] as string,
      space: spaceOf(namespace, this.#path),
      routeOf: this.settings.colocate,
      deadline: this.#deadline,
      clock,
      random,
      report: (event) => this.#report(event),
    };
    if (provider.kind === 'engine') return provider.open(context);
    const store = provider.open(context);
    return store instanceof Promise
      ? store.then((opened) => recordEngine(opened, provider.traits, context))
      : recordEngine(store, provider.traits, context);
  }

  /** An engine in this process answers at once and has no trouble that passes: nothing stands between the cache and it. */
  #createBreaker(): Breaker | undefined {
    const { breaker } = this.settings;
    if (breaker === undefined || this.#traits.scope !== 'shared' || this.#traits.synchronous)
      return undefined;
    return new Breaker(this.provider.name, breaker, { deadline: this.#deadline, clock: this.clock });
  }

  #guarded(engine: Engine): Engine {
    return this.breaker === undefined ? engine : guardedEngine(engine, this.breaker, this.name);
  }

  #begin(engine: Engine, traits: EngineTraits = this.#traits): Working {
    const { settings, events, provider, name } = this;
    const { namespace, clock, random, nextId } = this.#surroundings;
    const opened: Opened = {
      name,
      provider: provider.name,
      engine,
      traits,
      settings,
      packing: createPacking({
        isolation: settings.isolation,
        holds: traits.holds,
        codecs: this.#codecs,
        schemaVersion: settings.schemaVersion,
        context: { cache: this.#path[0] as string, space: spaceOf(namespace, this.#path) },
      }),
      judges: traits.holds === 'bytes',
      upgrades: new Map(),
      known: { schemaTakesItsOwn: false },
      remote: this.#remote,
      events,
      tally: this.#tally,
      clock,
      random,
      nextId,
    };
    return { opened, loading: new Loading(opened), updates: new Updates(opened) };
  }

  #defaultCodec(): Codec {
    const { codec, name } = this.provider;
    return codec === undefined ? createBinaryCodec() : checkCodec(codec, `provider '${name}': option codec`);
  }

  #checkTraits(): void {
    if (this.settings.indexes.size === 0 || this.#traits.indexes) return;
    throw new CacheError(
      'UNSUPPORTED',
      `cache '${this.name}' declares indexes, but provider '${this.provider.name}' lacks the trait 'indexes': choose another provider or leave the indexes out`,
      { cache: this.name, provider: this.provider.name, trait: 'indexes' },
    );
  }

  #report(event: EngineEvent): void {
    const { events } = this;
    if (event.type === 'evicted') {
      if (events.active.evict !== undefined) events.emit('evict', { key: event.key, cause: event.cause });
    } else if (event.type === 'expired') {
      if (events.active.expire !== undefined) events.emit('expire', { key: event.key });
    } else {
      if (event.state === 'up') this.breaker?.hurry();
      if (events.active.connection !== undefined)
        events.emit('connection', { state: event.state, error: event.error });
    }
  }

  #closedError(): CacheError {
    return new CacheError('CLOSED', `cache '${this.name}' is closed`, { cache: this.name });
  }
}
