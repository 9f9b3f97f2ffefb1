/** Ways in which a process gets a value that another one is loading. */
import { oursIndexed } from './ours.ts';
import { bento, cacheable } from './peers.ts';
import { connected } from './raw.ts';
import { HOUR } from './subject.ts';
import type { Session } from '../../method/session.ts';

export type GetOrSet = (key: string, loader: () => Promise<Session>) => Promise<unknown>;

const following = {
  /** By hand: whoever sets the lock loads, and the value comes with a message. A loader that dies or a lost message is never noticed. */
  'ioredis, a lock and a message by hand': async (url) => {
    const client = await connected(url);
    const listener = await connected(url);
    const waiting = new Map<string, (value: Session) => void>();
    await listener.subscribe('loaded');
    listener.on('message', (_, text) => {
      const { key, value } = JSON.parse(text) as { key: string; value: Session };
      waiting.get(key)?.(value);
      waiting.delete(key);
    });
    return async (key, loader) => {
      const loaded = new Promise<Session>((resolve) => waiting.set(key, resolve));
      const text = await client.get(key);
      if (text !== null) return JSON.parse(text) as Session;
      if ((await client.set(`lock:${key}`, 1, 'PX', HOUR, 'NX')) === null) return loaded;
      const value = await loader();
      await client
        .multi()
        .set(key, JSON.stringify(value), 'PX', HOUR)
        .publish('loaded', JSON.stringify({ key, value }))
        .exec();
      return value;
    };
  },
  '@cache/redis': async (url) => {
    const cache = await oursIndexed({ url });
    return (key, loader) => cache.getOrSet(key, loader);
  },
  bentocache: async (url) => (await bento(url)).getOrSet,
  cacheable: async (url) => (await cacheable(url)).getOrSet,
} satisfies Record<string, (url: string) => Promise<GetOrSet>>;

export type FollowingName = keyof typeof following;

export const FOLLOWING = Object.keys(following) as readonly FollowingName[];

export function openFollowing(name: FollowingName): (url: string) => Promise<GetOrSet> {
  return following[name];
}
