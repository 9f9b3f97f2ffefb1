/** What the figures of a manager are told. */

export interface MetricsOptions {
  /** The value of the label `manager`; that of each manager whose figures go to the same place. Default `'default'`. */
  readonly name?: string | undefined;
  /** `'merged'`: a namespace counts for the cache above it. `'apart'`: as a cache of its own, `users/acme`. Default `'merged'`. */
  readonly namespaces?: 'merged' | 'apart' | undefined;
  /** So many different values of the label `cache` at a time; further ones share `'(others)'`. Default 100. */
  readonly maxCaches?: number | undefined;
  /** So many of the keys whose loaders run most often are shown for each cache; 0 for none. Default 10, at most 100. */
  readonly hottestKeys?: number | undefined;
  /** `'hashed'`: a key is shown as a hash of it. `'plain'`: as it is, to whoever sees the figures. Default `'hashed'`. */
  readonly keys?: 'hashed' | 'plain' | undefined;
  /** What the hashes of keys depend on; the same in all processes makes them comparable. Default: random, for this process. */
  readonly keySecret?: string | undefined;
}

/** Options with their defaults. */
export type Settings = {
  readonly [K in Exclude<keyof MetricsOptions, 'keySecret'>]-?: NonNullable<MetricsOptions[K]>;
} & Pick<MetricsOptions, 'keySecret'>;

const NAMES: readonly string[] = ['name', 'namespaces', 'maxCaches', 'hottestKeys', 'keys', 'keySecret'];

/** Each is a label of every cache. */
const MOST_HOTTEST_KEYS = 100;

export function settingsOf(options: MetricsOptions = {}): Settings {
  if (typeof options !== 'object' || options === null)
    throw new TypeError("metricsOf: expected an object of options, such as { name: 'main' }");
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name));
  if (unknown !== undefined)
    throw new TypeError(`metricsOf: there is no option '${unknown}': there are ${NAMES.join(', ')}`);
  const {
    name = 'default',
    namespaces = 'merged',
    maxCaches = 100,
    hottestKeys = 10,
    keys = 'hashed',
    keySecret,
  } = options;
  if (typeof name !== 'string' || name === '')
    throw new TypeError('metricsOf: option name: expected a text that is not empty');
  if (namespaces !== 'merged' && namespaces !== 'apart')
    throw new TypeError("metricsOf: option namespaces: expected 'merged' or 'apart'");
  if (!Number.isSafeInteger(maxCaches) || maxCaches < 1)
    throw new TypeError('metricsOf: option maxCaches: expected a whole number from 1 on');
  if (!Number.isSafeInteger(hottestKeys) || hottestKeys < 0 || hottestKeys > MOST_HOTTEST_KEYS)
    throw new TypeError(
      `metricsOf: option hottestKeys: expected a whole number from 0 to ${MOST_HOTTEST_KEYS}`,
    );
  if (keys !== 'hashed' && keys !== 'plain')
    throw new TypeError("metricsOf: option keys: expected 'hashed' or 'plain'");
  if (keySecret !== undefined && (typeof keySecret !== 'string' || keySecret === ''))
    throw new TypeError('metricsOf: option keySecret: expected a text that is not empty');
  if (keySecret !== undefined && keys === 'plain')
    throw new TypeError(
      "metricsOf: options keys and keySecret: keys that are 'plain' are not hashed: leave one of them out",
    );
  return { name, namespaces, maxCaches, hottestKeys, keys, keySecret };
}
