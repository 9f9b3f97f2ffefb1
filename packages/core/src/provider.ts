/** A provider: the plugin a service registers to say where entries live. */
import type { Clock } from './clock.ts';
import type { Codec } from './codec.ts';
import type { Engine, EngineTraits, MaybePromise } from './engine.ts';
import type { Store, StoreTraits } from './store.ts';

/** What happened inside an engine that nobody called for. */
export type EngineEvent =
  | { readonly type: 'evicted'; readonly key: string; readonly cause: 'entries' | 'bytes' | 'limit' }
  | { readonly type: 'expired'; readonly key: string }
  | { readonly type: 'connection'; readonly state: 'up' | 'down'; readonly error?: unknown };

/** What a provider is told when a cache opens a space. It never sees a codec, a middleware, a loader or an option of the cache. */
export interface OpenContext {
  /** The cache's name, for messages. Caches of several managers may have the same; their spaces tell them apart. */
  readonly cache: string;
  /**
   * The space: cache name and namespaces in one injective, printable text without spaces, no space's text being a prefix of another's:
   * `stage/cache.namespace:`. Up to the first `.` or `:` it names the cache, the manager's namespace included; spaces that have this in
   * common are one cache's and share its limits.
   * Opening the same space twice on one provider gives two engines on the same entries.
   */
  readonly space: string;
  /** Where a backend has partitions: keys of one route belong into one. Left out: every key is its own route. Pure. */
  readonly routeOf: ((key: string) => string) | undefined;
  /**
   * Core gives up on each call after so many milliseconds; `Infinity` where it does not. An engine that tries again by itself what was not
   * executed stops by then.
   */
  readonly deadline: number;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Never throws. Listeners hear of it at once and may call the engine: tell it when the step that caused it is over. */
  readonly report: (event: EngineEvent) => void;
}

/** A provider that can do every step atomically. */
export interface EngineProvider {
  readonly kind: 'engine';
  /** What `provider: '...'` of a cache names. */
  readonly name: string;
  readonly traits: EngineTraits;
  /** What encodes the values of caches that name no codec, where the engine holds bytes. Default: the built-in binary codec. */
  readonly codec?: Codec | undefined;
  open(context: OpenContext): MaybePromise<Engine>;
}

/** A provider that offers the five primitives; core's record engine does the rest. */
export interface StoreProvider {
  readonly kind: 'store';
  readonly name: string;
  readonly traits: StoreTraits;
  /** What encodes the values of caches that name no codec, where the store holds bytes. Default: the built-in binary codec. */
  readonly codec?: Codec | undefined;
  open(context: OpenContext): MaybePromise<Store>;
}

export type Provider = EngineProvider | StoreProvider;
