/** The options of the Redis provider from environment variables. */
import type { Variables } from '@cache/core';
import { calledAs } from './checks.ts';
import { resolve, type RedisOptions } from './options.ts';
import type { RedisNode } from './place.ts';

/** Each says where the server is: at most one of them may be set. */
const PLACES = ['URL', 'HOST', 'PATH', 'SENTINELS', 'CLUSTER_NODES'] as const;

/**
 * Reads `CACHE_REDIS_URL`, `_HOST`, `_PORT`, `_PATH`, `_SENTINELS`, `_SENTINEL_NAME`, `_SENTINEL_USERNAME`, `_SENTINEL_PASSWORD`,
 * `_CLUSTER_NODES`, `_USERNAME`, `_PASSWORD`, `_DATABASE`, `_TLS`, `_PREFIX`, `_PARTITIONS`, `_DEADLINE` and `_SWEEP_INTERVAL`, to be given
 * to `redis`. Lists of nodes are `host:port,host:port`. What is not set, or empty, is left out, so that the defaults hold. Throws a
 * `TypeError` that names the variable and the remedy, and never repeats a secret.
 */
export function redisFromEnvironment(variables: Variables): RedisOptions {
  const said = (name: string): string | undefined => saidBy(variables, name);
  const places = PLACES.filter((place) => said(place) !== undefined);
  if (places.length > 1)
    throw new TypeError(
      `${places.map((place) => `CACHE_REDIS_${place}`).join(' and ')} say where the server is in ${places.length} ways; set one of them`,
    );
  const read = (name: string, parse: (text: string) => Unchecked): RedisOptions => {
    const text = said(name);
    return text === undefined ? {} : checked(`CACHE_REDIS_${name}`, parse(text));
  };
  const options: RedisOptions = {
    ...read('URL', (url) => ({ url })),
    ...read('HOST', (host) => ({ host })),
    ...read('PATH', (path) => ({ path })),
    ...read('SENTINELS', (list) => ({ sentinels: { ...watchers(said), nodes: nodes('SENTINELS', list) } })),
    ...read('CLUSTER_NODES', (list) => ({ cluster: { nodes: nodes('CLUSTER_NODES', list) } })),
    ...read('PORT', (text) => ({ port: number(text) })),
    ...read('USERNAME', (username) => ({ username })),
    ...read('PASSWORD', (password) => ({ password })),
    ...read('DATABASE', (text) => ({ database: number(text) })),
    ...read('TLS', (text) => ({ tls: flag('TLS', text) })),
    ...read('PREFIX', (prefix) => ({ prefix })),
    ...read('PARTITIONS', (text) => ({ partitions: number(text) })),
    ...read('DEADLINE', (text) => ({ deadline: number(text) })),
    ...read('SWEEP_INTERVAL', (text) => ({ sweepInterval: number(text) })),
  };
  return checked('CACHE_REDIS_*', options);
}

type Unchecked = { readonly [Option in keyof RedisOptions]: unknown };

/** The options, checked as `redis` would check them. */
function checked(name: string, options: Unchecked): RedisOptions {
  calledAs(name, () => resolve(options as RedisOptions));
  return options as RedisOptions;
}

function saidBy(variables: Variables, name: string): string | undefined {
  const text = variables[`CACHE_REDIS_${name}`]?.trim() ?? '';
  return text === '' ? undefined : text;
}

function watchers(
  said: (name: string) => string | undefined,
): Omit<NonNullable<RedisOptions['sentinels']>, 'nodes'> {
  const name = said('SENTINEL_NAME');
  const username = said('SENTINEL_USERNAME');
  const password = said('SENTINEL_PASSWORD');
  if (name === undefined)
    throw new TypeError(
      'CACHE_REDIS_SENTINELS needs CACHE_REDIS_SENTINEL_NAME, the name by which the Sentinels know the master; set it',
    );
  return {
    name,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
}

function nodes(name: string, list: string): readonly RedisNode[] {
  return list.split(',').map((node) => {
    // An IPv6 address stands in brackets.
    const [, host, port] = /^\[?([^\s@]+?)\]?:(\d+)$/.exec(node.trim()) ?? [];
    if (host === undefined || port === undefined)
      throw new TypeError(`CACHE_REDIS_${name} is no list of nodes; write host:port,host:port`);
    return { host, port: Number(port) };
  });
}

/** Digits are a number; anything else is refused as it is, by the option, or is a duration. */
function number(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}

function flag(name: string, text: string): boolean {
  if (text !== 'true' && text !== 'false')
    throw new TypeError(`CACHE_REDIS_${name} must be true or false; leave it out for false`);
  return text === 'true';
}
