/** Whether a promise has settled by now. */
import { settle } from '../testing/turns.ts';

/** Lets everything that can settle do so first. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true;
  const note = (): void => {
    pending = false;
  };
  promise.then(note, note);
  await settle(1);
  return pending;
}
