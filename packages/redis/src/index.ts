/** `@cache/redis`: the same meaning across processes, on one server, Sentinel and Cluster. */
export type { IoredisClient } from './ioredis.ts';
export { redisFromEnvironment } from './environment.ts';
export type { RedisOptions } from './options.ts';
export type { Place, RedisNode } from './place.ts';
export { redis } from './redis.ts';
