/** Waiting for something that tells nobody when it happens: bounded, and with the reason why it did not. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds. */
export interface Patience {
  /** Default 15 000. */
  readonly within?: number;
  /** Default 5. */
  readonly every?: number;
}

/**
 * Looks again and again until there is something to see, and returns it. A look that throws is one that saw nothing: what it threw last is
 * the cause of the error that ends the wait. A look is never interrupted, so it has to be bounded itself.
 */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  { within = 15_000, every = 5 }: Patience = {},
): Promise<T> {
  const endsAt = performance.now() + within;
  let cause: unknown;
  do {
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await sleep(every);
  } while (performance.now() < endsAt);
  throw new Error(`not within ${within} ms: ${what}`, { cause });
}
