import { createServer } from 'node:http';
import { startRedis } from '@cache/test-servers/redis';
import { startSentinel } from '@cache/test-servers/sentinel';
import { afterAll, expect, test } from 'vitest';
import type { RedisOptions } from '../../src/index.ts';
import { failureOf, openCache } from './caches.ts';

const web = createServer((_, response) => response.end('hello'));
await new Promise<void>((resolve) => {
  web.listen(0, '127.0.0.1', resolve);
});
const address = web.address();
const [server, group] = await Promise.all([startRedis(), startSentinel({ replicas: 0, sentinels: 1 })]);
afterAll(async () => {
  web.close();
  await Promise.all([server.stop(), group.stop()]);
});

const at = (port: number): { readonly host: string; readonly port: number } => ({ host: '127.0.0.1', port });

test.each<[string, RedisOptions, RegExp]>([
  [
    'a web server',
    at(typeof address === 'object' ? (address?.port ?? 0) : 0),
    /Unknown RESP type 72 "H"\. \(what answers there is no Redis: look at host and port\)$/,
  ],
  [
    'a server in the place of a Sentinel',
    { sentinels: { nodes: [at(server.port)], name: 'main' } },
    /unknown command 'sentinel'.*\(this is no Sentinel: give host and port, or url\)$/,
  ],
  [
    'a Sentinel in the place of a server',
    at(group.addresses[0]?.port ?? 0),
    /Sentinel.*\(this is a Sentinel: give sentinels\)$/,
  ],
])('%s is told for what it is', async (_, options, reason) => {
  await using opened = openCache(options, 300);
  expect(await failureOf(opened.cache.set('k', 'v'))).toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(reason),
  });
});
