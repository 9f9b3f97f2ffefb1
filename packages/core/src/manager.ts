/** Named caches over registered providers. */
import * as z from 'zod/mini';
import type { Cache, CacheHealth } from './api.ts';
import { createCache } from './cache.ts';
import { systemClock, systemRandom, type Clock } from './clock.ts';
import { CacheError } from './errors.ts';
import type { DeepReadonly } from './freezing.ts';
import { createIds } from './ids.ts';
import { checkName } from './keyspace.ts';
import { Lifecycle, type Surroundings } from './lifecycle.ts';
import { Observers, type Observe } from './observing.ts';
import {
  checkDefaults,
  differenceOf,
  parsed,
  settingsOf,
  withDefaults,
  type CacheDefaults,
  type CacheOptions,
  type Settings,
  type TermExtractor,
} from './options.ts';
import type { Provider } from './provider.ts';
import type { Infer, Schema } from './schema.ts';

export interface ManagerOptions {
  /** The providers caches may name. Each name once. */
  readonly providers: readonly Provider[];
  /** The provider of caches that name none. Default: the first. */
  readonly default?: string | undefined;
  /** Set before the names of all caches, so that several services or stages can share a server. Default none. */
  readonly namespace?: string | undefined;
  /** Options of every cache that does not say otherwise. */
  readonly defaults?: CacheDefaults | undefined;
  /** Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Uniform in [0, 1), for jitter. Default: `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** A cache and what it was made of. */
interface Made {
  readonly cache: Cache<unknown>;
  readonly provider: Provider;
  readonly settings: Settings;
}

type Terms<T> = Readonly<Record<string, TermExtractor<T>>>;
type NamesOf<X> = Extract<keyof X, string>;

/** Named caches over registered providers. Two managers share nothing but what their providers share. */
export interface Manager {
  /**
   * The cache `name`, opened as it is made; what needs a server goes on in the background, and `ready()` waits for it. The same name gives
   * the same cache: without options, or with the same ones. Throws a `TypeError` for bad or differing options and for a provider that is
   * not registered, and `UNSUPPORTED` when the provider lacks what the options need.
   *
   * With a `schema` the value type and the names of the indexes are inferred; without one give the value type as an argument.
   */
  cache<S extends Schema, const X extends Terms<Infer<S>> = Record<never, never>>(
    name: string,
    options: CacheOptions<Infer<S>, NamesOf<X>> & {
      readonly schema: S;
      readonly indexes?: X;
      readonly isolation?: 'copy';
    },
  ): Cache<Infer<S>, Infer<S>, NamesOf<X>>;
  cache<S extends Schema, const X extends Terms<Infer<S>> = Record<never, never>>(
    name: string,
    options: CacheOptions<Infer<S>, NamesOf<X>> & { readonly schema: S; readonly indexes?: X },
  ): Cache<Infer<S>, DeepReadonly<Infer<S>>, NamesOf<X>>;
  cache<T>(name: string, options?: CacheOptions<T> & { readonly isolation?: 'copy' }): Cache<T>;
  cache<T>(name: string, options: CacheOptions<T>): Cache<T, DeepReadonly<T>>;
  /** Like `observe` of a cache, for every cache of this manager and every namespace below: those made so far, and those made later. */
  observe(observe: Observe<Cache<unknown>>): () => void;
  /** The health of every cache made so far, by name; `down` for those that the end of the manager closed. Never rejects. */
  health(): Promise<Map<string, CacheHealth>>;
  /** Closes every cache. A second call does nothing. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const optionsSchema = z.strictObject({
  providers: z
    .array(
      z.custom<Provider>(isProvider, 'expected a provider, such as memory()'),
      'expected a list of providers',
    )
    .check(z.minLength(1, 'expected at least one provider')),
  default: z.optional(z.string("expected a provider's name")),
  namespace: z.optional(
    z.pipe(
      z.unknown(),
      z.transform((given): string | undefined => {
        if (given === undefined) return undefined;
        checkName(given, 'namespace');
        return given;
      }),
    ),
  ),
  defaults: z._default(
    z.custom<CacheDefaults>((given) => typeof given === 'object' && given !== null, 'expected an object'),
    {},
  ),
  clock: z._default(
    z.custom<Clock>((given) => typeof given === 'object' && given !== null, 'expected a clock'),
    systemClock,
  ),
  random: z._default(
    z.custom<() => number>((given) => typeof given === 'function', 'expected a function'),
    () => systemRandom,
  ),
});

export function createManager(options: ManagerOptions): Manager {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new TypeError('createManager: expected an object, such as { providers: [memory()] }');
  const {
    providers,
    default: chosen,
    namespace,
    defaults,
    clock,
    random,
  } = parsed(optionsSchema, options, 'createManager');
  checkDefaults('createManager: defaults', defaults);
  const registered = new Map<string, Provider>();
  for (const provider of providers) {
    if (registered.has(provider.name))
      throw new TypeError(
        `createManager: two providers are named '${provider.name}': give one of them another name`,
      );
    registered.set(provider.name, provider);
  }
  const fallback = chosen ?? (providers[0] as Provider).name;
  providerNamed(registered, fallback, 'createManager: default');

  const surroundings: Surroundings = { namespace, clock, random, nextId: createIds() };
  const caches = new Map<string, Made>();
  const observers = new Observers<Cache<unknown>>(undefined);
  /** The caches that the end of the manager closed. */
  let closed: ReadonlyMap<string, Made> | undefined;

