/** Several servers that start at the same time, none of which is lost when another one cannot start. */
import type { RedisServer } from './server.ts';

export interface Started {
  /** Those that run now, and that the caller has to stop, whatever became of the others. */
  readonly servers: readonly RedisServer[];
  /** Throws the error of one that could not start. */
  check(): void;
}

export async function allStarted(
  count: number,
  start: (index: number) => Promise<RedisServer>,
): Promise<Started> {
  const outcomes = await Promise.allSettled(Array.from({ length: count }, (_, index) => start(index)));
  return {
    servers: outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])),
    check() {
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    },
  };
}
