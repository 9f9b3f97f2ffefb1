/** The options of a cache: what a caller may say, and the frozen settings that come of it. */
import * as z from 'zod/mini';
import type { Ttl } from './api.ts';
import type { Codec } from './codec.ts';
import { millisecondsOrForever, milliseconds, type Duration } from './duration.ts';
import { checkCodecs } from './framing.ts';
import { checkName, checkTags } from './keyspace.ts';
import type { Schema } from './schema.ts';

/** Gives the terms of a value under one index: one, several, or none. Must be quick, pure, and not change the value. */
export type TermExtractor<T> = (value: T, key: string) => string | readonly string[] | undefined;

/**
 * Makes a value in today's form of one that was written under an older schema version; 0: under none. `undefined`: there is none, and the
 * entry counts as absent. The old value is the function's own. May run several times for an entry.
 */
export type Migration<T> = (
  old: unknown,
  fromVersion: number,
  key: string,
) => T | undefined | Promise<T | undefined>;

/** When a circuit breaker opens, and for how long. */
export interface BreakerOptions {
  /** So many calls in a row that find the provider in trouble open the circuit. Default 5. */
  readonly failures?: number | undefined;
  /** After so long one call goes through again, on trial; at once when the provider tells that its connection is up. Default `'1s'`. */
  readonly halfOpenAfter?: Duration | undefined;
}

/** Options of a cache. Each states its default. */
export interface CacheOptions<T = unknown, I extends string = string> {
  /** Name of a registered provider. Default: the manager's `default`. */
  readonly provider?: string | undefined;
  /** How long entries are fresh. Default `'1h'`. */
  readonly ttl?: Ttl | undefined;
  /** Shortens each ttl by a random part of at most this fraction, so that what was written together does not expire together. 0 to 1, default 0.1. */
  readonly jitter?: number | undefined;
  /** `'copy'` (default): every read gives a copy of the caller's own. `'frozen'`: reads share one deeply frozen value. */
  readonly isolation?: 'copy' | 'frozen' | undefined;
  /** The hard timeout of a load: see `LoadOptions`. Default `'30s'`. */
  readonly timeout?: Duration | undefined;
  /** Tags of every entry, besides those of the call. Default none. */
  readonly tags?: readonly string[] | undefined;
  /** Secondary indexes, kept by the cache: each gives the terms of a value. Default none. */
  readonly indexes?: { readonly [N in I]: TermExtractor<T> } | undefined;
  /**
   * Checks every value before it is stored, and when it is read from where others may have written it; any Standard Schema. What the schema
   * makes of the value is stored, and has to be accepted by it again. Default none.
   */
  readonly schema?: Schema<T> | undefined;
  /** The version of the form that values have now, from 1 to 65,535: stored beside each, where the provider holds bytes. Default none. */
  readonly schemaVersion?: number | undefined;
  /** Brings values of older schema versions into today's form. Needs `schemaVersion`. Default: they are misses. */
  readonly migrate?: Migration<T> | undefined;
  /**
   * Turns values into bytes, where the provider holds bytes. Of a list the first writes, and each reads what it wrote. What the provider's
   * default wrote is read in any case, unless the first one authenticates. Default: the provider's, or the built-in binary codec.
   */
  readonly codec?: Codec | readonly Codec[] | undefined;
  /** Keeps all keys of one route in one partition. Must be pure. Default: every key on its own. */
  readonly colocate?: ((key: string) => string) | undefined;
  /** How long a provider that other processes share may take to answer. Default `'1s'`. */
  readonly deadline?: Duration | undefined;
  /** How long a lease lasts without a sign of life from its holder, where the holder can die alone. Default `'2s'`. */
  readonly lease?: Duration | undefined;
  /** How many loaders of this cache may run at once in this process. Default 64. */
  readonly loaders?: number | undefined;
  /** Reads when the provider fails: `'open'` (default) misses and loads without sharing across processes; `'throw'` rejects. */
  readonly onFailure?: 'open' | 'throw' | undefined;
  /**
   * The circuit breaker: while a provider that other processes share fails call after call, calls are refused with `UNAVAILABLE` at once,
   * and nothing is sent. `false`: none.
   */
  readonly breaker?: BreakerOptions | false | undefined;
}

/** Options that are said of each cache by itself, and why. */
const OWN = {
  provider: "the manager's option `default` names it",
  isolation: 'it decides the type of what reads give',
  indexes: 'it belongs to the values of one cache',
  schema: 'it belongs to the values of one cache',
  schemaVersion: 'it belongs to the values of one cache',
  migrate: 'it belongs to the values of one cache',
  colocate: 'it belongs to the keys of one cache',
} as const;

