import { copy, frozen } from './ours.ts';
import { bento, cacheable, cacheManager, keyv, layeredLoader, lruCache, lruCacheWithTtl } from './peers.ts';
import type { Open } from './subject.ts';

/** What everything is compared with. */
export const LIMIT = 'async lru-cache';

/** By the names in the tables. */
export const subjects = {
  [LIMIT]: lruCache,
  frozen,
  copy,
  'async lru-cache, ttl': lruCacheWithTtl,
  'layered-loader': layeredLoader,
  keyv,
  cacheable,
  'cache-manager': cacheManager,
  bentocache: bento,
} satisfies Record<string, Open>;

export type SubjectName = keyof typeof subjects;

export const subjectNames = Object.keys(subjects) as SubjectName[];

export function openSubject(name: SubjectName): Open {
  return subjects[name];
}
