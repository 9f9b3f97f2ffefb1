/** How connections are made: so that no command is ever sent twice, and none waits for ever. */
import type { Clock } from '@cache/core';
import type { Redis, RedisOptions as Given } from 'ioredis';

/** The options of ioredis, in which what is left out is not `undefined`. */
export type RedisOptions = { [Name in keyof Given]?: Exclude<Given[Name], undefined> };

/** What holds for every connection that is made. */
export interface Terms {
  /** Milliseconds after which a server is given up that owes a reply and says nothing. */
  readonly deadline: number;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** How long a connection may take to stand, and the longest pause between two attempts. */
const CONNECT_MS = 5_000;
const LONGEST_RETRY_MS = 2_000;

/**
 * The options on which it rests that a command is sent once. With the defaults ioredis sends a command again whose reply was lost, and a
 * counter counts twice.
 */
export function once({ deadline, clock, random }: Terms): RedisOptions {
  let turnedAwayAt = -Infinity;
  return {
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: true,
    connectTimeout: CONNECT_MS,
    // Who is to be heard out was asked to quit before. A longer timer would keep the process when the connection is gone already.
    disconnectTimeout: 0,
    maxLoadingRetryTime: LONGEST_RETRY_MS,
    sentinelCommandTimeout: deadline,
    keepAlive: 10_000,
    // A server that is connected and says nothing: what is under way ends, and a new connection is tried.
    socketTimeout: deadline,
    retryStrategy: (attempt) => pauseOf(attempt - 1, random),
    // The address may lead to the new master by now. A replica that stays one must not make the client connect all the time.
    reconnectOnError: (error) => {
      if (!error.message.startsWith('READONLY') || clock.elapsed() - turnedAwayAt < deadline) return false;
      turnedAwayAt = clock.elapsed();
      return true;
    },
  };
}

/** Milliseconds before an attempt to connect again; `attempt` counts from 0. */
export function pauseOf(attempt: number, random: () => number): number {
  return Math.min(50 * 2 ** attempt, LONGEST_RETRY_MS) + random() * 200;
}

/**
 * TLS may tell of an error twice, and ioredis listens once: without a listener the second would end the process. What the first says is
 * heard by whoever listens to the client.
 */
export function bearErrors(client: Redis): Redis {
  const bear = (): void => {
    const { stream } = client as { readonly stream: Redis['stream'] | undefined };
    if (stream?.listeners('error').includes(ignore) === false) stream.on('error', ignore);
  };
  return client.on('connect', bear).on('error', bear);
}

function ignore(): void {}