/** Options that a manager can give all its caches. */
export type CacheDefaults = Omit<CacheOptions<never, never>, keyof typeof OWN>;

/** The options of a breaker after validation: durations are milliseconds. */
export interface BreakerSettings {
  readonly failures: number;
  readonly halfOpenAfter: number;
}

/** Options after validation: durations are milliseconds, defaults are filled in, nothing can change. */
export interface Settings {
  readonly ttl: number;
  readonly jitter: number;
  readonly isolation: 'copy' | 'frozen';
  readonly timeout: number;
  readonly tags: readonly string[];
  readonly indexes: ReadonlyMap<string, TermExtractor<unknown>>;
  readonly schema: Schema | undefined;
  /** 0: none. */
  readonly schemaVersion: number;
  readonly migrate: Migration<unknown> | undefined;
  /** The first writes. `undefined`: the provider's default. */
  readonly codec: readonly Codec[] | undefined;
  readonly colocate: ((key: string) => string) | undefined;
  readonly deadline: number;
  readonly lease: number;
  readonly loaders: number;
  readonly onFailure: 'open' | 'throw';
  /** `undefined`: none. */
  readonly breaker: BreakerSettings | undefined;
}

const duration = (name: string, ifMissing: string): z.ZodMiniType<number> =>
  z.pipe(
    z.unknown(),
    z.transform((given) => milliseconds(given === undefined ? ifMissing : given, name)),
  );

const countFrom1 = (ifMissing: number): z.ZodMiniDefault<z.ZodMiniType<number, number>> =>
  z._default(
    z.int('expected a whole number from 1').check(z.minimum(1, 'expected a whole number from 1')),
    ifMissing,
  );

const callback = <F>(what: string): z.ZodMiniType<F> =>
  z.custom<F>((given) => typeof given === 'function', `expected ${what}`);

const SCHEMA_VERSION = 'expected a whole number from 1 to 65535';

const optionsSchema = z.strictObject({
  ttl: z.pipe(
    z.unknown(),
    z.transform((given) => millisecondsOrForever(given === undefined ? '1h' : given, 'ttl')),
  ),
  jitter: z._default(
    z
      .number('expected a number from 0 to 1')
      .check(z.minimum(0, 'expected a number from 0 to 1'), z.maximum(1, 'expected a number from 0 to 1')),
    0.1,
  ),
  isolation: z._default(z.enum(['copy', 'frozen'], "expected 'copy' or 'frozen'"), 'copy'),
  timeout: duration('timeout', '30s'),
  tags: z.pipe(
    z._default(z.array(z.string('expected a text'), 'expected a list of texts'), []),
    z.transform((given: string[]) => checkTags(given)),
  ),
  indexes: z.pipe(
    z._default(
      z.record(
        z.string(),
        callback<TermExtractor<unknown>>('a function that gives the terms of a value'),
        'expected an object of functions',
      ),
      {},
    ),
    z.transform((given: Record<string, TermExtractor<unknown>>) => {
      for (const index of Object.keys(given)) checkName(index, 'the name of an index');
      return new Map(Object.entries(given));
    }),
  ),
  schema: z.optional(
    z.custom<Schema>(isStandardSchema, 'expected a Standard Schema, version 1 (zod, valibot, arktype, ...)'),
  ),
  schemaVersion: z._default(
    z.int(SCHEMA_VERSION).check(z.minimum(1, SCHEMA_VERSION), z.maximum(65_535, SCHEMA_VERSION)),
    0,
  ),
  migrate: z.optional(callback<Migration<unknown>>('a function that makes a value of an older one')),
  codec: z.optional(
    z.pipe(
      z.unknown(),
      z.transform((given) => (given === undefined ? undefined : checkCodecs(given, 'option codec'))),
    ),
  ),
  colocate: z.optional(callback<(key: string) => string>('a function that gives the route of a key')),
  deadline: duration('deadline', '1s'),
  lease: duration('lease', '2s'),
  loaders: countFrom1(64),
  onFailure: z._default(z.enum(['open', 'throw'], "expected 'open' or 'throw'"), 'open'),
  breaker: z.optional(
    z.strictObject(
      { failures: countFrom1(5), halfOpenAfter: duration('breaker.halfOpenAfter', '1s') },
      'expected false, or an object with failures and halfOpenAfter',
    ),
  ),
});

