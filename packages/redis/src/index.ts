/** `@cache/redis`: the same meaning across processes, on one server, Sentinel and Cluster. */
export { redisFromEnvironment } from './environment.ts';
export type { IoredisClient } from './given-client.ts';
export type { RedisOptions } from './options.ts';
export type { Place, RedisNode } from './place.ts';
export { redis } from './redis.ts';
