/** This project's cache on Redis, with its defaults. */
import { createManager, type Cache } from '@cache/core';
import { redis, type RedisOptions } from '@cache/redis';
import type { Session } from '../../method/session.ts';
import type { Subject } from './subject.ts';

export async function ours(url: string): Promise<Subject> {
  const manager = createManager({ providers: [redis({ url })] });
  const cache = manager.cache<object>('sessions');
  await cache.ready();
  return {
    ready: (session) => session,
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value as object),
    getMany: async (keys) => (await cache.getMany(keys)).values(),
    getOrSet: (key, loader) => cache.getOrSet(key, loader),
  };
}

/** Counters that many processes change. */
export async function oursUpdating(url: string): Promise<Cache<{ count: number }>> {
  const manager = createManager({ providers: [redis({ url })] });
  const cache = manager.cache<{ count: number }>('counters');
  await cache.ready();
  return cache;
}

/** Sessions that are found by their team, too. */
export async function oursIndexed(place: RedisOptions): Promise<Cache<Session>> {
  const manager = createManager({ providers: [redis(place)] });
  const cache = manager.cache<Session>('members', { indexes: { team: teamOf } });
  await cache.ready();
  return cache;
}

/** 100 teams. */
export const TEAMS = 100;

export function teamOf({ user }: Session): string {
  return `team-${user.id % TEAMS}`;
}
