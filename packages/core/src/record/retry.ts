/** Loops that end when a conditional write succeeds. */
import { CacheError } from '../errors.ts';

/** Each conflict means that somebody else got on. So many of them in a row mean a store that does not keep its contract. */
const MOST_CONFLICTS = 1_000;

/** Runs `step` until it gives something other than undefined, which is its word for "something came in between". */
export async function untilSettled<T extends {} | null>(step: () => Promise<T | undefined>): Promise<T> {
  for (let conflicts = 0; conflicts < MOST_CONFLICTS; conflicts += 1) {
    const settled = await step();
    if (settled !== undefined) return settled;
  }
  throw new CacheError('UNAVAILABLE', `the store refused ${MOST_CONFLICTS} conditional writes in a row`);
}
