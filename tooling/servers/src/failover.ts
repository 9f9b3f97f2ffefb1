import type { RedisServer } from './server.ts';

/** A master that was killed, and the replica that serves in its place. */
export interface Failover {
  readonly killed: RedisServer;
  readonly promoted: RedisServer;
}
