/** What a case works with: processes over one provider, caches, and time. */
import type { Cache } from '../api.ts';
import { systemClock, type Clock } from '../clock.ts';
import type { Engine, EngineTraits } from '../engine.ts';
import type { CacheEvents } from '../events.ts';
import { createManager } from '../manager.ts';
import type { CacheOptions } from '../options.ts';
import type { Provider } from '../provider.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { gate, type Gate } from '../testing/gate.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { settle } from '../testing/turns.ts';
import { demand } from './assert.ts';
import { engineOf, traitsOf } from './engine-of.ts';
import { limitMsOf, type ConformanceOptions } from './options.ts';
import { isPending } from './pending.ts';

/** A cache as the cases see it. With `isolation: 'frozen'` what reads give must not be changed. */
export type KitCache<T> = Cache<T>;

/** A manager of its own, as a process would have. */
interface Process {
  /** The cache `name` of this process, a new one with these options if it is not there yet. Without jitter unless asked for. */
  cache<T>(options?: CacheOptions<T>, name?: string): KitCache<T>;
  close(): Promise<void>;
}

export interface Harness extends Process {
  readonly traits: EngineTraits;
  readonly isolation: 'copy' | 'frozen';
  readonly clock: Clock;
  /** Uniform in [0, 1), the same numbers in every run. */
  readonly random: () => number;
  /** Whether time moves only by `pass`, so that an instant can be hit exactly. */
  readonly exactTime: boolean;
  /** Milliseconds that cases can afford to wait for, and that the provider can tell apart. */
  readonly unit: number;
  /** Another process over the same entries. `through` puts a wrapper around its provider. */
  peer(through?: (provider: Provider) => Provider): Process;
  /** The engine itself, opened on a space that no cache uses: for what the public operations do not reach. A second one sees the same entries. */
  engine(): Promise<Engine>;
  /** A provider with entries of its own, for what needs another clock than that of the case. */
  fresh(): Provider;
  /** `name` as nobody else says it. */
  unique(name: string): string;
  /** How many histories a case records and judges. */
  readonly rounds: number;
  /** Lets `ms` pass, and what was waiting for it happen. */
  pass(ms: number): Promise<void>;
  /** Lets a life of `ms` run out, to the provider's precision. */
  runOut(ms: number): Promise<void>;
  /** Lets time pass in small steps until `work` has settled, for work that may have to wait before it looks again. */
  passUntil(work: Promise<unknown>): Promise<void>;
  /** A gate through which every `event` of `cache` goes: its arrivals prove that the event has happened. */
  watch(cache: Pick<KitCache<unknown>, 'on'>, event: keyof CacheEvents): Gate;
  /** Lets promises settle that wait for nothing but each other. */
  settle(): Promise<void>;
}

/** Milliseconds of real time that an operation may take beyond what it waits for. */
const REAL_UNIT = 250;

/** Runs `judge` with a harness of its own, then closes all it opened and looks for what was left behind. */
export async function withHarness(
  options: ConformanceOptions,
  judge: (harness: Harness) => Promise<void>,
): Promise<void> {
  const place = new Place(options);
  try {
    await place.within(judge(place), 'the case did not finish');
  } catch (broken) {
    // What was broken first is what the case is about.
    await place.dispose().catch(() => undefined);
    throw broken;
  }
  await place.dispose();
  demand(
    place.timersLeft === 0,
    `G13: nothing outlives close: ${place.timersLeft} timers were left when every manager had been closed`,
  );
}

class Place implements Harness {
  readonly traits: EngineTraits;
  readonly isolation: 'copy' | 'frozen';
  readonly clock: Clock;
  readonly random: () => number = seededRandom(1);
  readonly unit: number;
  readonly rounds: number;
  readonly #fake = fakeClock();
  readonly #options: ConformanceOptions;
  readonly #provider: Provider;
  readonly #providers = new Set<Provider>();
  readonly #processes: Process[] = [];
  readonly #engines: Engine[] = [];
  /** Part of every name, so that cases never meet although they share a server. */
  readonly #id = crypto.randomUUID().slice(0, 8);
  #own: Process | undefined;

