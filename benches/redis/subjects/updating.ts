/** Ways to add one to a value that others change as well. */
import { connected } from './raw.ts';
import { oursUpdating } from './ours.ts';
import { HOUR } from './subject.ts';

export interface Updating {
  readonly add: (key: string) => Promise<unknown>;
  readonly read: (key: string) => Promise<number>;
}

const updating = {
  /** The least a server can be asked for: it knows how to add, and no value is made or read. */
  'ioredis, `INCR`': async (url) => {
    const client = await connected(url);
    return {
      add: (key) => client.incr(key),
      read: async (key) => Number(await client.get(key)),
    };
  },
  '@cache/redis, `update`': async (url) => {
    const cache = await oursUpdating(url);
    return {
      add: (key) => cache.update(key, (counter) => ({ count: (counter?.count ?? 0) + 1 })),
      read: async (key) => (await cache.get(key))?.count ?? 0,
    };
  },
  /** What is written where there is no update. */
  'ioredis, `GET` and `SET`': async (url) => {
    const client = await connected(url);
    const read = async (key: string): Promise<number> => {
      const text = await client.get(key);
      return text === null ? 0 : (JSON.parse(text) as { count: number }).count;
    };
    return {
      add: async (key) => client.set(key, JSON.stringify({ count: (await read(key)) + 1 }), 'PX', HOUR),
      read,
    };
  },
} satisfies Record<string, (url: string) => Promise<Updating>>;

export type UpdatingName = keyof typeof updating;

export const UPDATING = Object.keys(updating) as readonly UpdatingName[];

export const OURS_UPDATING: UpdatingName = '@cache/redis, `update`';

export function openUpdating(name: UpdatingName): (url: string) => Promise<Updating> {
  return updating[name];
}
