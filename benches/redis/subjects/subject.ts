/** A way to keep sessions in Redis, through the API its users call. */
import type { Session } from '../../method/session.ts';

export interface Subject {
  /** What `set` is given for a session. A subject that carries bytes has them encoded before the clock runs. */
  readonly ready: (session: Session) => unknown;
  readonly get: (key: string) => Promise<unknown>;
  readonly set: (key: string, value: unknown) => Promise<unknown>;
  /** What was found, in some order. */
  readonly getMany: (keys: readonly string[]) => Promise<Iterable<unknown>>;
  /** Where there is none of its own it is written by hand: a get and, after a miss, a set. */
  readonly getOrSet: (key: string, loader: () => Promise<unknown>) => Promise<unknown>;
}

/** Connects to the server and resolves when commands can be sent. */
export type Open = (url: string) => Promise<Subject>;

/** An entry's life, in milliseconds. */
export const HOUR = 3_600_000;

/** What an application writes that has only `get` and `set`. Nobody shares a load. */
export function byHand(
  get: Subject['get'],
  set: Subject['set'],
): (key: string, loader: () => Promise<unknown>) => Promise<unknown> {
  return async (key, loader) => {
    const found = await get(key);
    if (found !== undefined && found !== null) return found;
    const loaded = await loader();
    await set(key, loaded);
    return loaded;
  };
}
