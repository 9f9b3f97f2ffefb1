/** What a proxy does to those that talk through it. One object, read by every connection for each piece of its stream. */
import type { Request } from './request-reader.ts';

/** What is known of the client at the other end of a connection. */
export interface Client {
  /** Counted from 1 in the order in which they connected. */
  readonly id: number;
  /** The names of all commands that it sent so far, in capitals. */
  readonly commands: ReadonlySet<string>;
}

/** Which connections are meant: `({ commands }) => commands.has('SUBSCRIBE')`. Left out: all. */
export type Which = (client: Client) => boolean;

/** Which requests are meant. Left out: all, also those that a client sends of itself when it connects. */
export type WhichRequest = (request: Request, client: Client) => boolean;

export type Direction = 'requests' | 'replies';

/** Milliseconds. Bytes keep their order in each direction, however the jitter falls. */
export interface Delay {
  readonly requests?: number;
  readonly replies?: number;
  /** Up to so much more for each piece. Default 0. */
  readonly jitter?: number;
  readonly which?: Which;
}

export interface BlackHole {
  /** Default: both directions. */
  readonly direction?: Direction;
  readonly which?: Which;
}

/** Losses that were asked for. */
export interface Loss {
  /** How many are still to come. */
  readonly left: number;
  /** Resolves when the last one has happened. Never, if it does not. */
  readonly done: Promise<void>;
  /** Lets the rest be. */
  cancel(): void;
}

export class Faults {
  delay: Delay | undefined;
  blackHole: BlackHole | undefined;
  readonly #random: () => number;
  readonly #losses = new Set<PendingLoss>();

  constructor(random: () => number) {
    this.#random = random;
  }

  delayOf(direction: Direction, client: Client): number {
    const { delay } = this;
    if (delay === undefined || delay.which?.(client) === false) return 0;
    return (delay[direction] ?? 0) + this.#random() * (delay.jitter ?? 0);
  }

  isBlocked(direction: Direction, client: Client): boolean {
    const { blackHole } = this;
    if (blackHole === undefined || blackHole.which?.(client) === false) return false;
    return blackHole.direction === undefined || blackHole.direction === direction;
  }

  lose(direction: Direction, count: number, which: WhichRequest = () => true): Loss {
    if (!Number.isInteger(count) || count < 1)
      throw new TypeError(`lose at least one of the ${direction}, not ${count}`);
    const { promise, resolve } = Promise.withResolvers<void>();
    let happened = 0;
    const loss: PendingLoss = {
      direction,
      which,
      left: count,
      done: promise,
      cancel: () => void this.#losses.delete(loss),
      happened() {
        if (++happened === count) resolve();
      },
    };
    this.#losses.add(loss);
    return loss;
  }

  /** The loss that a request is chosen for, if any. It counts as taken, and is to be told when it has happened. */
  takeLoss(request: Request, client: Client): PendingLoss | undefined {
    for (const loss of this.#losses) {
      if (!loss.which(request, client)) continue;
      if (--loss.left === 0) this.#losses.delete(loss);
      return loss;
    }
    return undefined;
  }
}

interface PendingLoss extends Loss {
  readonly direction: Direction;
  readonly which: WhichRequest;
  left: number;
  happened(): void;
}