  const cache = (name: string, given?: CacheOptions<never, never>): Cache<never> => {
    if (closed !== undefined) throw new CacheError('CLOSED', 'the manager is closed', { cache: name });
    checkName(name, "the cache's name");
    const known = caches.get(name);
    if (known !== undefined && given === undefined) return known.cache as Cache<never>;
    const { provider: wanted = fallback, ...rest } = withDefaults(defaults, given);
    const place = `cache '${name}'`;
    const provider = providerNamed(registered, wanted, place);
    const settings = settingsOf(place, rest);
    if (known !== undefined) {
      const difference = known.provider === provider ? differenceOf(known.settings, settings) : 'provider';
      if (difference === undefined) return known.cache as Cache<never>;
      throw new TypeError(
        `cache '${name}' exists with other options (${difference} differs): make it once and share it, or ask for it by name alone`,
      );
    }
    const lifecycle = new Lifecycle([name], provider, settings, surroundings);
    const made = createCache<unknown, unknown, string>(lifecycle, () => caches.delete(name), observers);
    caches.set(name, { cache: made, provider, settings });
    return made as Cache<never>;
  };

  const close = async (): Promise<void> => {
    closed ??= new Map(caches);
    await Promise.all([...caches.values()].map((known) => known.cache.close()));
  };

  const health = async (): Promise<Map<string, CacheHealth>> =>
    new Map(
      await Promise.all(
        [...(closed ?? caches)].map(async ([name, known]) => [name, await known.cache.health()] as const),
      ),
    );

  return {
    cache: cache as Manager['cache'],
    observe: (observe) => observers.add(observe),
    health,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function providerNamed(registered: ReadonlyMap<string, Provider>, name: unknown, place: string): Provider {
  if (typeof name !== 'string')
    throw new TypeError(
      `${place}: option provider: expected the name of a registered provider; providers themselves go to createManager`,
    );
  const provider = registered.get(name);
  if (provider !== undefined) return provider;
  const known = [...registered.keys()].map((other) => `'${other}'`).join(', ');
  throw new TypeError(
    `${place}: no provider '${name}' is registered (there is ${known}): install its package, such as @cache/${name}, and add it to providers`,
  );
}

function isProvider(given: unknown): boolean {
  if (given === null || typeof given !== 'object') return false;
  const { kind, name, traits, open } = given as Partial<Provider>;
  return (
    (kind === 'engine' || kind === 'store') &&
    typeof name === 'string' &&
    typeof traits === 'object' &&
    typeof open === 'function'
  );
}