/** Validates the options of a cache. Throws a `TypeError` that begins with `place` and names the option and the remedy. */
export function settingsOf(place: string, options: Omit<CacheOptions<never, never>, 'provider'>): Settings {
  // Transforms see a missing option only when it is there as undefined.
  const unset = { ttl: undefined, timeout: undefined, deadline: undefined, lease: undefined };
  const breaker = breakerOf(options.breaker);
  const settings = parsed(optionsSchema, { ...unset, ...options, breaker }, place, ['provider']);
  if (settings.migrate !== undefined && settings.schemaVersion === 0)
    throw new TypeError(
      `${place}: option migrate needs the option schemaVersion: say which version it migrates to`,
    );
  return Object.freeze({
    schema: undefined,
    migrate: undefined,
    codec: undefined,
    colocate: undefined,
    ...settings,
    breaker: settings.breaker && Object.freeze(settings.breaker),
  });
}

/** What the schema is to see: nothing for no breaker, and every option there. */
function breakerOf(given: unknown): unknown {
  if (given === false) return undefined;
  const isObject = given === undefined || (typeof given === 'object' && given !== null);
  return isObject ? { halfOpenAfter: undefined, ...given } : given;
}

/** Validates options for all caches. Throws like {@link settingsOf}, and for what each cache has to say itself. */
export function checkDefaults(place: string, defaults: CacheDefaults): void {
  for (const [name, reason] of Object.entries(OWN)) {
    if (Reflect.get(defaults, name) !== undefined)
      throw new TypeError(`${place}: option ${name} cannot be a default: ${reason}`);
  }
  settingsOf(place, defaults);
}

/** The options of a cache over the defaults. A member that is `undefined` says nothing. */
export function withDefaults<O extends object>(
  defaults: CacheDefaults,
  options: O | undefined,
): CacheDefaults & O {
  const said = Object.entries(options ?? {}).filter(([, value]) => value !== undefined);
  return { ...defaults, ...(Object.fromEntries(said) as O) };
}

/** The first option in which two caches differ: functions by identity, lists by their members. */
export function differenceOf(one: Settings, other: Settings): keyof Settings | undefined {
  const names = Object.keys(one) as (keyof Settings)[];
  return names.find((name) => {
    if (name === 'breaker') return !isSameBreaker(one.breaker, other.breaker);
    if (name === 'codec') return !isSameOrder(one.codec, other.codec);
    return !isSame(one[name], other[name]);
  });
}

/** Which codec comes first matters. */
function isSameOrder(one: readonly Codec[] = [], other: readonly Codec[] = []): boolean {
  return one.length === other.length && one.every((codec, n) => codec === other[n]);
}

function isSameBreaker(one: BreakerSettings | undefined, other: BreakerSettings | undefined): boolean {
  return one?.failures === other?.failures && one?.halfOpenAfter === other?.halfOpenAfter;
}

function isSame(one: unknown, other: unknown): boolean {
  if (one instanceof Map && other instanceof Map)
    return one.size === other.size && [...one].every(([key, value]) => Object.is(other.get(key), value));
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((member) => other.includes(member));
  return Object.is(one, other);
}

/** What `schema` makes of `given`; failures are one `TypeError` that begins with `place`. `others`: options that were taken out before. */
export function parsed<S extends z.ZodMiniType>(
  schema: S,
  given: unknown,
  place: string,
  others: readonly string[] = [],
): z.output<S> {
  const result = tried(() => schema.safeParse(given), place);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => describeIssue(issue, schema, others));
  throw new TypeError(`${place}: ${faults.join('; ')}`);
}

/** What transforms throw of a bad option lacks the place. */
function tried<X>(parse: () => X, place: string): X {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new TypeError(`${place}: ${error.message}`, { cause: error });
  }
}

function describeIssue(issue: z.core.$ZodIssue, schema: z.ZodMiniType, others: readonly string[]): string {
  const where = issue.path.map(String).join('.');
  if (issue.code !== 'unrecognized_keys')
    return where === '' ? issue.message : `option ${where}: ${issue.message}`;
  const fault = `there is no option ${issue.keys.map((key) => `'${where === '' ? '' : `${where}.`}${key}'`).join(', ')}`;
  return where === '' && schema instanceof z.ZodMiniObject
    ? `${fault}; the options are ${[...others, ...Object.keys(schema.shape)].join(', ')}`
    : fault;
}

function isStandardSchema(given: unknown): boolean {
  if (given === null || (typeof given !== 'object' && typeof given !== 'function')) return false;
  const standard: unknown = Reflect.get(given, '~standard');
  return standard !== null && typeof standard === 'object' && Reflect.get(standard, 'version') === 1;
}
