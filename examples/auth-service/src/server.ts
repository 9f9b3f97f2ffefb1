/** The server that the provider needs, for those who have none: `npm start -- --provider redis` works as it is. */
import { isShared, type Place } from './provider.ts';

export interface Server {
  /** Where the entries are to live: as it was given, or on the server that was started. */
  readonly place: Place;
  /** Ends the server that was started, if there is one. */
  readonly stop: () => Promise<void>;
}

/** Starts a Redis when the provider needs one and none was named. */
export async function serverFor(place: Place): Promise<Server> {
  if (!isShared(place.provider) || place.redisUrl !== undefined) return { place, stop: async () => {} };
  // Not loaded where it is not needed: it is made for tests, and a service that is deployed is told where its Redis is.
  const { startRedis } = await import('@cache/test-servers/redis');
  const redis = await startRedis({ unixSocket: true });
  return { place: { ...place, redisUrl: redis.url }, stop: () => redis.stop() };
}
