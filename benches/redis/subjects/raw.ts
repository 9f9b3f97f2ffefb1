/** Clients without a cache: the commands themselves. With `json` a value is made and read, without it bytes are carried. */
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { byHand, HOUR, type Open, type Subject } from './subject.ts';

/** JSON text, as the subjects carry it that encode for themselves. */
function bytesOf(session: unknown): Buffer {
  return Buffer.from(JSON.stringify(session));
}

export function ioredisBytes(options: { readonly enableAutoPipelining?: boolean } = {}): Open {
  return async (url) => {
    const client = await connected(url, options);
    const get = (key: string): Promise<unknown> => client.getBuffer(key);
    const set = (key: string, value: unknown): Promise<unknown> =>
      client.set(key, value as Buffer, 'PX', HOUR);
    return {
      ready: bytesOf,
      get,
      set,
      getMany: (keys) => client.mgetBuffer(...keys),
      getOrSet: byHand(get, set),
    };
  };
}

export async function ioredisJson(url: string): Promise<Subject> {
  const client = await connected(url);
  const get = async (key: string): Promise<unknown> => parse(await client.get(key));
  const set = (key: string, value: unknown): Promise<unknown> =>
    client.set(key, JSON.stringify(value), 'PX', HOUR);
  return {
    ready: (session) => session,
    get,
    set,
    getMany: async (keys) => (await client.mget(...keys)).map(parse),
    getOrSet: byHand(get, set),
  };
}

export async function nodeRedisJson(url: string): Promise<Subject> {
  const client = createClient({ url });
  client.on('error', (error) => console.error(error));
  await client.connect();
  const get = async (key: string): Promise<unknown> => parse(await client.get(key));
  const set = (key: string, value: unknown): Promise<unknown> =>
    client.set(key, JSON.stringify(value), { expiration: { type: 'PX', value: HOUR } });
  return {
    ready: (session) => session,
    get,
    set,
    getMany: async (keys) => (await client.mGet([...keys])).map(parse),
    getOrSet: byHand(get, set),
  };
}

export async function connected(
  url: string,
  options: { readonly enableAutoPipelining?: boolean } = {},
): Promise<Redis> {
  const client = new Redis(url, { ...options, lazyConnect: true });
  await client.connect();
  return client;
}

function parse(text: string | null): unknown {
  return text === null ? undefined : (JSON.parse(text) as unknown);
}
