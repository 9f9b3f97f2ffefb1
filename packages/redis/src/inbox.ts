/** Where the other processes tell this one how the loads ended that it waits for. One channel for the process, whatever it waits for. */
import type { Cancel, Clock, Settled } from '@cache/core';
import { entryOf, isReadable } from './entry-format.ts';
import type { Connector, Subscriber } from './port.ts';

/** Messages that came before anybody waited: on their way from two sockets, a wake-up can overtake the answer that says to wait. */
const MOST_EARLY = 1_000;
/** How long to wait before looking again: messages can be lost. */
const POLL_MS = 250;
const DEAF_POLL_MS = 50;

const RELEASED: Settled = { status: 'released' };
const LAPSED: Settled = { status: 'released', lapsed: true };

export interface InboxOptions {
  readonly channel: string;
  readonly clock: Clock;
  readonly random: () => number;
}

type Listener = (outcome: Settled) => void;

/** Those who wait for one load, and when they look again. */
interface Watch {
  readonly listeners: Set<Listener>;
  readonly cancel: Cancel;
}

export class Inbox {
  readonly channel: string;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #subscriber: Subscriber;
  /** By the token of the load that is waited for. A message of an earlier load of the same key must not be taken for its own. */
  readonly #watches = new Map<string, Watch>();
  readonly #early = new Map<string, Settled>();
  #isListening = false;

  constructor(connector: Connector, { channel, clock, random }: InboxOptions) {
    this.channel = channel;
    this.#clock = clock;
    this.#random = random;
    this.#subscriber = connector.subscribe({
      channel,
      onMessage: (message) => this.#deliver(message),
      onListening: (listens) => this.#listens(listens),
    });
  }

  /**
   * How the load under `token` ended; `released` when it is time to look again, which it is for all who wait for it at once. `leaseMs` is
   * what was left of its lease when this process was told to wait.
   */
  settled(token: string, leaseMs: number, signal: AbortSignal): Promise<Settled> {
    const early = this.#early.get(token);
    if (early !== undefined) return Promise.resolve(early);
    return new Promise((resolve) => {
      if (signal.aborted) return;
      const watch = this.#watches.get(token) ?? this.#watch(token, leaseMs);
      const leave = (): void => {
        signal.removeEventListener('abort', leave);
        watch.listeners.delete(listener);
        if (watch.listeners.size > 0) return;
        watch.cancel();
        if (this.#watches.get(token) === watch) this.#watches.delete(token);
      };
      const listener: Listener = (outcome) => {
        leave();
        resolve(outcome);
      };
      watch.listeners.add(listener);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** The load under `token`, which this process led, has ended. */
  ended(token: string): void {
    this.#tell(token, RELEASED);
  }

  #watch(token: string, leaseMs: number): Watch {
    const poll = (this.#isListening ? POLL_MS : DEAF_POLL_MS) * (1 + this.#random() / 4);
    const leaseEnd = Math.max(1, leaseMs + 5);
    // Were the lease extended, or ended by its holder, we find that when we look again.
    const lookAgain = (): void => this.#tell(token, leaseEnd <= poll ? LAPSED : RELEASED);
    const cancel = this.#clock.after(Math.min(leaseEnd, poll), lookAgain);
    const watch: Watch = { listeners: new Set(), cancel };
    this.#watches.set(token, watch);
    return watch;
  }

  /** Ends the connection. Whoever waits looks again. */
  close(): void {
    this.#subscriber.close();
    this.#wakeAll();
  }

  #listens(listens: boolean): void {
    this.#isListening = listens;
    // What was said while nobody listened is lost.
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const token of this.#watches.keys()) this.#tell(token, RELEASED);
  }

  #deliver(message: Buffer): void {
    const end = 2 + (message[1] ?? 0);
    const token = message.toString('latin1', 2, end);
    const outcome = outcomeOf(String.fromCharCode(message[0] ?? 0), message.subarray(end));
    this.#early.set(token, outcome);
    if (this.#early.size > MOST_EARLY) {
      for (const oldest of this.#early.keys()) {
        this.#early.delete(oldest);
        break;
      }
    }
    this.#tell(token, outcome);
  }

  #tell(token: string, outcome: Settled): void {
    for (const listener of this.#watches.get(token)?.listeners ?? []) listener(outcome);
  }
}

/** What cannot be read, from another version perhaps, is a reason to look again. */
function outcomeOf(kind: string, rest: Buffer): Settled {
  if (kind === 'V' && isReadable(rest)) return { status: 'stored', entry: entryOf(rest) };
  if (kind === 'X') return { status: 'failed', message: rest.toString() };
  return RELEASED;
}
