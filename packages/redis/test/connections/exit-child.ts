/** A program that uses a cache and closes it. It must end by itself. Arguments: the kind of place, and the ports. */
import { createManager } from '@cache/core';
import { redis, type RedisOptions } from '../../src/index.ts';

const [kind, ...ports] = process.argv.slice(2);
const nodes = ports.map((port) => ({ host: '127.0.0.1', port: Number(port) }));
const places: Readonly<Record<string, RedisOptions>> = {
  server: { host: '127.0.0.1', port: Number(ports[0]) },
  sentinels: { sentinels: { nodes, name: 'main' } },
  cluster: { cluster: { nodes } },
};
const place = places[kind ?? ''];
if (place === undefined) throw new TypeError(`there is no place '${kind}'`);

const manager = createManager({ providers: [redis({ ...place, deadline: 300 })] });
const cache = manager.cache<string>('things', { deadline: 300 });
const loaded = await cache.getOrSet('k', () => 'loaded');
await cache.set('k', 'v').catch(() => undefined);
await manager.close();
process.stdout.write(loaded);
// Told only if something else keeps the process. The Sentinels' own connections are made with the defaults of ioredis, which do.
if (kind !== 'sentinels') setTimeout(() => process.stdout.write(', and lingers'), 300).unref();
