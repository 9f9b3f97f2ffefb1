/** The options of the Redis provider: their defaults, and the refusal of what makes no sense. */
import { milliseconds, systemClock, type Clock, type Codec, type Duration } from '@cache/core';
import { cborCodec } from '@cache/codec-cbor';
import { refuse, show, text } from './checks.ts';
import { checkClient, type IoredisClient, isCluster } from './given-client.ts';
import { connectorAround, connectorTo } from './ioredis.ts';
import { targetOf, type Place } from './place.ts';
import type { Connector } from './port.ts';

/** Give one of `url`, `host` or `path`, `sentinels`, `cluster`, `client` for where the server is. */
export interface RedisOptions extends Place {
  /** What `provider: '...'` of a cache names. Default `'redis'`. */
  readonly name?: string;
  /**
   * Used instead of an address, and never closed: a client of ioredis, of version 5 or later. One whose options would send a write twice is
   * refused.
   */
  readonly client?: IoredisClient;
  /** Set before the space of every key and channel. Default none. */
  readonly prefix?: string;
  /**
   * Into how many partitions a space is cut, each in one slot of a Cluster. Fixed as long as entries live. Default 1, and 16 for a
   * Cluster.
   */
  readonly partitions?: number;
  /**
   * How long a server that owes a reply may be silent before its connection is given up. At most one hour. Default `'1s'`, as a cache's
   * `deadline`.
   */
  readonly deadline?: Duration;
  /** How long after a clear or an invalidation what would never expire is taken away. Default `'5m'`. */
  readonly sweepInterval?: Duration;
  /** What encodes the values of caches that name no codec. Default `cborCodec`. */
  readonly codec?: Codec;
}

/** The options, complete. */
export interface Settings {
  readonly name: string;
  readonly prefix: string;
  readonly partitions: number;
  /** Milliseconds. */
  readonly deadline: number;
  /** Milliseconds. */
  readonly sweepInterval: number;
  readonly codec: Codec;
  readonly connector: (random: () => number, clock?: Clock) => Connector;
}

const KNOWN: readonly string[] = [
  'name',
  'url',
  'host',
  'port',
  'path',
  'sentinels',
  'cluster',
  'client',
  'username',
  'password',
  'database',
  'tls',
  'prefix',
  'partitions',
  'deadline',
  'sweepInterval',
  'codec',
] satisfies (keyof RedisOptions)[];

const PLACES = ['url', 'host', 'path', 'sentinels', 'cluster', 'client'] as const;
const MOST_PARTITIONS = 1_024;
/** Timers of sockets take no more than 24.8 days, and nobody waits for a reply so long. */
const LONGEST_DEADLINE_MS = 3_600_000;

/** The options with their defaults. Throws a `TypeError` for what makes no sense. */
export function resolve(options: RedisOptions): Settings {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    refuse(`options must be an object, not ${show(options)}`, 'leave them out for the defaults');
  for (const key of Object.keys(options)) {
    if (!KNOWN.includes(key)) refuse(`there is no option '${key}'`, `the options are ${KNOWN.join(', ')}`);
  }
  const places = PLACES.filter((place) => options[place] !== undefined);
  if (places.length > 1)
    refuse(`${places.join(' and ')} say where the server is in ${places.length} ways`, 'give one of them');
  const unset = PLACES.find((place) => place in options);
  if (places.length === 0 && unset !== undefined)
    refuse(
      `${unset} is undefined, which would mean 127.0.0.1:6379`,
      `look at where it should come from, or leave ${unset} out`,
    );
  checkBeside(options, places[0]);
  const deadline = deadlineOf(options.deadline ?? '1s');
  const { cluster } = options;
  const client = options.client === undefined ? undefined : checkClient(options.client);
  const hasSlots = cluster !== undefined || (client !== undefined && isCluster(client));
  return Object.freeze({
    name: text('name', options.name ?? 'redis'),
    prefix: prefixOf(options.prefix ?? ''),
    partitions: partitionsOf(options.partitions ?? (hasSlots ? 16 : 1)),
    deadline,
    sweepInterval: duration('sweepInterval', options.sweepInterval ?? '5m'),
    codec: codecOf(options.codec ?? cborCodec),
    connector: connectorOf(options, client, deadline),
  });
}

/** Refuses what would have no effect beside the place. */
function checkBeside(options: RedisOptions, place: (typeof PLACES)[number] | undefined): void {
  if (place === 'client') {
    const told = ['username', 'password', 'database', 'tls'] as const;
    const twice = told.filter((option) => options[option] !== undefined);
    if (twice.length > 0)
      refuse(
        `${twice.join(' and ')} cannot be told to a client that is made already`,
        'give them to the client',
      );
  }
  if (options.port !== undefined && place !== undefined && place !== 'host')
    refuse(`port has no meaning beside ${place}`, `leave it out, or say it in ${place}`);
}

function connectorOf(
  options: RedisOptions,
  client: ReturnType<typeof checkClient> | undefined,
  deadline: number,
): Settings['connector'] {
  if (client !== undefined) {
    return (random, clock = systemClock()) => connectorAround(client, { deadline, clock, random });
  }
  const target = targetOf(options);
  return (random, clock = systemClock()) => connectorTo(target, { deadline, clock, random });
}

/** A brace would end the part of a key that tells its slot. */
function prefixOf(given: unknown): string {
  if (typeof given !== 'string' || /[{}\s]/.test(given))
    return refuse(
      `prefix must be a text without braces and spaces, not ${show(given)}`,
      "such as 'staging:'",
    );
  return given;
}

function partitionsOf(given: unknown): number {
  if (typeof given === 'number' && Number.isInteger(given) && given >= 1 && given <= MOST_PARTITIONS)
    return given;
  return refuse(
    `partitions must be a whole number from 1 to ${MOST_PARTITIONS}, not ${show(given)}`,
    'leave it out for 1, or 16 on a Cluster',
  );
}

function codecOf(given: Codec): Codec {
  const { id, encode, decode } = (given ?? {}) as Partial<Codec>;
  if (typeof id === 'string' && typeof encode === 'function' && typeof decode === 'function') return given;
  return refuse(`codec is no codec, but ${show(given)}`, 'give one, such as cborCodec of @cache/codec-cbor');
}

function deadlineOf(given: Duration): number {
  const deadline = duration('deadline', given);
  if (deadline <= LONGEST_DEADLINE_MS) return deadline;
  return refuse(
    `deadline is ${deadline} ms`,
    'give one hour at most, and some seconds where servers are slow',
  );
}

function duration(option: string, given: Duration): number {
  try {
    return milliseconds(given, option);
  } catch (error) {
    return refuse((error as TypeError).message, "such as '1s'");
  }
}
