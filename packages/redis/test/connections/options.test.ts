import { expect, test } from 'vitest';
import { redis, type RedisOptions } from '../../src/index.ts';
import { targetOf } from '../../src/place.ts';

const local = { host: '127.0.0.1', port: 6379 };

test.each<[RedisOptions, unknown, string]>([
  [{}, local, '127.0.0.1:6379'],
  [{ url: 'redis://10.0.0.1' }, { host: '10.0.0.1', port: 6379 }, '10.0.0.1:6379'],
  [
    { url: 'redis://app:p%40ss@h:7000/3' },
    { host: 'h', port: 7000, username: 'app', password: 'p@ss', db: 3 },
    'h:7000',
  ],
  [{ url: 'redis://:secret@h' }, { host: 'h', port: 6379, password: 'secret' }, 'h:6379'],
  [{ url: 'redis://[::1]:7000' }, { host: '::1', port: 7000 }, '::1:7000'],
  [{ url: 'rediss://h' }, { host: 'h', port: 6379, tls: {} }, 'h:6379'],
  [{ url: 'rediss://h', tls: { ca: 'pem' } }, { host: 'h', port: 6379, tls: { ca: 'pem' } }, 'h:6379'],
  [
    { url: 'redis://app:old@h/1', password: 'new', database: 2 },
    { host: 'h', port: 6379, username: 'app', password: 'new', db: 2 },
    'h:6379',
  ],
  [{ url: 'unix:///run/redis.sock?database=4' }, { path: '/run/redis.sock', db: 4 }, '/run/redis.sock'],
  [{ url: 'unix:///run/a%20b.sock' }, { path: '/run/a b.sock' }, '/run/a b.sock'],
  [{ path: '/run/redis.sock', database: 1 }, { path: '/run/redis.sock', db: 1 }, '/run/redis.sock'],
  [{ host: 'h', tls: true }, { host: 'h', port: 6379, tls: {} }, 'h:6379'],
  [{ url: undefined, host: 'h' } as never, { host: 'h', port: 6379 }, 'h:6379'],
  [{ host: 'h', tls: false }, { host: 'h', port: 6379 }, 'h:6379'],
  [
    {
      sentinels: { nodes: [{ host: 's', port: 1 }], name: 'main', password: 'watch' },
      password: 'data',
      tls: true,
    },
    {
      sentinels: [{ host: 's', port: 1 }],
      name: 'main',
      password: 'data',
      sentinelPassword: 'watch',
      tls: {},
      enableTLSForSentinelMode: true,
      sentinelTLS: {},
    },
    'main by s:1',
  ],
])('%j is understood, and its address has no secret', (options, expected, address) => {
  const target = targetOf(options);
  expect(target).toMatchObject({ kind: 'server', address });
  expect(target.options).toEqual(expected);
});

test('the nodes of a Cluster are where to begin', () => {
  const nodes = [
    { host: 'a', port: 1 },
    { host: 'b', port: 2 },
  ];
  expect(targetOf({ cluster: { nodes }, username: 'app', password: 'secret' })).toMatchObject({
    kind: 'cluster',
    address: 'a:1,b:2',
    nodes,
    options: { username: 'app', password: 'secret' },
  });
});

