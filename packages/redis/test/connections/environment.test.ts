import { expect, test } from 'vitest';
import { redisFromEnvironment } from '../../src/index.ts';

test('what is not set, or empty, is left to the defaults', () => {
  expect(redisFromEnvironment({})).toEqual({});
  expect(redisFromEnvironment({ CACHE_REDIS_URL: ' ', CACHE_REDIS_PORT: '' })).toEqual({});
});

test.each([
  [{ URL: 'rediss://app:secret@h:1/2' }, { url: 'rediss://app:secret@h:1/2' }],
  [
    { HOST: 'h', PORT: '7000', USERNAME: 'app', PASSWORD: 'secret', DATABASE: '3', TLS: 'true' },
    { host: 'h', port: 7000, username: 'app', password: 'secret', database: 3, tls: true },
  ],
  [
    { PATH: '/run/redis.sock', TLS: 'false' },
    { path: '/run/redis.sock', tls: false },
  ],
  [
    { SENTINELS: 'a:1, b:2', SENTINEL_NAME: 'main', SENTINEL_USERNAME: 'u', SENTINEL_PASSWORD: 'secret' },
    {
      sentinels: {
        nodes: [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
        ],
        name: 'main',
        username: 'u',
        password: 'secret',
      },
    },
  ],
  [
    { CLUSTER_NODES: '10.0.0.1:7000,[::1]:7001' },
    {
      cluster: {
        nodes: [
          { host: '10.0.0.1', port: 7000 },
          { host: '::1', port: 7001 },
        ],
      },
    },
  ],
  [
    { PREFIX: 'stage:', PARTITIONS: '4', DEADLINE: '500', SWEEP_INTERVAL: '1m' },
    { prefix: 'stage:', partitions: 4, deadline: 500, sweepInterval: '1m' },
  ],
])('%j reaches its options', (variables, options) => {
  expect(redisFromEnvironment(named(variables))).toEqual(options);
});

test.each([
  [{ URL: 'http://:secret@h' }, /^CACHE_REDIS_URL: .*give redis:/],
  [{ URL: 'redis://h', HOST: 'h' }, /^CACHE_REDIS_URL and CACHE_REDIS_HOST say .* set one of them/],
  [{ HOST: 'h', PORT: 'secret' }, /^CACHE_REDIS_PORT: .*port must be/],
  [{ URL: 'redis://h', PORT: '1' }, /port has no meaning beside url/],
  [{ DATABASE: '-1' }, /^CACHE_REDIS_DATABASE: /],
  [{ TLS: 'yes' }, /^CACHE_REDIS_TLS must be true or false/],
  [{ SENTINELS: 'a:1' }, /needs CACHE_REDIS_SENTINEL_NAME/],
  [
    { SENTINELS: 'a', SENTINEL_NAME: 'm' },
    /^CACHE_REDIS_SENTINELS is no list of nodes; write host:port,host:port/,
  ],
  [{ CLUSTER_NODES: 'user:secret@a:1' }, /^CACHE_REDIS_CLUSTER_NODES is no list of nodes/],
  [{ CLUSTER_NODES: 'a:99999' }, /^CACHE_REDIS_CLUSTER_NODES: .*port/],
  [{ CLUSTER_NODES: 'a:1', DATABASE: '2' }, /database 2 is not in a Cluster/],
  [{ PREFIX: 'a{b' }, /^CACHE_REDIS_PREFIX: /],
  [{ PARTITIONS: 'many' }, /^CACHE_REDIS_PARTITIONS: /],
  [{ DEADLINE: 'soon' }, /^CACHE_REDIS_DEADLINE: /],
  [{ SWEEP_INTERVAL: '0' }, /^CACHE_REDIS_SWEEP_INTERVAL: /],
])('%j is refused by the name of its variable', (variables, reason) => {
  expect(() => redisFromEnvironment(named(variables))).toThrow(TypeError);
  expect(() => redisFromEnvironment(named(variables))).toThrow(reason);
});

test.each([
  { URL: 'redis://:hunter2%@h' },
  { URL: 'hunter2@h' },
  { URL: 'redis://h', PASSWORD: 'hunter2', HOST: 'h' },
  { CLUSTER_NODES: 'a:hunter2@h:1' },
  { SENTINELS: 'hunter2', SENTINEL_NAME: 'm', SENTINEL_PASSWORD: 'hunter2' },
])('no error repeats a secret', (variables) => {
  expect(() => redisFromEnvironment(named(variables))).toThrow(TypeError);
  expect(() => redisFromEnvironment(named(variables))).not.toThrow(/hunter2/);
});

function named(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, text]) => [`CACHE_REDIS_${name}`, text]));
}
