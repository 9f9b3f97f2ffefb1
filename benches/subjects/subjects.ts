/** Every subject by its name in the tables. */
import {
  jsonParsed,
  lruCache,
  lruCacheWithTtl,
  queuedUpdates,
  shardedMaps,
  sharedLoads,
  structuredCloned,
} from './limits.ts';
import { copy, frozen } from './ours.ts';
import { bento, cacheable, cacheManager, keyv, layeredLoader, layeredLoaderLoading } from './peers.ts';
import type { Open } from './subject.ts';

const subjects = {
  frozen,
  copy,
  'async lru-cache': lruCache,
  'async lru-cache, ttl': lruCacheWithTtl,
  'async lru-cache, structuredClone': structuredCloned,
  'async lru-cache, JSON': jsonParsed,
  'lru-cache, shared loads': sharedLoads,
  'lru-cache, queued updates': queuedUpdates,
  'sharded Maps': shardedMaps,
  'layered-loader': layeredLoader,
  'layered-loader, Loader': layeredLoaderLoading,
  keyv,
  cacheable,
  'cache-manager': cacheManager,
  bentocache: bento,
} satisfies Record<string, Open>;

export type SubjectName = keyof typeof subjects;

/** What the hits of all others are compared with. */
export const LIMIT: SubjectName = 'async lru-cache';

export const OURS: readonly SubjectName[] = ['frozen', 'copy'];

export const PEERS: readonly SubjectName[] = [
  'layered-loader',
  'keyv',
  'cacheable',
  'cache-manager',
  'bentocache',
];

export function openSubject(name: SubjectName): Open {
  return subjects[name];
}
