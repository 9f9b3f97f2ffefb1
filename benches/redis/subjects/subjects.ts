/** Every subject by its name in the tables. */
import { ours } from './ours.ts';
import { bento, cacheable, keyv } from './peers.ts';
import { ioredisBytes, ioredisJson, nodeRedisJson } from './raw.ts';
import type { Open } from './subject.ts';

const subjects = {
  ioredis: ioredisBytes(),
  'ioredis, auto-pipelining': ioredisBytes({ enableAutoPipelining: true }),
  'ioredis, JSON': ioredisJson,
  'node-redis, JSON': nodeRedisJson,
  '@cache/redis': ours,
  bentocache: bento,
  cacheable,
  keyv,
} satisfies Record<string, Open>;

export type SubjectName = keyof typeof subjects;

/** What all others are compared with: the client itself, which carries bytes and reads nothing. */
export const LIMIT: SubjectName = 'ioredis';

export const OURS: SubjectName = '@cache/redis';

export const SUBJECTS = Object.keys(subjects) as readonly SubjectName[];

export function openSubject(name: SubjectName): Open {
  return subjects[name];
}
