import { makeCertificates } from '@cache/test-servers/certificates';
import { startRedis } from '@cache/test-servers/redis';
import { afterAll, expect, test } from 'vitest';
import type { RedisOptions } from '../../src/index.ts';
import { failureOf, openCache } from './caches.ts';

const [certificates, others] = await Promise.all([makeCertificates(), makeCertificates()]);
const [server, strict, plain] = await Promise.all([
  startRedis({ tls: { certificates } }),
  startRedis({ tls: { certificates, clientCertificates: true } }),
  startRedis(),
]);
afterAll(async () => {
  await Promise.all([server.stop(), strict.stop(), plain.stop()]);
  certificates.remove();
  others.remove();
});

const { ca, cert, key } = certificates.client;
const at = (port: number, tls: NonNullable<RedisOptions['tls']>): RedisOptions => ({
  host: '127.0.0.1',
  port,
  tls,
});

test.each<[string, RedisOptions]>([
  ['the right authority', at(server.port, { ca })],
  ['a URL', { url: `rediss://127.0.0.1:${server.port}`, tls: { ca } }],
  ['a certificate of its own', at(strict.port, { ca, cert, key })],
])('with %s the connection is encrypted and works', async (_, options) => {
  await using opened = openCache(options);
  await opened.cache.set('k', 'v');
  expect(await opened.cache.get('k')).toBe('v');
  expect(await opened.cache.getOrSet('l', () => 1)).toBe(1);
});

test.each<[string, RedisOptions, RegExp]>([
  ['another authority', at(server.port, { ca: others.client.ca }), /self-signed certificate.*\(.*authority/],
  ['the authorities of the machine', at(server.port, true), /self-signed certificate.*\(.*authority/],
  ['another name', at(server.port, { ca, servername: 'elsewhere' }), /altnames.*\(.*authority/],
  ['no TLS to a server that wants it', at(server.port, false), /not connected.*ECONNRESET.*TLS/],
  [
    'no certificate of its own',
    at(strict.port, { ca }),
    /certificate required.*cert and its key|ECONNRESET/s,
  ],
  ['TLS to a server without', at(plain.port, { ca }), /does not speak TLS/],
])('%s is one clear error within the deadline', async (_, options, reason) => {
  await using opened = openCache(options, 1_000);
  const error = await failureOf(opened.cache.set('k', 'v'));
  expect(error).toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(reason),
    cause: { message: expect.stringContaining('not connected') },
  });
});
