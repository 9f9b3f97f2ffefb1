/** Configuration from environment variables, through the same rules as options. */
import type { Codec } from './codec.ts';
import type { Ttl } from './api.ts';
import { checkName } from './keyspace.ts';
import { settingsOf, type CacheDefaults } from './options.ts';

/** Variables by name, such as `process.env`. An empty text counts as not set. */
export type Variables = Readonly<Record<string, string | undefined>>;

export interface EnvironmentOptions {
  /** What `CACHE_CODEC` may name, by their ids, with commas between several: the first writes, each reads. Default none. */
  readonly codecs?: readonly Codec[] | undefined;
  /** The program's own defaults; what the environment says counts before them. Default none. */
  readonly defaults?: CacheDefaults | undefined;
}

/** The part of a manager's options that the environment can say. */
export interface FromEnvironment {
  readonly default?: string;
  readonly namespace?: string;
  readonly defaults?: CacheDefaults;
}

/**
 * Reads `CACHE_PROVIDER`, `CACHE_NAMESPACE`, `CACHE_DEFAULT_TTL`, `CACHE_DEFAULT_JITTER` and `CACHE_CODEC`, to be spread into the options
 * of `createManager`. What is not set is left out, so that the defaults hold. A manager's own `defaults` belong into `options`: beside the
 * spread one of the two would be lost.
 *
 * Throws a `TypeError` that names the variable and the remedy. Each provider reads its own variables: see `memoryFromEnvironment`.
 */
export function fromEnvironment(variables: Variables, options: EnvironmentOptions = {}): FromEnvironment {
  const provider = read(variables, 'CACHE_PROVIDER');
  const namespace = read(variables, 'CACHE_NAMESPACE');
  const ttl = read(variables, 'CACHE_DEFAULT_TTL');
  const jitter = read(variables, 'CACHE_DEFAULT_JITTER');
  const codec = read(variables, 'CACHE_CODEC');
  if (namespace !== undefined) checkName(namespace, 'CACHE_NAMESPACE');
  const said: CacheDefaults = {
    // Digits alone are milliseconds.
    ...(ttl !== undefined && { ttl: (/^\d+$/.test(ttl) ? Number(ttl) : ttl) as Ttl }),
    ...(jitter !== undefined && { jitter: Number(jitter) }),
    ...(codec !== undefined && { codec: codecsOf(codec, options.codecs ?? []) }),
  };
  settingsOf('CACHE_DEFAULT_TTL', { ttl: said.ttl });
  settingsOf('CACHE_DEFAULT_JITTER', { jitter: said.jitter });
  settingsOf('CACHE_CODEC', { codec: said.codec });
  const defaults: CacheDefaults = { ...options.defaults, ...said };
  return {
    ...(provider !== undefined && { default: provider }),
    ...(namespace !== undefined && { namespace }),
    ...(Object.keys(defaults).length > 0 && { defaults }),
  };
}

/** The variable, or `undefined` when it is not set or empty. */
function read(variables: Variables, name: string): string | undefined {
  const text = variables[name]?.trim();
  return text === '' ? undefined : text;
}

/** The codecs of a list of ids, with commas between them. */
function codecsOf(ids: string, codecs: readonly Codec[]): Codec | readonly Codec[] {
  const chosen = ids.split(',').map((id) => named(id.trim(), codecs));
  return chosen.length === 1 ? (chosen[0] as Codec) : chosen;
}

function named(id: string, codecs: readonly Codec[]): Codec {
  const codec = codecs.find((other) => other.id === id);
  if (codec !== undefined) return codec;
  const known = codecs.map((other) => `'${other.id}'`).join(', ') || 'none';
  throw new TypeError(
    `CACHE_CODEC names '${id}', but the codecs given to fromEnvironment are ${known}: install its package and pass it`,
  );
}
