/** What can be seen on the server, over a connection beside those of the workers. */
import { crc32 } from 'node:zlib';
import { Redis } from 'ioredis';
import type { Setting } from './orders.ts';

/** Whether `key` is being loaded and at least so many processes wait for it. */
export async function waiters(setting: Setting, key: string, atLeast = 1): Promise<boolean> {
  const fields = await asked(setting, (redis) => redis.hkeys(nameOf('l', setting, key)));
  return fields.includes('t') && fields.filter((field) => field.startsWith('w:')).length >= atLeast;
}

/** The name of what a worker's cache keeps of a key. */
export function nameOf(sort: 'e' | 'l', { namespace, partitions = 1 }: Setting, key: string): string {
  const partition = partitions === 1 ? 0 : crc32(key) % partitions;
  return `${sort}:{${namespace}/shared:${partition}}${key}`;
}

/** The answer to what `ask` asks the server. */
export async function asked<T>({ url }: Setting, ask: (redis: Redis) => Promise<T>): Promise<T> {
  const socket = url.startsWith('unix://') ? url.slice('unix://'.length) : url;
  const redis = new Redis(socket, { maxRetriesPerRequest: 0 });
  // What goes wrong is told by the command.
  redis.on('error', () => undefined);
  try {
    return await ask(redis);
  } finally {
    redis.disconnect();
  }
}
