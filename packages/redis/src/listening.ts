/** A connection of ioredis that only listens, and that goes to the next server when its own is gone. */
import type { Cancel, Clock } from '@cache/core';
import { Redis } from 'ioredis';
import { bearErrors, type RedisOptions } from './once.ts';
import type { Subscriber, Subscription } from './port.ts';
import { giveUpSilence } from './silence.ts';

/** A connection that is silent for so long is asked whether it is still there, in milliseconds. */
const HEARTBEAT_MS = 10_000;

export interface Whereabouts {
  /** How and where to connect; `attempt` counts from 0 since the last time the channel was subscribed. */
  readonly optionsOf: (attempt: number) => RedisOptions;
  readonly clock: Clock;
  /** Milliseconds after which a server is given up that owes a reply and says nothing. */
  readonly deadline: number;
  /** Milliseconds before the next attempt. */
  readonly pauseOf: (attempt: number) => number;
}

const FOR_MESSAGES: RedisOptions = {
  protocol: 2,
  // Channels are of the whole server.
  db: 0,
  autoResubscribe: false,
  lazyConnect: false,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  // Every attempt is a connection of its own: of a Cluster it is to another node.
  retryStrategy: () => null,
};

export function listen(
  { optionsOf, pauseOf, clock, deadline }: Whereabouts,
  { channel, onMessage, onListening }: Subscription,
): Subscriber {
  let attempt = 0;
  let isClosed = false;
  let cancel: Cancel | undefined;
  let current = open();
  return {
    close() {
      isClosed = true;
      cancel?.();
      current.disconnect();
    },
  };

  function open(): Redis {
    const subscriber = bearErrors(new Redis({ ...optionsOf(attempt), ...FOR_MESSAGES }));
    giveUpSilence(subscriber, { deadline, clock });
    let stopBeating: Cancel | undefined;
    // A server that is gone without a word does not answer: then its silence ends the connection.
    const beat = (): void => {
      stopBeating = clock.after(HEARTBEAT_MS, beat);
      subscriber.ping().catch(() => subscriber.disconnect());
    };
    subscriber
      .on('ready', () => {
        subscriber.subscribe(channel).then(
          () => {
            attempt = 0;
            stopBeating = clock.after(HEARTBEAT_MS, beat);
            onListening(true);
          },
          // Refused, or cut off meanwhile.
          () => subscriber.disconnect(),
        );
      })
      // What it means is told by the end that follows; without a listener it would be printed.
      .on('error', () => undefined)
      .on('messageBuffer', (_: Buffer, message: Buffer) => onMessage(message))
      .on('end', () => {
        stopBeating?.();
        onListening(false);
        if (isClosed) return;
        cancel = clock.after(pauseOf(attempt), () => {
          current = open();
        });
        attempt += 1;
      });
    return subscriber;
  }
}