test.each<[RedisOptions, RegExp]>([
  [{ url: 'redis://h', host: 'h' }, /url and host say where the server is in 2 ways; give one of them/],
  [{ url: undefined } as never, /url is undefined, which would mean 127\.0\.0\.1:6379; look at where/],
  [{ host: undefined, port: 7000 } as never, /host is undefined/],
  [{ path: '/a', cluster: { nodes: [local] } }, /path and cluster/],
  [{ url: 'redis://h', port: 1 }, /port has no meaning beside url/],
  [{ path: '/a', port: 1 }, /port has no meaning beside path/],
  [{ url: '//secret@h' }, /url is no URL; give redis:.*percent-encoded/],
  [{ url: 'secret:6379' }, /of another scheme; give redis:/],
  [{ url: 'http://:secret@h' }, /of another scheme/],
  [{ url: 'redis://:secret%@h' }, /the password of the url has a % that encodes nothing; write %25/],
  [{ url: 'redis://:a@secret#b@127.0.0.1:7399' }, /a #, \/ or \? that .* percent-encode both.*%23 for #/],
  [{ url: 'redis://:secret/b@h:7399' }, /no URL; .* percent-encoded$/],
  [{ url: 'redis://u:1/secret@h:7399' }, /percent-encode both/],
  [{ url: 'redis://u:1?secret@h:7399' }, /percent-encode both/],
  [{ url: 'rediss://u:1#secret' }, /percent-encode both/],
  [{ url: 'redis://h/one' }, /the path of the url is no number/],
  [{ url: 'redis://h?db=1' }, /the url says db, which means nothing here/],
  [{ url: 'unix://run/redis.sock' }, /names no socket; give unix:\/\/\/path, with three slashes/],
  [{ url: 'unix:///a?database=x' }, /database of the url is no number/],
  [{ host: '' }, /host must be a non-empty string/],
  [{ host: 'h', port: 0 }, /port must be a whole number from 1 to 65535, not 0/],
  [{ host: 'h', port: 6379.5 }, /port/],
  [{ database: -1 }, /database must be a whole number from 0, not -1/],
  [{ cluster: { nodes: [local] }, database: 1 }, /database 1 is not in a Cluster/],
  [{ cluster: { nodes: [] } }, /cluster\.nodes must be a list of at least one node/],
  [{ sentinels: { nodes: [local], name: '' } }, /sentinels\.name must be a non-empty string/],
  [{ sentinels: { nodes: [{ host: 's', port: 0 }], name: 'm' } }, /sentinels\.nodes\.port/],
  [
    { sentinels: { nodes: [local] } as never },
    /sentinels\.name must be .*, not left out; give the name by which/,
  ],
  [
    { cluster: { nodes: ['10.0.0.1:6379'] } } as never,
    /cluster\.nodes has a node of type string; write it as \{ host: '10\.0\.0\.1', port: 6379 \}/,
  ],
  [
    { cluster: { nodes: [{ port: 1 }] } } as never,
    /cluster\.nodes\.host must be .*; give its name or address/,
  ],
  [
    { sentinels: { nodes: [local], name: 'm', password: 7 } } as never,
    /sentinels\.password must be a non-empty string, not a value of type number/,
  ],
  [
    { tls: 'yes' } as never,
    /tls must be true, false or options of node:tls, not a value of type string; give true/,
  ],
  [{ codec: 'json' } as never, /codec is no codec, but "json"; give one, such as cborCodec/],
  [{ codec: { id: 'half' } } as never, /codec is no codec/],
  [{ prefix: 'a{b}' }, /prefix must be a text without braces and spaces/],
  [{ partitions: 0 }, /partitions must be a whole number from 1 to 1024, not 0/],
  [{ partitions: 1.5 }, /partitions/],
  [{ deadline: 0 }, /deadline/],
  [{ deadline: '100d' }, /deadline is 8640000000 ms; give one hour at most/],
  [{ deadline: 3_600_001 }, /deadline is 3600001 ms/],
  [{ sweepInterval: -1 }, /sweepInterval/],
  [{ password: 7 as unknown as string }, /password must be a non-empty string, not a value of type number/],
  [{ hots: 'h' } as RedisOptions, /there is no option 'hots'; the options are name, url/],
  [null as unknown as RedisOptions, /options must be an object, not null/],
  [{ client: {} as never }, /client is no client of ioredis/],
])('%j is refused, by fault and remedy and without secrets', (options, reason) => {
  expect(() => redis(options)).toThrow(TypeError);
  expect(() => redis(options)).toThrow(reason);
  expect(() => redis(options)).toThrow(/^redis\(\): /);
  expect(() => redis(options)).not.toThrow(/secret/);
});