  constructor(options: ConformanceOptions) {
    this.#options = options;
    this.#provider = options.provider();
    this.#providers.add(this.#provider);
    this.traits = traitsOf(this.#provider);
    this.isolation = options.isolation ?? 'copy';
    this.clock = this.exactTime ? this.#fake : systemClock();
    this.rounds = options.rounds ?? (this.exactTime ? 40 : 3);
    this.unit = this.exactTime ? 1_000 : Math.max(REAL_UNIT, 4 * this.traits.expiryPrecisionMs);
  }

  get exactTime(): boolean {
    return this.#time === 'fake';
  }

  get timersLeft(): number {
    return this.#fake.pending;
  }

  cache<T>(options?: CacheOptions<T>, name?: string): KitCache<T> {
    this.#own ??= this.#open(this.#provider);
    return this.#own.cache(options, name);
  }

  async close(): Promise<void> {
    await this.#own?.close();
  }

  peer(through: (provider: Provider) => Provider = (provider) => provider): Process {
    const provider = this.#options.peer?.(this.#provider) ?? this.#provider;
    this.#providers.add(provider);
    return this.#open(through(provider));
  }

  async engine(): Promise<Engine> {
    const engine = await engineOf(this.#provider, {
      cache: `engine-${this.#id}`,
      space: `engine-${this.#id}:`,
      routeOf: undefined,
      deadline: this.traits.scope === 'process' ? Infinity : 1_000,
      clock: this.clock,
      random: this.random,
      report: () => undefined,
    });
    this.#engines.push(engine);
    return engine;
  }

  fresh(): Provider {
    const provider = this.#options.provider();
    this.#providers.add(provider);
    return provider;
  }

  unique(name: string): string {
    return `${name}-${crypto.randomUUID().slice(0, 8)}`;
  }

  async pass(ms: number): Promise<void> {
    if (this.#time === 'fake') await this.#fake.pass(ms);
    else await this.#time.waitAtLeast(ms);
    await this.settle();
  }

  runOut(ms: number): Promise<void> {
    return this.pass(ms + this.traits.expiryPrecisionMs);
  }

  async passUntil(work: Promise<unknown>): Promise<void> {
    await this.settle();
    for (let step = 0; step < 200 && (await isPending(work)); step += 1) await this.pass(this.unit / 4);
  }

  watch(cache: Pick<KitCache<unknown>, 'on'>, event: keyof CacheEvents): Gate {
    const seen = gate();
    cache.on(event, () => void seen.pass());
    return seen;
  }

  settle(): Promise<void> {
    return settle();
  }

  /** The outcome of `work`; a failure that says `what` when it takes longer than a case may. */
  async within<X>(work: Promise<X>, what: string): Promise<X> {
    const limitMs = limitMsOf(this.#options);
    let limit: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      limit = setTimeout(() => reject(new Error(`${what} within ${limitMs} ms`)), limitMs);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(limit);
    }
  }

  async dispose(): Promise<void> {
    const closing = [...this.#processes, ...this.#engines].map(async (opened) => opened.close());
    await this.within(Promise.all(closing), 'G13: close did not finish');
    for (const provider of this.#providers) await this.#options.dispose?.(provider);
  }

  get #time(): 'fake' | { readonly waitAtLeast: (ms: number) => Promise<void> } {
    return this.#options.time ?? 'fake';
  }

  #open(provider: Provider): Process {
    const manager = createManager({
      providers: [provider],
      default: provider.name,
      clock: this.clock,
      random: this.random,
    });
    const process: Process = {
      cache: <T>(options: CacheOptions<T> = {}, name = 'things'): KitCache<T> => {
        const cache = manager.cache<T>(`${name}-${this.#id}`, {
          jitter: 0,
          isolation: this.isolation,
          ...options,
        }) as unknown as KitCache<T>;
        return this.#options.within === 'namespace' ? cache.namespace('within') : cache;
      },
      close: () => manager.close(),
    };
    this.#processes.push(process);
    return process;
  }
}
