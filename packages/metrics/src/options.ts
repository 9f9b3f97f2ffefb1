/** What the figures of a manager are told. */

export interface MetricsOptions {
  /** The value of the label `manager`; that of each manager whose figures go to the same place. Default `'default'`. */
  readonly name?: string | undefined;
  /** `'merged'`: a namespace counts for the cache above it. `'apart'`: as a cache of its own, `users/acme`. Default `'merged'`. */
  readonly namespaces?: 'merged' | 'apart' | undefined;
  /** So many different values of the label `cache` at a time; further ones share `'(others)'`. Default 100. */
  readonly maxCaches?: number | undefined;
}

/** Options with their defaults. */
export type Settings = { readonly [K in keyof MetricsOptions]-?: NonNullable<MetricsOptions[K]> };

const NAMES: readonly string[] = ['name', 'namespaces', 'maxCaches'];

export function settingsOf(options: MetricsOptions = {}): Settings {
  if (typeof options !== 'object' || options === null)
    throw new TypeError("metricsOf: expected an object of options, such as { name: 'main' }");
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name));
  if (unknown !== undefined)
    throw new TypeError(`metricsOf: there is no option '${unknown}': there are ${NAMES.join(', ')}`);
  const { name = 'default', namespaces = 'merged', maxCaches = 100 } = options;
  if (typeof name !== 'string' || name === '')
    throw new TypeError('metricsOf: option name: expected a text that is not empty');
  if (namespaces !== 'merged' && namespaces !== 'apart')
    throw new TypeError("metricsOf: option namespaces: expected 'merged' or 'apart'");
  if (!Number.isSafeInteger(maxCaches) || maxCaches < 1)
    throw new TypeError('metricsOf: option maxCaches: expected a whole number from 1 on');
  return { name, namespaces, maxCaches };
}
